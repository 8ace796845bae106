import type { Context, Tx } from '#kernel/context';
import type { BothWords, Policy } from '../../model.ts';
import { DAY_MS, daysBetween } from '../../rules/index.ts';
import { type Match, type StandingClause, versionAt, windowOf } from '../../rules/policies/index.ts';
import { namesOf } from '../../store/index.ts';
import { findDueApplications, findHandedIn, insertTold } from '../../store/policies.ts';
import { type NoticeGiven, notify } from '../notices.ts';

/** What the rules give one enterprise, of the matching. */
export interface EnterpriseTotal {
  enterprise: string;
  certain: number;
  possible: number;
}

const OPENED_DAYS = 7;
/** Days before a window closes on which it is told of. */
const CLOSES_IN = [3, 14] as const;

/** Tells who speaks for an enterprise what it newly may have, and which windows open and close; each once, whenever this runs again. */
export async function tellMatches(
  ctx: Context,
  tx: Tx,
  found: {
    day: string;
    policies: readonly Policy[];
    clauses: readonly StandingClause[];
    rows: readonly Match[];
    totals: readonly EnterpriseTotal[];
  },
): Promise<void> {
  const { day, clauses, totals } = found;
  const clauseOf = new Map(clauses.map((clause) => [clause.key, clause]));
  const rows = found.rows
    .map((row) => ({ ...row, ready: clauseOf.get(row.key)! }))
    .filter(({ ready, possible }) => possible !== 0 && ready.standing !== 'ended' && ready.standing !== 'not-yet');
  const names = await namesOf(
    tx,
    totals.map(({ enterprise }) => enterprise),
  );
  const nameOf = (enterprise: string): BothWords => {
    const name = names.get(enterprise);
    return { en: name?.name ?? enterprise, zh: name?.nameZh ?? name?.name ?? enterprise };
  };
  const told = await insertTold(
    ctx,
    tx,
    rows.map(({ enterprise, key, verdict, ready }) => ({ enterprise, key, verdict, version: ready.version })),
  );
  const totalOf = new Map(totals.map((total) => [total.enterprise, total]));
  const news = [...Map.groupBy(told, ({ enterprise }) => enterprise)].map(([enterprise, fresh]): NoticeGiven => {
    const sure = fresh.filter(({ verdict }) => verdict === 'yes');
    const { certain, possible } = totalOf.get(enterprise)!;
    const causes = fresh.map(({ key, version, verdict }) => `${key}/${version}/${verdict}`).toSorted();
    return {
      cause: `policy-found/${enterprise}/${causes.join(' ')}`,
      kind: 'policy-found',
      to: [`thing/${enterprise}`],
      path: `/cluster/policies?enterprise=${enterprise}`,
      facts: {
        enterprise: nameOf(enterprise),
        apply: sure.length,
        mayApply: fresh.length - sure.length,
        first: clauseOf.get((sure[0] ?? fresh[0]!).key)!.clause.title,
        certainFen: certain,
        possibleFen: possible,
      },
    };
  });
  const handedIn = new Set(await findHandedIn(tx, [...new Set(rows.map(({ enterprise }) => enterprise))]));
  const windows = rows.flatMap(({ enterprise, ready }): NoticeGiven[] => {
    const { clause, key, policy, version } = ready;
    const { from, to } = windowOf(clause, versionAt(found.policies.find(({ id }) => id === policy)!.versions, day));
    const told = (kind: 'policy-opens' | 'policy-closes', day: string, step: string): NoticeGiven => ({
      kind,
      cause: `${kind}/${enterprise}/${key}/${version}/${day}${step}`,
      to: [`thing/${enterprise}`],
      path: `/cluster/policies?enterprise=${enterprise}`,
      facts: { enterprise: nameOf(enterprise), clause: clause.title, dayOn: day },
    });
    const opens =
      clause.window?.from !== undefined && from !== undefined && from <= day && daysBetween(from, day) < OPENED_DAYS;
    const left = to === undefined ? -1 : daysBetween(day, to);
    const step = CLOSES_IN.find((days) => left <= days);
    const closes = left >= 0 && step !== undefined && !handedIn.has(`${enterprise} ${key}`);
    return [
      ...(opens ? [told('policy-opens', from, '')] : []),
      ...(closes ? [told('policy-closes', to!, `/${step}`)] : []),
    ];
  });
  await notify(ctx, tx, [...news, ...windows]);
}

const SOON_DAYS = 3;
const DUE_AT_ONCE = 500;

/** Tells whose turn it is of applications whose clock ends soon or has ended; each once. */
export async function tellDueApplications(ctx: Context): Promise<void> {
  const before = new Date(ctx.now().getTime() + SOON_DAYS * DAY_MS);
  const due = await findDueApplications(ctx.db, { before, limit: DUE_AT_ONCE });
  await notify(
    ctx,
    ctx.db,
    due.map(({ id, enterprise, name, nameZh, state, dueAt }) => {
      const isLate = dueAt < ctx.now();
      const isTheirs = state === 'returned';
      return {
        cause: `application-due/${id}/${state === 'returned' ? 'mend' : 'pay'}/${dueAt.toISOString()}/${isLate ? 'late' : 'soon'}`,
        kind: 'application-due',
        // Whose turn it is; the other side hears of what is late.
        to: [
          ...(isTheirs || isLate ? [`thing/${enterprise}`] : []),
          ...(!isTheirs || isLate ? ['role/regulator'] : []),
        ],
        path: `/cluster/applications/${id}`,
        facts: {
          enterprise: { en: name, zh: nameZh ?? name },
          what: isTheirs ? 'mend' : 'pay',
          when: isLate ? 'late' : 'soon',
          dayOn: dueAt.toISOString().slice(0, 10),
        },
      };
    }),
  );
}
