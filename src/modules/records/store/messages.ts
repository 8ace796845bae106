import type { Db, Tx } from '#kernel/context';
import { type Resource, tableOf } from '#kernel/fhir';
import { join, sql } from '#kernel/sql';
import { parseFhirJson } from '#standards/fhir';

/** A message as it came. */
export interface RawMessage {
  /** The sender: `application|facility`, '' when it does not say. */
  part: string;
  id: string;
  controlId: string;
  /** SHA-256 of `raw`. */
  digest: Uint8Array;
  receivedAt: Date;
  channel: 'mllp' | 'import';
  origin: string;
  /** `ORU^R01`; '' when it could not be read. */
  type: string;
  outcome: 'accepted' | 'refused' | 'conflict';
  reason: string | null;
  raw: Uint8Array;
}

export interface MessageKey {
  part: string;
  id: string;
}

/** The digests of those of these messages that are kept already, by `part` newline `id`. */
export async function findDigests(db: Db, keys: readonly MessageKey[]): Promise<Map<string, Buffer>> {
  const rows = await db.rows<{ part: string; id: string; digest: Buffer }>(sql`
    select part, id, digest from records.message
    where (part, id) in (select * from unnest(${keys.map((key) => key.part)}::text[], ${keys.map((key) => key.id)}::text[]))
  `);
  return new Map(rows.map(({ part, id, digest }) => [`${part}\n${id}`, digest]));
}

export async function insertMessages(tx: Tx, messages: readonly RawMessage[]): Promise<void> {
  if (messages.length === 0) return;
  await tx.copy(
    'records.message',
    ['part', 'id', 'control_id', 'digest', 'received_at', 'channel', 'origin', 'type', 'outcome', 'reason', 'raw'],
    messages.map((each) => [
      storable(each.part),
      each.id,
      storable(each.controlId),
      each.digest,
      each.receivedAt,
      each.channel,
      storable(each.origin),
      storable(each.type),
      each.outcome,
      each.reason,
      each.raw,
    ]),
  );
}

export interface StoredMessage extends MessageKey {
  receivedAt: Date;
  origin: string;
  raw: Buffer;
}

/** The messages in the order in which they are asked for. */
export async function findRaw(db: Db, keys: readonly MessageKey[]): Promise<StoredMessage[]> {
  return db.rows<StoredMessage>(sql`
    select message.part, message.id, received_at as "receivedAt", origin, raw
    from unnest(${keys.map((key) => key.part)}::text[], ${keys.map((key) => key.id)}::text[]) with ordinality as asked (part, id, place)
    join records.message using (part, id)
    order by place
  `);
}

/** A message that was read, with whom it was found to be about and from. */
export interface ReadMessage extends StoredMessage {
  patient: string;
  organization: string | null;
}

/** Messages that were read, in the order of their keys, after that one. */
export function findReadMessages(db: Db, after: MessageKey, limit: number): Promise<ReadMessage[]> {
  return db.rows<ReadMessage>(sql`
    select message.part, message.id, received_at as "receivedAt", origin, raw, patient, organization
    from records.reading join records.message on message.part = reading.part and message.id = reading.message
    where (reading.part, reading.message) > (${after.part}, ${after.id})
    order by reading.part, reading.message
    limit ${limit}
  `);
}

/** PostgreSQL's text holds no NUL. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

/** Under which number a resource is known. */
export interface Identity {
  /** The number as a key, see rules.ts. */
  part: string;
  id: string;
  /** Where the FHIR store keeps it: its `part`. */
  home: string;
}

export async function findIdentities(
  db: Db,
  keys: readonly string[],
): Promise<Map<string, { id: string; home: string }>> {
  if (keys.length === 0) return new Map();
  const rows = await db.rows<Identity>(
    sql`select part, id, home from records.identity where part = any(${keys.map(storable)}::text[])`,
  );
  return new Map(rows.map(({ part, id, home }) => [part, { id, home }]));
}

/** Holds the numbers until the transaction ends, in a fixed order, so that nobody waits in a circle. */
export async function lockIdentities(tx: Tx, keys: readonly string[]): Promise<void> {
  const sorted = [...new Set(keys.map(storable))].sort();
  await tx.run(sql`
    select pg_advisory_xact_lock(hashtextextended(key, 0))
    from (select key from unnest(${sorted}::text[]) with ordinality as given (key, place) order by place) as ordered
  `);
}

/**
 * Keeps numbers under which resources are known from now on.
 *
 * @throws a serialization failure when somebody else gave one of them to another resource meanwhile: the work is done again
 */
export async function insertIdentities(tx: Tx, identities: readonly Identity[]): Promise<void> {
  if (identities.length === 0) return;
  const given = givenIdentities(identities);
  const kept = await tx.run(
    sql`insert into records.identity (part, id, home) select part, id, home from ${given} on conflict do nothing`,
  );
  if (kept === identities.length) return;
  const taken = await tx.maybe(sql`
    select 1 from ${given} join records.identity as kept using (part) where kept.id <> given.id limit 1
  `);
  if (taken !== undefined)
    throw Object.assign(new Error('a number was given to two resources at once'), { code: '40001' });
}

/** After a merge: the numbers lead to the survivor. */
export async function moveIdentities(tx: Tx, identities: readonly Identity[]): Promise<void> {
  if (identities.length === 0) return;
  await tx.run(sql`
    insert into records.identity (part, id, home) select part, id, home from ${givenIdentities(identities)}
    on conflict (part) do update set id = excluded.id, home = excluded.home
  `);
}

function givenIdentities(identities: readonly Identity[]) {
  return sql`unnest(
    ${identities.map((each) => storable(each.part))}::text[],
    ${identities.map((each) => each.id)}::text[],
    ${identities.map((each) => each.home)}::text[]
  ) as given (part, id, home)`;
}

/** Resources that carry one of the identifiers, whoever wrote them. */
export async function findByIdentifiers(
  db: Db,
  asked: readonly { type: string; identifiers: readonly { system?: string; value?: string }[] }[],
): Promise<{ type: string; id: string; home: string; content: Record<string, unknown> }[]> {
  const byType = Map.groupBy(asked, ({ type }) => type);
  const queries = [...byType].flatMap(([type, all]) => {
    const tokens = [
      ...new Set(
        all.flatMap(({ identifiers }) =>
          identifiers.flatMap(({ system, value }) =>
            system === undefined || value === undefined ? [] : [`identifier=${system}|${value}`],
          ),
        ),
      ),
    ];
    if (tokens.length === 0) return [];
    return [
      sql`select ${type}::text as type, id, part as home, content::text as content from ${tableOf(type)}
        where content is not null
          and tokens && (select array_agg(hashtextextended(token, 0)) from unnest(${tokens.map(storable)}::text[]) as token)`,
    ];
  });
  if (queries.length === 0) return [];
  const rows = await db.rows<{ type: string; id: string; home: string; content: string }>(join(queries, ' union all '));
  return rows.map((row) => ({ ...row, content: parseFhirJson(row.content) as Record<string, unknown> }));
}

/** The newest contents of these resources; deleted ones are left out. Without version and time, which the store gives. */
export async function findContents(
  db: Db,
  asked: readonly { type: string; id: string; home: string }[],
): Promise<Resource[]> {
  const queries = [...Map.groupBy(asked, ({ type }) => type)].map(
    ([type, all]) => sql`select content::text as content from ${tableOf(type)}
      where (part, id) in (select * from unnest(${all.map((each) => each.home)}::text[], ${all.map((each) => each.id)}::text[]))
        and content is not null`,
  );
  if (queries.length === 0) return [];
  const rows = await db.rows<{ content: string }>(join(queries, ' union all '));
  return rows.map(({ content }) => withoutStamp(parseFhirJson(content) as Resource));
}

function withoutStamp(resource: Resource): Resource {
  const { versionId: _, lastUpdated: __, ...meta } = resource.meta ?? {};
  const { meta: ___, ...rest } = resource;
  return Object.keys(meta).length === 0 ? (rest as Resource) : ({ ...rest, meta } as Resource);
}

export interface Reading extends Omit<MessageKey, 'id'> {
  message: string;
  readAt: Date;
  kind: string;
  patient: string;
  organization: string | null;
  resources: readonly { type: string; id: string; version: number; op: string }[];
  unmapped: readonly string[];
  issues: readonly object[];
}

/** What was read from messages; read again after a replay, the newest reading counts. */
export async function insertReadings(tx: Tx, readings: readonly Reading[]): Promise<void> {
  if (readings.length === 0) return;
  await tx.run(sql`
    insert into records.reading (part, message, read_at, kind, patient, organization, resources, unmapped, issues)
    select part, message, read_at, kind, patient, organization, resources, array(select json_array_elements_text(unmapped)), issues
    from unnest(
      ${readings.map((each) => storable(each.part))}::text[],
      ${readings.map((each) => each.message)}::text[],
      ${readings.map((each) => each.readAt)}::timestamptz[],
      ${readings.map((each) => each.kind)}::text[],
      ${readings.map((each) => each.patient)}::text[],
      ${readings.map((each) => each.organization)}::text[],
      ${readings.map((each) => JSON.stringify(each.resources))}::json[],
      ${readings.map((each) => JSON.stringify(each.unmapped))}::json[],
      ${readings.map((each) => JSON.stringify(each.issues))}::json[]
    ) as given (part, message, read_at, kind, patient, organization, resources, unmapped, issues)
    on conflict (part, message) do update
    set read_at = excluded.read_at, resources = excluded.resources, unmapped = excluded.unmapped, issues = excluded.issues
  `);
}

export async function findImported(db: Db, digest: Uint8Array): Promise<boolean> {
  return (await db.maybe(sql`select 1 from records.imported where part = ${digest}`)) !== undefined;
}

export async function insertImported(
  tx: Tx,
  { digest, at, kind, place }: { digest: Uint8Array; at: Date; kind: string; place: string },
): Promise<void> {
  await tx.run(sql`
    insert into records.imported (part, imported_at, kind, place) values (${digest}, ${at}, ${kind}, ${storable(place)})
    on conflict do nothing
  `);
}

/** What became of accepted messages, by `part` newline `id`: read, or a dead letter with its reason. Those under way are left out. */
export async function findOutcomes(
  db: Db,
  keys: readonly MessageKey[],
): Promise<Map<string, { reason?: string; facts?: unknown }>> {
  const asked = sql`unnest(${keys.map((key) => key.part)}::text[], ${keys.map((key) => key.id)}::text[]) as asked (part, id)`;
  const rows = await db.rows<{ part: string; id: string; reason: string | null; facts: unknown }>(sql`
    select asked.part, asked.id, null as reason, null::jsonb as facts
    from ${asked} join records.reading on reading.part = asked.part and reading.message = asked.id
    union all
    select asked.part, asked.id, letter.reason, letter.facts::jsonb
    from ${asked} join kernel.dead_letter letter
      on letter.hearer = 'records.intake' and letter.state = 'open' and letter.data ->> 'part' = asked.part and letter.data ->> 'id' = asked.id
  `);
  return new Map(
    rows.map(({ part, id, reason, facts }) => [`${part}\n${id}`, reason === null ? {} : { reason, facts }]),
  );
}
