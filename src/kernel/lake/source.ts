import type { Db, Sql } from '#kernel/context';
import { tableOf } from '#kernel/fhir';
import { join, sql } from '#kernel/sql';
import { losslessJson } from '#standards/sql-on-fhir';

/** A resource whose newest version is to go to the lake. */
export interface ChangedKey {
  type: string;
  part: string;
  id: string;
  /** The earliest version that is news: what the one before it said may still be in the lake. */
  since: number;
}

/** Bytes, as PostgreSQL keeps them, that are read at once. */
const CHUNK_BYTES = 16_000_000;
const CHUNK_KEYS = 20_000;

/** Splits the keys so that what is read at once is bounded, whatever the size of a resource; keys that are not there fall out. */
export async function splitBySize(db: Db, keys: readonly ChangedKey[]): Promise<ChangedKey[][]> {
  const sizes = await db.rows<{ n: number; bytes: number }>(sql`
    with asked as (${askedFor(keys)})
    ${join(
      typesOf(keys).map(
        (type) => sql`
      select asked.n, coalesce(pg_column_size(r.content), 0) as bytes
      from asked join ${tableOf(type)} as r on r.part = asked.part and r.id = asked.id where asked.type = ${type}
    `,
      ),
      ' union all ',
    )}
    order by n
  `);
  const chunks: ChangedKey[][] = [];
  let room = 0;
  for (const { n, bytes } of sizes) {
    const chunk = chunks.at(-1);
    if (chunk === undefined || room < bytes || chunk.length === CHUNK_KEYS) {
      chunks.push([keys[n - 1]!]);
      room = CHUNK_BYTES - bytes;
    } else {
      chunk.push(keys[n - 1]!);
      room -= bytes;
    }
  }
  return chunks;
}

export interface ChangedVersion {
  type: string;
  part: string;
  id: string;
  /** Of the newest version, also where this is a former one. */
  version: number;
  former: boolean;
  tenant: string;
  patients: string[];
  /** JSON text; null when the newest version is a deletion. */
  content: string | null;
}

/**
 * The newest versions, and the former ones whose rows may still be in the lake. Former versions before `since - 1` need not be told again:
 * the fact of a version before took them back.
 */
export async function readVersions(db: Db, keys: readonly ChangedKey[]): Promise<ChangedVersion[]> {
  const columns = sql`r.part, r.id, r.tenant, r.patients, r.content::text as content`;
  const newest = typesOf(keys).map(
    (type) => sql`
    select ${type}::text as type, false as former, r.version, ${columns}
    from asked join ${tableOf(type)} as r on r.part = asked.part and r.id = asked.id where asked.type = ${type}
  `,
  );
  const former = typesOf(keys).map(
    (type) => sql`
    select ${type}::text as type, true as former, now.version, ${columns}
    from asked join ${tableOf(type)} as now on now.part = asked.part and now.id = asked.id and now.version > 1
    join fhir.history as r
      on r.part = asked.part and r.type = ${type} and r.id = asked.id and r.version >= asked.since - 1 and r.version < now.version
    where asked.type = ${type} and r.content is not null
  `,
  );
  return db.rows<ChangedVersion>(sql`with asked as (${askedFor(keys)}) ${join([...newest, ...former], ' union all ')}`);
}

export interface PersonVersion {
  part: string;
  version: number;
  content: string;
}

/** The patients of these parts, where there is one and it is not deleted. */
export function readPersons(db: Db, parts: readonly string[]): Promise<PersonVersion[]> {
  return db.rows<PersonVersion>(sql`
    select part, version, content::text as content from ${tableOf('Patient')}
    where part = any(${parts}::text[]) and id = part and content is not null
  `);
}

/** The patient as the version before said it; nothing where there was none. */
export function readFormerPersons(
  db: Db,
  keys: readonly { part: string; version: number }[],
): Promise<PersonVersion[]> {
  return db.rows<PersonVersion>(sql`
    select h.part, h.version, h.content::text as content
    from unnest(${keys.map(({ part }) => part)}::text[], ${keys.map(({ version }) => version)}::int[]) as asked (part, version)
    join fhir.history as h on h.part = asked.part and h.type = 'Patient' and h.id = asked.part and h.version = asked.version
    where h.content is not null
  `);
}

/** A page of the resources of one type, in the order of part and id. */
export function pageOfType(
  db: Db,
  type: string,
  { after, limit }: { after: { part: string; id: string } | undefined; limit: number },
): Promise<{ part: string; id: string; version: number }[]> {
  const { part = '', id = '' } = after ?? {};
  return db.rows(sql`
    select part, id, version from ${tableOf(type)}
    where (part, id) > (${part}, ${id}) order by part, id limit ${limit}
  `);
}

/** A page of what belongs to these patients, of one type, in the order of part and id. */
export function pageOfParts(
  db: Db,
  type: string,
  { parts, after, limit }: { parts: readonly string[]; after: { part: string; id: string } | undefined; limit: number },
): Promise<{ part: string; id: string; version: number }[]> {
  const { part = '', id = '' } = after ?? {};
  return db.rows(sql`
    select part, id, version from ${tableOf(type)}
    where part = any(${parts}::text[]) and (part, id) > (${part}, ${id}) and content is not null order by part, id limit ${limit}
  `);
}

/**
 * Lines for `inbox`, one for each part. The JSON of a resource is put in as it stands, with numbers that a double would not keep as
 * they were written turned into texts: the engine takes it for one text.
 *
 * @param skip views that are to leave these versions alone
 */
export function linesOf(
  versions: readonly ChangedVersion[],
  persons: ReadonlyMap<string, PersonVersion>,
  skip: readonly string[] = [],
): string {
  let lines = '';
  for (const [part, changes] of Map.groupBy(versions, (version) => version.part)) {
    const person = persons.get(part);
    const about =
      person === undefined
        ? `"about":"","about_version":0`
        : `"about":${losslessJson(person.content)},"about_version":${person.version}`;
    const list = changes.map(({ type, id, tenant, patients, version, former, content }) => {
      return `{"type":"${type}","id":${JSON.stringify(id)},"tenant":${JSON.stringify(tenant)},"patients":${JSON.stringify(patients)},"version":${version},"former":${former},"skip":${JSON.stringify(skip)},"content":${content === null ? '""' : losslessJson(content)}}`;
    });
    lines += `{"part":${JSON.stringify(part)},${about},"changes":[${list.join(',')}]}\n`;
  }
  return lines;
}

/** A raw resource as a line, kept as the lines of `linesOf` are. */
export function resourceLine(
  type: string,
  { part, id, version, content }: { part: string; id: string; version: number; content: string },
): string {
  return `{"type":"${type}","part":${JSON.stringify(part)},"id":${JSON.stringify(id)},"version":${version},"content":${losslessJson(content)}}\n`;
}

/** How the engine is to read lines with JSON in them: as texts. */
export const RAW_JSON = { input_format_json_read_objects_as_strings: 1 };

function askedFor(keys: readonly ChangedKey[]): Sql {
  return sql`
    select * from unnest(
      ${keys.map(({ type }) => type)}::text[], ${keys.map(({ part }) => part)}::text[], ${keys.map(({ id }) => id)}::text[],
      ${keys.map(({ since }) => since)}::int[]
    ) with ordinality as asked (type, part, id, since, n)
  `;
}

/** In a fixed order: the statement's text is then the same again. */
function typesOf(keys: readonly ChangedKey[]): string[] {
  return [...new Set(keys.map(({ type }) => type))].sort();
}
