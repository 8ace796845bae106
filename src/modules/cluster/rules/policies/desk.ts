import { Problem } from '#kernel/problem';
import {
  type ApplicationAct,
  type ApplicationState,
  type Cap,
  type Clause,
  type ClauseFinding,
  PAYERS,
  type Payer,
  type PolicyEntry,
  type PolicyVersion,
} from '../../model/policies.ts';
import { divide } from './amounts.ts';
import { readyClause, type Vocabulary } from './assess.ts';
import { modelKey } from './decide.ts';

export type Side = 'enterprise' | 'desk';

/** From where which side may do what, and where it leads. */
const MOVES: Readonly<Record<ApplicationAct, { side: Side; from: readonly ApplicationState[]; to: ApplicationState }>> =
  {
    submit: { side: 'enterprise', from: ['draft', 'returned'], to: 'submitted' },
    confirm: { side: 'enterprise', from: ['offered'], to: 'accepted' },
    withdraw: { side: 'enterprise', from: ['draft', 'offered', 'submitted', 'received', 'returned'], to: 'withdrawn' },
    receive: { side: 'desk', from: ['submitted'], to: 'received' },
    return: { side: 'desk', from: ['received'], to: 'returned' },
    accept: { side: 'desk', from: ['received'], to: 'accepted' },
    refuse: { side: 'desk', from: ['received', 'accepted', 'proposed'], to: 'refused' },
    propose: { side: 'desk', from: ['accepted', 'proposed'], to: 'proposed' },
    decide: { side: 'desk', from: ['proposed'], to: 'decided' },
    pay: { side: 'desk', from: ['decided'], to: 'decided' },
    claim: { side: 'desk', from: ['decided', 'paid'], to: 'decided' },
    repay: { side: 'desk', from: ['decided', 'paid'], to: 'decided' },
  };
const ACTS = Object.keys(MOVES) as ApplicationAct[];

export function sideOf(act: ApplicationAct): Side {
  return MOVES[act].side;
}

/** What the sides may do now; the second look is another person's, and money moves only as far as it is owed. */
export function actsFor(
  sides: readonly Side[],
  { state, proposedBy }: { state: ApplicationState; proposedBy: string | null },
  actor: string,
  entries: readonly PolicyEntry[],
): ApplicationAct[] {
  const { owed, paid, claimed, returned } = balancesOf(entries);
  return ACTS.filter((act) => {
    const { side, from } = MOVES[act];
    if (!sides.includes(side) || !from.includes(state)) return false;
    if (act === 'decide') return proposedBy !== actor;
    if (act === 'pay') return owed > 0;
    if (act === 'claim') return paid > claimed;
    return act === 'repay' ? claimed > returned : true;
  });
}

/** @throws Problem `conflict` where the act does not fit the state, `forbidden` where it is the other side's */
export function stateAfter(act: ApplicationAct, state: ApplicationState, sides: readonly Side[]): ApplicationState {
  const { side, from, to } = MOVES[act];
  if (!sides.includes(side)) throw new Problem('forbidden', 'this step is not yours to take', { act });
  if (!from.includes(state))
    throw new Problem('conflict', 'the application cannot go there from where it is', { state, act });
  return to;
}

/** @throws Problem `unprocessable` with what is still missing before it can be handed in */
export function checkSubmission(clause: Clause, finding: ClauseFinding, files: ReadonlySet<string>, day: string): void {
  if (finding.standing === 'ended' || finding.standing === 'not-yet' || !isOpen(clause, day))
    throw new Problem('unprocessable', 'the clause takes no applications on this day', { day });
  if (finding.verdict === 'no')
    throw new Problem('unprocessable', 'by its answers the enterprise does not meet the conditions');
  if (finding.missing.length > 0)
    throw new Problem('unprocessable', 'some conditions have no answer yet', { missing: finding.missing });
  const missing = missingEvidence(clause, files);
  if (missing.length > 0) throw new Problem('unprocessable', 'some evidence is missing', { missing });
}

export function missingEvidence({ evidence }: Clause, files: ReadonlySet<string>): string[] {
  return evidence.filter((name) => !files.has(name));
}

function isOpen({ window }: Clause, day: string): boolean {
  return (window?.from === undefined || window.from <= day) && (window?.to === undefined || day <= window.to);
}

/** The days on which it can be applied for: its own window within the version's. */
export function windowOf(
  { window }: Pick<Clause, 'window'>,
  version: Pick<PolicyVersion, 'from' | 'to'>,
): { from?: string; to?: string } {
  const from = [window?.from, version.from]
    .filter((day) => day !== undefined)
    .sort()
    .at(-1);
  const [to] = [window?.to, version.to].filter((day) => day !== undefined).sort();
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/** Granted earlier to the same enterprise. */
export interface Granted {
  key: string;
  exclusive: string | undefined;
  cap: string | undefined;
  year: string;
  /** Less what was claimed back. */
  net: number;
}

/**
 * @param finding as it was handed in
 * @throws Problem `unprocessable` where the amount is beyond what the clause, its group or its cap allows
 */
export function checkAmount(
  fen: number,
  {
    clause,
    finding,
    cap,
    year,
    granted,
  }: { clause: Clause; finding: ClauseFinding; cap: Cap | undefined; year: string; granted: readonly Granted[] },
): void {
  if (!(Number.isSafeInteger(fen) && fen > 0))
    throw new Problem('invalid', 'an amount is a whole number of fen above 0');
  const { amount, policy } = finding;
  const most = amount.most ?? amount.ceiling ?? null;
  if (most !== null && fen > most)
    throw new Problem('unprocessable', 'the amount is above what the clause allows', { most });
  const double = granted.find(
    (each) => clause.exclusive !== undefined && each.exclusive === clause.exclusive && each.net > 0,
  );
  if (double !== undefined)
    throw new Problem('unprocessable', 'another clause of the same group was granted already: only one is paid', {
      clause: double.key,
    });
  if (cap === undefined) return;
  const used = granted
    .filter((each) => each.cap === `${policy}/${cap.id}` && each.year === year)
    .reduce((total, { net }) => total + net, 0);
  if (used + fen > cap.yuan * 100)
    throw new Problem('unprocessable', 'the amount is above what is left of the cap', { left: cap.yuan * 100 - used });
}

/** The decided amount by payer, in the proportion of the clause; sums to it. */
export function splitAmount(fen: number, { payers }: Clause): { payer: Payer; fen: number }[] {
  if (payers === undefined) return [{ payer: 'unstated', fen }];
  const sum = payers.reduce((total, { percent }) => total + percent, 0);
  const parts = divide(
    { least: fen, most: fen },
    payers.map(({ payer, percent }) => ({ payer, percent: (percent * 100) / sum })),
  );
  // A third of a hundred is not exact: what is left over goes to the first.
  const left = fen - parts.reduce((total, { least }) => total + least, 0);
  return parts.map(({ payer, least }, at) => ({ payer, fen: least + (at === 0 ? left : 0) }));
}

/** From which account to which; budgets, debts, claims and banks of the payers. */
export function accountsOf(kind: PolicyEntry['kind'], payer: Payer): { debit: string; credit: string } {
  const [debit, credit] = {
    granted: ['budget', 'owed'],
    paid: ['owed', 'bank'],
    claimed: ['claim', 'budget'],
    returned: ['bank', 'claim'],
  }[kind] as [string, string];
  return { debit: `${debit}/${payer}`, credit: `${credit}/${payer}` };
}

export function balancesOf(entries: readonly Pick<PolicyEntry, 'kind' | 'payer' | 'fen'>[], payer?: Payer) {
  const sum = (kind: PolicyEntry['kind']): number =>
    entries.reduce(
      (total, each) => total + (each.kind === kind && (payer === undefined || each.payer === payer) ? each.fen : 0),
      0,
    );
  const [granted, paid, claimed, returned] = [sum('granted'), sum('paid'), sum('claimed'), sum('returned')];
  return { granted, paid, claimed, returned, owed: granted - paid };
}

/** @throws Problem `unprocessable` where more is paid than owed, claimed than paid, returned than claimed */
export function checkEntry(
  kind: 'paid' | 'claimed' | 'returned',
  payer: Payer,
  fen: number,
  entries: readonly PolicyEntry[],
): void {
  if (!(Number.isSafeInteger(fen) && fen > 0))
    throw new Problem('invalid', 'an amount is a whole number of fen above 0');
  const { owed, paid, claimed, returned } = balancesOf(entries, payer);
  const most = { paid: owed, claimed: paid - claimed, returned: claimed - returned }[kind];
  if (fen > most) throw new Problem('unprocessable', 'so much is not open with this payer', { most });
}

const MOST_CLAUSES = 100;
const LONGEST = 500;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A draft of a clause from outside, held against the vocabulary. @throws Problem `invalid` */
export function parseClause(
  given: unknown,
  version: Pick<PolicyVersion, 'version' | 'caps' | 'models'>,
  vocabulary: Vocabulary,
): Clause {
  const clause = given as Clause;
  const isBoth = (text: unknown): boolean => {
    const { en, zh } = (text ?? {}) as { en?: unknown; zh?: unknown };
    return [en, zh].every((each) => typeof each === 'string' && each !== '' && each.length <= LONGEST);
  };
  if (
    typeof given !== 'object' ||
    given === null ||
    !isBoth(clause.title) ||
    !/^[a-z0-9-]{1,60}$/.test(String(clause.id))
  )
    throw new Problem('invalid', 'a clause has an id and a title in both languages');
  if (!Array.isArray(clause.evidence) || (clause.extras ?? []).length > 10 || (clause.payers ?? []).length > 6)
    throw new Problem('invalid', 'a clause lists its evidence, at most 10 extras and 6 payers');
  if (clause.decision !== undefined) checkDecision(clause.decision);
  checkRule(clause.amount, 0);
  for (const { percent, payer } of clause.payers ?? [])
    if (!(percent > 0 && percent <= 1_000) || !PAYERS.includes(payer))
      throw new Problem('invalid', 'a payer has a name and a percentage above 0');
  for (const { percent, id, title } of clause.extras ?? [])
    if (!(percent > 0 && percent <= 1_000) || typeof id !== 'string' || !isBoth(title))
      throw new Problem('invalid', 'an extra has an id, a title in both languages and a percentage above 0');
  for (const day of [clause.window?.from, clause.window?.to])
    if (day !== undefined && !DAY.test(day))
      throw new Problem('invalid', 'this parameter is a day: year-month-day', { name: 'window' });
  const shares = (clause.instalments ?? []).reduce((total, { percent }) => total + percent, 0);
  if (clause.instalments !== undefined && shares !== 100)
    throw new Problem('invalid', 'instalments sum to 100 percent');
  readyClause('draft', { ...version, clauses: [] }, clause, vocabulary);
  return clause;
}

function checkDecision({ model, version, eligible }: NonNullable<Clause['decision']>): void {
  const isName = (name: unknown): boolean => typeof name === 'string' && name !== '' && name.length <= LONGEST;
  if (!isName(model) || !Number.isSafeInteger(version) || !(eligible === undefined || isName(eligible)))
    throw new Problem('invalid', 'a clause’s decision names a model, its version and a decision of it');
}

function checkRule(rule: Clause['amount'], depth: number): void {
  const isYuan = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 1e11;
  const optional = (value: unknown): boolean => value === undefined || isYuan(value);
  const isSound = ((): boolean => {
    switch (rule?.kind) {
      case 'fixed':
        return isYuan(rule.yuan);
      case 'up-to':
        return isYuan(rule.ceilingYuan);
      case 'rate':
        return typeof rule.of === 'string' && rule.percent > 0 && rule.percent <= 1_000 && optional(rule.ceilingYuan);
      case 'each':
        return typeof rule.of === 'string' && isYuan(rule.yuan) && optional(rule.ceilingYuan);
      case 'tiers':
        return (
          typeof rule.by === 'string' &&
          depth === 0 &&
          Object.values(rule.tiers ?? {}).length > 0 &&
          Object.keys(rule.tiers).length <= 20
        );
      case 'decision':
        return typeof rule.decision === 'string' && depth === 0 && optional(rule.ceilingYuan);
      case 'case-by-case':
        return optional(rule.ceilingYuan);
      default:
        return rule?.kind === 'unknown' || rule?.kind === 'none' || rule?.kind === 'relief';
    }
  })();
  if (!isSound)
    throw new Problem('invalid', 'the amount of a clause is none of its forms, or its numbers are out of range');
  if (rule.kind === 'tiers') for (const tier of Object.values(rule.tiers)) checkRule(tier, depth + 1);
}

/** The version that follows, by the department's word. @throws Problem `invalid` */
export function parseAmendment(
  given: { from?: unknown; to?: unknown; clauses?: unknown },
  before: PolicyVersion,
  number: number,
  vocabulary: Vocabulary,
): PolicyVersion {
  const { from, to, clauses } = given;
  if (
    typeof from !== 'string' ||
    !DAY.test(from) ||
    (to !== undefined && (typeof to !== 'string' || !DAY.test(to) || to < from))
  )
    throw new Problem(
      'invalid',
      'a version has the day from which it holds, and may have a later one on which it ends',
    );
  if (!Array.isArray(clauses) || clauses.length === 0 || clauses.length > MOST_CLAUSES)
    throw new Problem('invalid', 'a version has 1 to 100 clauses');
  const { caps, models } = before;
  const base = { version: number, ...(caps !== undefined && { caps }), ...(models !== undefined && { models }) };
  const parsed = clauses.map((clause) => parseClause(clause, base, vocabulary));
  if (new Set(parsed.map(({ id }) => id)).size < parsed.length)
    throw new Problem('invalid', 'two clauses have the same id');
  const named = new Set(parsed.flatMap(({ decision }) => (decision === undefined ? [] : [modelKey(decision)])));
  const kept = Object.entries(models ?? {}).filter(([key]) => named.has(key));
  const { models: _, ...rest } = base;
  return {
    ...rest,
    from,
    ...(to !== undefined && { to }),
    ...(kept.length > 0 && { models: Object.fromEntries(kept) }),
    clauses: parsed,
  };
}
