import type { Answers, PolicyReach, SimulatedSum, Simulation } from '../../model/policies.ts';
import { assess, certainOf, possibleOf, type StandingClause, verdictOf } from './assess.ts';

/** An enterprise as matching and simulating see it. */
export interface Subject {
  id: string;
  answers: Answers;
}

export interface Match {
  enterprise: string;
  key: string;
  verdict: 'yes' | 'unknown';
  certain: number;
  possible: number | null;
  missing: string[];
}

/** Of a clause so many are kept by name. */
const MOST_KEPT = 5_000;

/** Every enterprise against every clause: how many, and by name those for whom something speaks. */
export function matchAll(
  clauses: readonly StandingClause[],
  subjects: readonly Subject[],
  mostKept = MOST_KEPT,
): { clauses: PolicyReach['clauses']; rows: Match[] } {
  const found: PolicyReach['clauses'] = {};
  const rows: Match[] = [];
  for (const ready of clauses) {
    const sums = { yes: 0, unknown: 0, no: 0, certain: 0, possible: 0 };
    const kept: Match[] = [];
    for (const { id, answers } of subjects) {
      const verdict = verdictOf(ready, answers);
      sums[verdict] += 1;
      if (verdict === 'no') continue;
      const finding = assess(ready, answers, verdict);
      const { missing } = finding;
      const certain = certainOf(finding);
      const possible = possibleOf(finding);
      sums.certain += certain;
      sums.possible += possible ?? 0;
      const speaks = verdict === 'yes' || (ready.condition?.names.some((name) => answers[name] !== undefined) ?? false);
      if (speaks && kept.length < mostKept)
        kept.push({ enterprise: id, key: ready.key, verdict, certain, possible, missing });
    }
    found[ready.key] = sums;
    rows.push(...kept);
  }
  return { clauses: found, rows };
}

/** What a draft costs beside the clause in force, each enterprise by itself. */
export function simulate(
  now: StandingClause | undefined,
  draft: StandingClause,
  subjects: readonly Subject[],
): Pick<Simulation, 'now' | 'draft' | 'by' | 'missing'> {
  const total = { now: nothing(), draft: nothing() };
  const by = { district: new Map<string, typeof total>(), field: new Map<string, typeof total>() };
  const missing = new Map<string, number>();
  for (const { answers } of subjects) {
    const groups = (['district', 'field'] as const).map((name) => {
      const value = String(answers[name] ?? 'unknown');
      const group = by[name].get(value) ?? { now: nothing(), draft: nothing() };
      by[name].set(value, group);
      return group;
    });
    if (now !== undefined) add(now, answers, [total.now, ...groups.map((group) => group.now)]);
    const {
      missing: lacks,
      amount,
      verdict,
    } = add(draft, answers, [total.draft, ...groups.map((group) => group.draft)]);
    if (verdict !== 'no')
      for (const name of new Set([...lacks, ...amount.needs])) missing.set(name, (missing.get(name) ?? 0) + 1);
  }
  return {
    ...total,
    by: {
      district: [...by.district].map(([value, sums]) => ({ value, ...sums })),
      field: [...by.field].map(([value, sums]) => ({ value, ...sums })),
    },
    missing: [...missing]
      .map(([name, enterprises]) => ({ name, enterprises }))
      .sort((a, b) => b.enterprises - a.enterprises),
  };
}

function nothing(): SimulatedSum {
  return { yes: 0, unknown: 0, certain: 0, possible: 0, unbounded: 0 };
}

function add(ready: StandingClause, answers: Answers, sums: readonly SimulatedSum[]) {
  const finding = assess(ready, answers);
  const { verdict } = finding;
  if (verdict === 'no') return finding;
  const certain = certainOf(finding);
  const possible = possibleOf(finding);
  for (const sum of sums) {
    sum[verdict] += 1;
    sum.certain += certain;
    sum.possible += possible ?? 0;
    if (possible === null) sum.unbounded += 1;
  }
  return finding;
}

/** A draft as if it held: its money is reckoned as that of a clause in force. */
export function inForce(ready: Omit<StandingClause, 'standing'>): StandingClause {
  return { ...ready, standing: 'in-force' };
}
