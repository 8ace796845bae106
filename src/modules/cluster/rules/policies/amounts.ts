import type {
  AmountRule,
  AmountStep,
  Answers,
  Clause,
  MoneySpan,
  Payer,
  Reckoning,
  WrittenAmount,
} from '../../model/policies.ts';
import type { CompiledDecision } from './decide.ts';
import type { Condition } from './feel.ts';

const FEN = 100;
const HUNDREDTHS = 100;

/**
 * The amount of a clause in fen, from the least to the most that what is known allows, with the working. Parts of a fen are dropped,
 * never rounded up; what a division between payers leaves over goes to those who lost most by it.
 *
 * @param extras conditions of the clause's extras, in their order
 */
export function reckon(
  clause: Clause,
  answers: Answers,
  extras: readonly Condition[],
  decision?: CompiledDecision,
): Reckoning {
  const { amount } = clause;
  const found = amount.kind === 'decision' ? decided(amount, answers, decision!) : base(amount, answers);
  if (found.kind !== 'money') {
    const ceiling = amount.kind === 'case-by-case' ? amount.ceilingYuan : undefined;
    const span = found.kind === 'none' || found.kind === 'relief' ? { least: 0, most: 0 } : { least: 0, most: null };
    return {
      ...span,
      kind: found.kind,
      steps: [],
      payers: [],
      needs: found.needs,
      ...(ceiling !== undefined && { ceiling: ceiling * FEN }),
    };
  }
  const { steps, needs } = found;
  const before = sum(steps);
  extras.forEach((condition, at) => {
    const { percent, id } = clause.extras![at]!;
    const verdict = condition.test(answers);
    if (verdict === 'no') return;
    const most = before.most === null ? null : share(before.most, percent);
    steps.push({
      key: 'extra',
      facts: { extra: id, percent },
      least: verdict === 'yes' ? share(before.least, percent) : 0,
      most,
    });
    if (verdict === 'unknown') needs.push(...condition.names.filter((name) => answers[name] === undefined));
  });
  const own = sum(steps);
  const parts = clause.payers ?? [{ payer: 'unstated' as const, percent: 100 }];
  const percent = parts.reduce((total, part) => total + part.percent, 0);
  if (percent !== 100)
    steps.push({ key: 'match', facts: { percent: percent - 100 }, ...each(own, (fen) => share(fen, percent) - fen) });
  const span = sum(steps);
  return { kind: 'money', ...span, steps, payers: divide(own, parts), needs: [...new Set(needs)] };
}

interface Base {
  kind: Reckoning['kind'];
  steps: AmountStep[];
  needs: string[];
}

/** The amount that a model decides, held to the ceiling. */
function decided(
  { decision: name, ceilingYuan }: AmountRule & { kind: 'decision' },
  answers: Answers,
  decision: CompiledDecision,
): Base {
  const { least, most } = decision.decide(answers).amount!;
  const ceiling = ceilingYuan === undefined ? null : ceilingYuan * FEN;
  const needs = least === most ? [] : decision.names.filter((each) => answers[each] === undefined);
  if (most === null) return money([{ key: 'decision', facts: { decision: name }, least: 0, most: ceiling }], needs);
  const steps: AmountStep[] = [{ key: 'decision', facts: { decision: name }, least, most }];
  if (ceiling !== null && most > ceiling)
    steps.push({ key: 'ceiling', facts: { fen: ceiling }, least: Math.min(ceiling - least, 0), most: ceiling - most });
  return money(steps, needs);
}

function base(rule: WrittenAmount, answers: Answers): Base {
  switch (rule.kind) {
    case 'fixed':
      return money([{ key: 'fixed', facts: {}, ...exactly(rule.yuan * FEN) }]);
    case 'up-to':
      return money([{ key: 'upTo', facts: {}, least: 0, most: rule.ceilingYuan * FEN }]);
    case 'rate':
    case 'each':
      return perUnit(rule, answers);
    case 'tiers':
      return tiers(rule, answers);
    default:
      return { kind: rule.kind, steps: [], needs: [] };
  }
}

function perUnit(rule: WrittenAmount & { kind: 'rate' | 'each' }, answers: Answers): Base {
  const { of, ceilingYuan } = rule;
  const ceiling = ceilingYuan === undefined ? null : ceilingYuan * FEN;
  const value = answers[of];
  if (typeof value !== 'number') return money([{ key: 'range', facts: { name: of }, least: 0, most: ceiling }], [of]);
  const full = rule.kind === 'rate' ? share(value, rule.percent) : Math.floor(value) * rule.yuan * FEN;
  const facts = { name: of, value, ...(rule.kind === 'rate' ? { percent: rule.percent } : { fen: rule.yuan * FEN }) };
  const steps: AmountStep[] = [{ key: rule.kind, facts, ...exactly(full) }];
  const held = ceiling === null ? full : Math.min(full, ceiling);
  if (held < full) steps.push({ key: 'ceiling', facts: { fen: held }, ...exactly(held - full) });
  // The rate is itself the most: nothing of it is sure.
  if (rule.kind === 'rate' && rule.upTo === true) steps.push({ key: 'share', facts: {}, least: -held, most: 0 });
  return money(steps);
}

function tiers({ by, tiers: rules }: WrittenAmount & { kind: 'tiers' }, answers: Answers): Base {
  const value = answers[by];
  if (value !== undefined) {
    const rule = rules[String(value)];
    return rule === undefined ? money([{ key: 'fixed', facts: {}, ...exactly(0) }]) : base(rule, answers);
  }
  const all = Object.values(rules).map((rule) => base(rule, answers));
  const other = all.find(({ kind }) => kind !== 'money');
  if (other !== undefined) return { ...other, needs: [by] };
  const spans = all.map(({ steps }) => sum(steps));
  const most = spans.some((span) => span.most === null) ? null : Math.max(0, ...spans.map((span) => span.most!));
  const least = Math.min(...spans.map((span) => span.least));
  return money([{ key: 'range', facts: { name: by }, least, most }], [by, ...all.flatMap(({ needs }) => needs)]);
}

function money(steps: AmountStep[], needs: string[] = []): Base {
  return { kind: 'money', steps, needs };
}

function exactly(fen: number): MoneySpan {
  return { least: fen, most: fen };
}

function each({ least, most }: MoneySpan, of: (fen: number) => number): MoneySpan {
  return { least: of(least), most: most === null ? null : of(most) };
}

function sum(steps: readonly MoneySpan[]): MoneySpan {
  return {
    least: steps.reduce((total, step) => total + step.least, 0),
    most: steps.reduce<number | null>(
      (total, step) => (total === null || step.most === null ? null : total + step.most),
      0,
    ),
  };
}

/** Percent of fen, parts of a fen dropped; the product may be beyond what a number holds. */
function share(fen: number, percent: number): number {
  return Number((BigInt(Math.floor(fen)) * BigInt(Math.round(percent * HUNDREDTHS))) / BigInt(100 * HUNDREDTHS));
}

/** Parts that sum to the whole share: largest remainders first, then in the order of the clause. */
export function divide(
  own: MoneySpan,
  parts: readonly { payer: Payer; percent: number }[],
): ({ payer: Payer } & MoneySpan)[] {
  const least = portions(own.least, parts);
  const most = own.most === null ? null : portions(own.most, parts);
  return parts.map(({ payer }, at) => ({ payer, least: least[at]!, most: most === null ? null : most[at]! }));
}

function portions(fen: number, parts: readonly { percent: number }[]): number[] {
  const whole = share(
    fen,
    parts.reduce((total, { percent }) => total + percent, 0),
  );
  const found = parts.map(({ percent }) => share(fen, percent));
  const rest = parts.map(({ percent }, at) => ({
    at,
    lost: (BigInt(fen) * BigInt(Math.round(percent * HUNDREDTHS))) % BigInt(100 * HUNDREDTHS),
  }));
  rest.sort((a, b) => (a.lost === b.lost ? a.at - b.at : a.lost > b.lost ? -1 : 1));
  let left = whole - found.reduce((total, each) => total + each, 0);
  for (const { at } of rest) {
    if (left <= 0) break;
    found[at]! += 1;
    left -= 1;
  }
  return found;
}
