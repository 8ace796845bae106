import { visibleRow } from '#kernel/access';
import type { Context, Db, Tx } from '#kernel/context';
import { tableOf } from '#kernel/fhir';
import { all, any, sql, trusted } from '#kernel/sql';
import type { Priority, TubeKnown, Work, WorkKnown, WorkState } from './model.ts';
import type { Count, TubeState, TurnaroundCount } from './rules.ts';

/** A resource of the record with what the record knows of its row. */
export interface RecordRow {
  part: string;
  id: string;
  version: number;
  tenant: string;
  patients: string[];
  /** Null when it was deleted. */
  content: Record<string, unknown> | null;
}

export interface Key {
  part: string;
  id: string;
}

/** The newest versions of resources of one type. */
export function findResources(db: Db, type: string, keys: readonly Key[]): Promise<RecordRow[]> {
  if (keys.length === 0) return Promise.resolve([]);
  return db.rows<RecordRow>(sql`
    select part, id, version, tenant, patients, content
    from unnest(${keys.map(({ part }) => part)}::text[], ${keys.map(({ id }) => id)}::text[]) as wanted (part, id)
    join ${tableOf(type)} using (part, id)
    order by part, id
  `);
}

/** A person's observations with any of the codes, newest first. */
export function findObservations(db: Db, part: string, codes: readonly string[], limit: number): Promise<RecordRow[]> {
  return db.rows<RecordRow>(sql`
    select part, id, version, tenant, patients, content from ${tableOf('Observation')}
    where part = ${part} and content is not null and content #>> '{code,coding,0,code}' = any(${codes}::text[])
    order by coalesce(content ->> 'effectiveDateTime', content ->> 'issued', '') desc, id limit ${limit}
  `);
}

/** Names of patients as the record has them. */
export async function findPatientNames(db: Db, patients: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.rows<{ id: string; name: string | null }>(sql`
    select id, coalesce(content #>> '{name,0,text}', concat_ws(' ', content #>> '{name,0,given,0}', content #>> '{name,0,family}')) as name
    from ${tableOf('Patient')} where part = any(${patients}::text[]) and id = part and content is not null
  `);
  return new Map(rows.flatMap(({ id, name }) => (name ? [[id, name] as const] : [])));
}

export interface TubeRow {
  accession: string;
  known: TubeKnown;
  works: string[];
}

/** The tubes that are known among these accession numbers, locked in one order. */
export async function lockTubes(tx: Tx, accessions: readonly string[]): Promise<Map<string, TubeRow>> {
  const rows = await tx.rows<TubeRow>(sql`
    select accession, known, works from laboratory.tube where accession = any(${[...accessions].sort()}::text[]) order by accession for update
  `);
  return new Map(rows.map((row) => [row.accession, row]));
}

const TUBE_COLUMNS: readonly Column[] = [
  ['known', 'json'],
  ['works', 'text[]'],
  ['site', 'text'],
  ['collected_at', 'timestamptz'],
  ['picked_up_at', 'timestamptz'],
  ['arrived_at', 'timestamptz'],
  ['in_transit', 'boolean'],
];

/** Writes tubes that `lockTubes` has looked for. @throws a serialization failure when somebody else made one of the new ones meanwhile */
export async function writeTubes(tx: Tx, tubes: readonly (TubeRow & Fresh & { state: TubeState })[]): Promise<void> {
  await write(
    tx,
    { name: 'laboratory.tube', keys: [['accession', 'text']], columns: TUBE_COLUMNS },
    tubes.map(({ isNew, accession, known, works, state }) => ({
      isNew,
      row: {
        accession,
        known,
        works,
        site: state.site,
        collected_at: state.collectedAt,
        picked_up_at: state.pickedUpAt,
        arrived_at: state.arrivedAt,
        in_transit: state.inTransit,
      },
    })),
  );
}

export function findTube(db: Db, accession: string): Promise<TubeRow | undefined> {
  return db.maybe<TubeRow>(sql`select accession, known, works from laboratory.tube where accession = ${accession}`);
}

export interface KnownRow extends Key {
  known: WorkKnown;
}

/** The orders that are known among these keys, locked in one order. */
export async function lockWorks(tx: Tx, keys: readonly Key[]): Promise<KnownRow[]> {
  const sorted = [...keys].sort((a, b) => (a.part < b.part ? -1 : a.part > b.part ? 1 : a.id < b.id ? -1 : 1));
  return tx.rows<KnownRow>(sql`
    select part, id, known
    from laboratory.work
    join unnest(${sorted.map(({ part }) => part)}::text[], ${sorted.map(({ id }) => id)}::text[]) as wanted (part, id) using (part, id)
    order by part, id for update of work
  `);
}

const WORK_COLUMNS: readonly Column[] = [
  ['tenant', 'text'],
  ['patients', 'text[]'],
  ['known', 'json'],
  ['number', 'text'],
  ['requisition', 'text'],
  ['code', 'text'],
  ['name', 'text'],
  ['priority', 'text'],
  ['state', 'text'],
  ['site', 'text'],
  ['accessions', 'text[]'],
  ['ordered_at', 'timestamptz'],
  ['collected_at', 'timestamptz'],
  ['picked_up_at', 'timestamptz'],
  ['arrived_at', 'timestamptz'],
  ['resulted_at', 'timestamptz'],
  ['reported_at', 'timestamptz'],
  ['turnaround_min', 'int'],
  ['listed_at', 'timestamptz'],
];

/** Writes orders that `lockWorks` has looked for. @throws a serialization failure when somebody else made one of the new ones meanwhile */
export async function writeWorks(tx: Tx, works: readonly (Work & Fresh & { known: WorkKnown })[]): Promise<void> {
  const keys: Column[] = [
    ['part', 'text'],
    ['id', 'text'],
  ];
  await write(
    tx,
    { name: 'laboratory.work', keys, columns: WORK_COLUMNS },
    works.map(({ isNew, ...work }) => ({
      isNew,
      row: {
        part: work.part,
        id: work.id,
        tenant: work.known.order?.tenant ?? '',
        patients: work.known.order?.patients ?? [],
        known: work.known,
        number: work.number,
        requisition: work.requisition,
        code: work.code,
        name: work.name,
        priority: work.priority,
        state: work.state,
        site: work.site,
        accessions: work.accessions,
        ordered_at: work.orderedAt,
        collected_at: work.collectedAt,
        picked_up_at: work.pickedUpAt,
        arrived_at: work.arrivedAt,
        resulted_at: work.resultedAt,
        reported_at: work.reportedAt,
        turnaround_min: work.turnaroundMin,
        listed_at: work.listedAt,
      },
    })),
  );
}

/** Whether a row is not in its table yet: most are written once, complete. */
interface Fresh {
  isNew: boolean;
}

type Column = readonly [name: string, type: string];

interface Table {
  name: string;
  keys: readonly Column[];
  columns: readonly Column[];
}

async function write(tx: Tx, table: Table, rows: readonly (Fresh & { row: object })[]): Promise<void> {
  const { name, keys, columns } = table;
  const listed = (all: readonly Column[]) => trusted(all.map(([column]) => column).join(', '));
  const given = (of: readonly { row: object }[]) => sql`
    json_to_recordset(${JSON.stringify(of.map(({ row }) => row))})
    as new (${trusted([...keys, ...columns].map((column) => column.join(' ')).join(', '))})
  `;
  const fresh = rows.filter(({ isNew }) => isNew);
  if (fresh.length > 0) {
    const all = listed([...keys, ...columns]);
    // In one order, so that two writers do not wait for each other in a circle.
    const made = await tx.run(
      sql`insert into ${trusted(name)} (${all}) select ${all} from ${given(fresh)} order by ${listed(keys)} on conflict do nothing`,
    );
    // The transaction is tried again and then finds the other's row.
    if (made < fresh.length) throw Object.assign(new Error('a row was made twice at once'), { code: '40001' });
  }
  const known = rows.filter(({ isNew }) => !isNew);
  if (known.length > 0) {
    const changes = trusted(columns.map(([column]) => `${column} = new.${column}`).join(', '));
    const same = trusted(keys.map(([column]) => `old.${column} = new.${column}`).join(' and '));
    await tx.run(sql`update ${trusted(name)} as old set ${changes} from ${given(known)} where ${same}`);
  }
}

const WORK = sql`part, id, number, requisition, code, name, priority, state, site, accessions, ordered_at as "orderedAt",
  collected_at as "collectedAt", picked_up_at as "pickedUpAt", arrived_at as "arrivedAt", resulted_at as "resultedAt",
  reported_at as "reportedAt", turnaround_min as "turnaroundMin", listed_at as "listedAt"`;

export interface WorkFilter {
  state?: WorkState;
  priority?: Priority;
  site?: string;
  since?: Date;
  until?: Date;
  /** A number, requisition or accession number, whole. */
  text?: string;
  after?: { listedAt: Date; id: string };
  limit: number;
}

/** Orders the actor may see, newest first. */
export async function findWorks(ctx: Context, filter: WorkFilter): Promise<Work[]> {
  const terms = [seen(ctx), sql`listed_at > 'epoch'`];
  if (filter.state !== undefined) terms.push(sql`state = ${filter.state}`);
  if (filter.priority !== undefined) terms.push(sql`priority = ${filter.priority}`);
  if (filter.site !== undefined) terms.push(sql`site = ${filter.site}`);
  if (filter.since !== undefined) terms.push(sql`listed_at >= ${filter.since}`);
  if (filter.until !== undefined) terms.push(sql`listed_at < ${filter.until}`);
  if (filter.text !== undefined) {
    terms.push(
      any([
        sql`number = ${filter.text}`,
        sql`requisition = ${filter.text}`,
        sql`accessions @> array[${filter.text}]::text[]`,
      ]),
    );
  }
  if (filter.after !== undefined) terms.push(sql`(listed_at, id) < (${filter.after.listedAt}, ${filter.after.id})`);
  const rows = await ctx.db.rows<Work>(
    sql`select ${WORK} from laboratory.work where ${all(terms)} order by listed_at desc, id desc limit ${filter.limit}`,
  );
  return rows.map(withoutNulls);
}

/** The orders by key, or by id alone, that the actor may see. */
export async function findWorksByKey(ctx: Context, keys: readonly Key[]): Promise<Work[]> {
  const rows = await ctx.db.rows<Work>(sql`
    select ${WORK} from laboratory.work
    where (part, id) in (select * from unnest(${keys.map(({ part }) => part)}::text[], ${keys.map(({ id }) => id)}::text[])) and ${seen(ctx)}
    order by listed_at desc, id limit 200
  `);
  return rows.map(withoutNulls);
}

function seen(ctx: Context) {
  return visibleRow(ctx, 'ServiceRequest', { tenant: sql`tenant`, patients: sql`patients` });
}

export async function addCounts(
  tx: Tx,
  counts: readonly Count[],
  turnarounds: readonly TurnaroundCount[],
  slot: number,
): Promise<void> {
  const hours = summed(counts.map(({ by, ...key }) => ({ key, by })));
  if (hours.length > 0) {
    await tx.run(sql`
      insert into laboratory.tally as tally (hour, kind, site, slot, count)
      select hour, kind, site, ${slot}, count from json_to_recordset(${JSON.stringify(hours)}) as new (hour timestamptz, kind text, site text, count int)
      order by hour, kind, site
      on conflict (hour, kind, site, slot) do update set count = tally.count + excluded.count
    `);
  }
  const times = summed(turnarounds.map(({ by, ...key }) => ({ key, by })));
  if (times.length > 0) {
    await tx.run(sql`
      insert into laboratory.turnaround as turnaround (hour, minutes, slot, count)
      select hour, minutes, ${slot}, count from json_to_recordset(${JSON.stringify(times)}) as new (hour timestamptz, minutes int, count int)
      order by hour, minutes
      on conflict (hour, minutes, slot) do update set count = turnaround.count + excluded.count
    `);
  }
}

/** What adds up to nothing is left out: most changes of an order move no count. */
function summed<T extends object>(changes: readonly { key: T; by: number }[]): (T & { count: number })[] {
  const sums = new Map<string, { key: T; count: number }>();
  for (const { key, by } of changes) {
    const name = JSON.stringify(key);
    sums.set(name, { key, count: (sums.get(name)?.count ?? 0) + by });
  }
  return [...sums.values()].filter(({ count }) => count !== 0).map(({ key, count }) => ({ ...key, count }));
}

export function countByHour(db: Db, since: Date): Promise<{ hour: Date; kind: Count['kind']; count: number }[]> {
  return db.rows(sql`
    select hour, kind, sum(count)::int as count from laboratory.tally where hour >= ${since} and site = '' group by hour, kind order by hour, kind
  `);
}

export async function countBySite(db: Db, since: Date): Promise<Map<string, number>> {
  const rows = await db.rows<{ site: string; count: number }>(sql`
    select site, sum(count)::int as count from laboratory.tally where hour >= ${since} and kind = 'packed' group by site
  `);
  return new Map(rows.map(({ site, count }) => [site, count]));
}

export function countTurnarounds(db: Db, since: Date): Promise<{ minutes: number; count: number }[]> {
  return db.rows(sql`
    select minutes, sum(count)::int as count from laboratory.turnaround where hour >= ${since} group by minutes having sum(count) > 0 order by minutes
  `);
}

/** Tubes on the way that were picked up since; older ones are lost or were never told to have arrived. */
export async function countInTransit(db: Db, since: Date): Promise<number> {
  const { count } = await db.one<{ count: number }>(
    sql`select count(*)::int as count from laboratory.tube where in_transit and picked_up_at >= ${since}`,
  );
  return count;
}

function withoutNulls<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}

/** What is known of orders that a caller has been allowed to see. */
export function findKnown(db: Db, keys: readonly Key[]): Promise<KnownRow[]> {
  return db.rows<KnownRow>(sql`
    select part, id, known from laboratory.work
    where (part, id) in (select * from unnest(${keys.map(({ part }) => part)}::text[], ${keys.map(({ id }) => id)}::text[])) order by part, id
  `);
}

/** The part of an order whose id is all that is known. */
export function findKeys(db: Db, id: string): Promise<Key[]> {
  return db.rows<Key>(sql`select part, id from laboratory.work where id = ${id} order by part limit 5`);
}
