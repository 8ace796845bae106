import type { Context, Db, Tx } from '#kernel/context';
import { isId, sql } from '#kernel/sql';
import type { FundEntry, NewFundEntry, ThingName } from '../model.ts';

export interface Books {
  fund: string;
  keeper: string;
  keeperName: string;
}

export function findBooks(db: Db, funds: readonly string[]): Promise<Books[]> {
  return db.rows<Books>(sql`
    select fund, keeper, keeper_name as "keeperName" from cluster.fund_books where fund = any(${[...funds]}::text[]) order by fund
  `);
}

/** The books, held until the transaction ends. */
export function holdBooks(tx: Tx, fund: string): Promise<Books | undefined> {
  return tx.maybe<Books>(
    sql`select fund, keeper, keeper_name as "keeperName" from cluster.fund_books where fund = ${fund} for update`,
  );
}

export async function putBooks({ actor, now }: Context, tx: Tx, { fund, keeper, keeperName }: Books): Promise<void> {
  await tx.run(sql`
    insert into cluster.fund_books (fund, keeper, keeper_name, opened_by, opened_at)
    values (${fund}, ${keeper}, ${keeperName}, ${actor.id}, ${now()})
    on conflict (fund) do update set keeper = excluded.keeper, keeper_name = excluded.keeper_name
  `);
}

const ENTRY = sql`
  id, kind, day::text, fen, holding, investor, purpose, recallable, stake_ppm as "stakePpm", method, source, note, reverses,
  entered_by_name as "enteredByName", entered_at as "enteredAt"`;
type Stored = Omit<FundEntry, 'enteredAt'> & { enteredAt: Date };
const told = ({ enteredAt, ...entry }: Stored): FundEntry => ({ ...entry, enteredAt: enteredAt.toISOString() });

/** The entries of these funds by day; at most so many. */
export async function findEntries(
  db: Db,
  funds: readonly string[],
  limit: number,
): Promise<(FundEntry & { fund: string })[]> {
  const rows = await db.rows<Stored & { fund: string }>(sql`
    select fund, ${ENTRY} from cluster.fund_entry where fund = any(${[...funds]}::text[]) order by day, entered_at, id limit ${limit}
  `);
  return rows.map((row) => ({ ...told(row), fund: row.fund }));
}

export async function findEntry(db: Db, fund: string, id: string): Promise<FundEntry | undefined> {
  const found = await db.maybe<Stored>(
    sql`select ${ENTRY} from cluster.fund_entry where fund = ${fund} and ${isId(sql`id`, id)}`,
  );
  return found && told(found);
}

export async function countEntries(db: Db, fund: string): Promise<number> {
  const { n } = await db.one<{ n: number }>(
    sql`select count(*)::int as n from cluster.fund_entry where fund = ${fund}`,
  );
  return n;
}

export type EntryRow = NewFundEntry & { id: string; digest?: string };

/** The ids that were new: a row of an import that is in the books already stays out. */
export async function insertEntries(
  { actor, now }: Context,
  tx: Tx,
  fund: string,
  entries: readonly EntryRow[],
): Promise<string[]> {
  const column = <T>(of: (entry: EntryRow) => T): T[] => entries.map(of);
  const rows = await tx.rows<{ id: string }>(sql`
    insert into cluster.fund_entry (fund, id, kind, day, fen, holding, investor, purpose, recallable, stake_ppm, method, source, note, digest,
      entered_by, entered_by_name, entered_at)
    select ${fund}, given.*, ${actor.id}, ${actor.name}, ${now()}
    from unnest(
      ${column(({ id }) => id)}::uuid[], ${column(({ kind }) => kind)}::text[], ${column(({ day }) => day)}::date[],
      ${column(({ fen }) => fen)}::bigint[], ${column(({ holding }) => holding ?? null)}::text[],
      ${column(({ investor }) => investor ?? null)}::text[], ${column(({ purpose }) => purpose ?? null)}::text[],
      ${column(({ recallable }) => recallable ?? false)}::boolean[], ${column(({ stakePpm }) => stakePpm ?? null)}::int[],
      ${column(({ method }) => method ?? null)}::text[], ${column(({ source }) => source)}::text[],
      ${column(({ note }) => note ?? null)}::text[], ${column(({ digest }) => digest ?? null)}::text[]
    ) as given
    on conflict (fund, digest) where digest is not null do nothing
    returning id
  `);
  return rows.map(({ id }) => id);
}

/** Whether it stood until now. */
export async function insertReversal(
  { actor, now, newId }: Context,
  tx: Tx,
  { fund, entry, reason }: { fund: string; entry: FundEntry; reason: string },
): Promise<boolean> {
  const touched = await tx.run(sql`
    insert into cluster.fund_entry (fund, id, kind, day, fen, source, note, reverses, entered_by, entered_by_name, entered_at)
    values (${fund}, ${newId()}, 'reversal', ${entry.day}, ${entry.fen}, ${entry.source}, ${reason}, ${entry.id}, ${actor.id}, ${actor.name}, ${now()})
    on conflict (fund, reverses) where reverses is not null do nothing
  `);
  return touched > 0;
}

export async function findDigests(db: Db, fund: string, digests: readonly string[]): Promise<Set<string>> {
  const rows = await db.rows<{ digest: string }>(
    sql`select digest from cluster.fund_entry where fund = ${fund} and digest = any(${[...digests]}::text[])`,
  );
  return new Set(rows.map(({ digest }) => digest));
}

/** Sub-funds and mother by the relation `fund-of`. */
export function findFundLinks(db: Db): Promise<{ fund: string; mother: string }[]> {
  return db.rows(sql`
    select subject as fund, object as mother from cluster.relation where predicate = 'fund-of' and withdrawn_at is null order by subject, object limit 5000
  `);
}

/** Holdings by the id or one of the names that somebody wrote. */
export async function findNamed(db: Db, names: readonly string[]): Promise<Map<string, ThingName[]>> {
  const rows = await db.rows<ThingName & { asked: string }>(sql`
    select asked.name as asked, thing.id, thing.kind, thing.name, thing.name_zh as "nameZh", thing.example
    from unnest(${[...new Set(names)]}::text[]) as asked (name)
    join cluster.thing as thing on thing.merged_into is null and (thing.id = asked.name or lower(thing.name) = lower(asked.name) or thing.name_zh = asked.name)
    order by thing.id
    limit 5000
  `);
  return Map.groupBy(rows, ({ asked }) => asked);
}

export interface FundIndex {
  id: string;
  name: string;
  nameZh: string | null;
  example: boolean;
}

export function findIndices(db: Db): Promise<FundIndex[]> {
  return db.rows<FundIndex>(
    sql`select id, name, name_zh as "nameZh", example from cluster.fund_index order by name, id limit 100`,
  );
}

export function findLevels(db: Db, index: string): Promise<{ date: string; level: number }[]> {
  return db.rows(
    sql`select day::text as date, level from cluster.fund_index_level where index = ${index} order by day limit 20000`,
  );
}

export async function putIndex(
  { actor, now }: Context,
  tx: Tx,
  index: FundIndex & { source: string; levels: readonly { date: string; level: number }[] },
): Promise<void> {
  const { id, name, nameZh, example, source, levels } = index;
  await tx.run(sql`
    insert into cluster.fund_index (id, name, name_zh, source, example, entered_by_name, entered_at)
    values (${id}, ${name}, ${nameZh}, ${source}, ${example}, ${actor.name}, ${now()})
    on conflict (id) do update set name = excluded.name, name_zh = excluded.name_zh, source = excluded.source,
      entered_by_name = excluded.entered_by_name, entered_at = excluded.entered_at
  `);
  await tx.run(sql`
    insert into cluster.fund_index_level (index, day, level)
    select ${id}, day, level from unnest(${levels.map(({ date }) => date)}::date[], ${levels.map(({ level }) => level)}::float8[]) as given (day, level)
    on conflict (index, day) do update set level = excluded.level
  `);
}
