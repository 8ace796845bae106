import type { Context, Db, Tx } from '#kernel/context';
import { canonicalJson } from '#kernel/ledger';
import { tell } from '#kernel/outbox';
import { all, isId, sql } from '#kernel/sql';
import type { Alarm, AlarmGround, AlarmKind, AlarmState } from '../model.ts';
import { daysAfter, mergeGrounds } from '../rules/index.ts';

const COLUMNS = sql`id, kind, key, episode, subject, state, grounds, first, last, cases, revision, raised_at as "raisedAt", updated_at as "updatedAt"`;

/** What a run or a method found. */
export interface Finding {
  kind: AlarmKind;
  key: string;
  subject: Readonly<Record<string, unknown>>;
  grounds: readonly AlarmGround[];
  cases: number;
  /** A new one is raised after one that was closed only when something happened after this many days from its last. */
  quietDays: number;
}

/**
 * Raises an alarm, or adds to the one that is open for the same key. The same finding again changes nothing.
 *
 * @returns what happened; `known`: nothing new
 */
export async function raiseAlarm(ctx: Context, tx: Tx, finding: Finding): Promise<'raised' | 'updated' | 'known'> {
  const { kind, key } = finding;
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`alarm ${kind} ${key}`}, 0))`);
  const newest = await tx.maybe<Alarm>(sql`
    select ${COLUMNS} from signals.alarm where kind = ${kind} and key = ${key} order by episode desc limit 1 for update
  `);
  const last = lastOf(finding.grounds);
  if (newest !== undefined && newest.state === 'closed' && last <= daysAfter(newest.last, finding.quietDays))
    return 'known';
  if (newest === undefined || newest.state === 'closed') {
    await insertAlarm(ctx, tx, finding, (newest?.episode ?? 0) + 1);
    return 'raised';
  }
  const grounds = mergeGrounds(newest.grounds, finding.grounds);
  if (canonicalJson(grounds) === canonicalJson(newest.grounds) && newest.cases === finding.cases) return 'known';
  await tx.run(sql`
    update signals.alarm set grounds = ${JSON.stringify(grounds)}::jsonb, cases = ${finding.cases}, first = ${firstOf(grounds)}, last = ${lastOf(grounds)},
      revision = revision + 1, updated_at = ${ctx.now()}
    where id = ${newest.id}
  `);
  await tell(tx, { type: 'signals.alarm-updated', subject: newest.id, data: { kind, key } });
  return 'updated';
}

async function insertAlarm(ctx: Context, tx: Tx, finding: Finding, episode: number): Promise<void> {
  const id = ctx.newId();
  const { kind, key, subject, cases } = finding;
  const grounds = mergeGrounds([], finding.grounds);
  await tx.run(sql`
    insert into signals.alarm (id, kind, key, episode, subject, grounds, first, last, cases, raised_at, updated_at)
    values (${id}, ${kind}, ${key}, ${episode}, ${JSON.stringify(subject)}::jsonb, ${JSON.stringify(grounds)}::jsonb, ${firstOf(grounds)}, ${lastOf(grounds)}, ${cases},
      ${ctx.now()}, ${ctx.now()})
  `);
  await tell(tx, { type: 'signals.alarm-raised', subject: id, data: { kind, key } });
}

function firstOf(grounds: readonly AlarmGround[]): string {
  return grounds.map(({ first }) => first).sort()[0] ?? '';
}

function lastOf(grounds: readonly AlarmGround[]): string {
  return (
    grounds
      .map(({ last }) => last)
      .sort()
      .at(-1) ?? ''
  );
}

interface AlarmFilter {
  kind?: AlarmKind;
  states?: readonly AlarmState[];
  /** Beginning of the key: `measles/`. */
  about?: string;
  limit: number;
}

/** Those that changed last first. */
export function findAlarms(db: Db, { kind, states, about, limit }: AlarmFilter): Promise<Alarm[]> {
  const terms = [
    ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
    ...(states === undefined ? [] : [sql`state = any(${[...states]}::text[])`]),
    ...(about === undefined ? [] : [sql`starts_with(key, ${about})`]),
  ];
  return db.rows<Alarm>(sql`
    select ${COLUMNS} from signals.alarm where ${all(terms)} order by updated_at desc, id limit ${limit}
  `);
}

/** @throws Problem `not-found` */
export function getAlarm(db: Db, id: string): Promise<Alarm> {
  return db.one<Alarm>(sql`select ${COLUMNS} from signals.alarm where ${isId(sql`id`, id)}`);
}

/** How many alarms are open, by the part of the key before the slash. */
export async function countOpen(db: Db, kind: AlarmKind): Promise<Map<string, number>> {
  const rows = await db.rows<{ about: string; n: number }>(sql`
    select split_part(key, '/', 1) as about, count(*)::int as n from signals.alarm
    where kind = ${kind} and state != 'closed' group by 1 order by 1 limit 1000
  `);
  return new Map(rows.map(({ about, n }) => [about, n]));
}
