import { Problem } from '#kernel/problem';
import type {
  Answer,
  Criterion,
  CriterionAnswer,
  LadderFact,
  LadderSetting,
  Rung,
  RungAnswer,
  Statement,
} from '../model.ts';
import { DAY_MS } from './days.ts';

/** Properties that the ladder's facts are computed from. */
export const LADDER_PROPERTIES = [
  'revenue',
  'employees',
  'rd-employees',
  'rd-spending',
  'established',
  'niche-years',
  'valuation',
  'listed',
  'assessment-score',
  'core-ip',
  'high-tech-field',
  'high-tech-revenue-share',
  'chain-share',
  'flag',
] as const;

export type LadderFacts = Partial<Record<LadderFact, number>>;
type Said = Pick<Statement, 'property' | 'value' | 'op' | 'asOf'>;

/**
 * What is known of an enterprise, as the rungs ask it. Growth compares years that follow each other; three years' growth is the yearly rate
 * from the year three before the last. A bound (more than, less than, about) is no value: what is only bounded stays unknown.
 *
 * @param statements live ones, the one to reckon with first within a property
 */
export function ladderFacts(statements: readonly Said[], today: string): LadderFacts {
  const exact = statements.filter(({ op }) => op === null);
  const newest = (property: string): Said | undefined => exact.find((said) => said.property === property);
  const number = (property: string): number | undefined => {
    const value = newest(property)?.value;
    return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : undefined;
  };
  const years = new Map<number, number>();
  for (const { property, value, asOf } of exact)
    if (property === 'revenue' && typeof value === 'number' && asOf !== null && !years.has(Number(asOf.slice(0, 4))))
      years.set(Number(asOf.slice(0, 4)), value);
  const last = years.size === 0 ? undefined : Math.max(...years.keys());
  const of = (year: number | undefined): number | undefined => (year === undefined ? undefined : years.get(year));
  const revenue = number('revenue');
  const spent = newest('rd-spending');
  // A share is of one year.
  const ofThatYear = spent?.asOf == null ? revenue : (years.get(Number(spent.asOf.slice(0, 4))) ?? undefined);
  const [base, before] = [of(last === undefined ? undefined : last - 3), of(last === undefined ? undefined : last - 1)];
  const flags = statements.filter(({ property }) => property === 'flag').map(({ value }) => value);
  const established = newest('established')?.value;
  const facts: Record<LadderFact, number | undefined> = {
    revenue,
    employees: number('employees'),
    'rd-spending': number('rd-spending'),
    'rd-share': ratio(number('rd-spending'), ofThatYear),
    'rd-staff-share': ratio(number('rd-employees'), number('employees')),
    'revenue-growth': minusOne(ratio(of(last), before)),
    'revenue-growth-3y': minusOne(cubeRoot(ratio(of(last), base))),
    'base-revenue': base,
    'age-years': typeof established === 'string' ? yearsSince(established, today) : undefined,
    'niche-years': number('niche-years'),
    valuation: number('valuation'),
    listed: number('listed'),
    'high-tech-enterprise': flags.some((flag) => /high-tech enterprise|高新技术企业/i.test(String(flag)))
      ? 1
      : undefined,
    'assessment-score': number('assessment-score'),
    'core-ip': number('core-ip'),
    'high-tech-field': number('high-tech-field'),
    'high-tech-revenue-share': number('high-tech-revenue-share'),
    'chain-share': number('chain-share'),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

const ratio = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || whole === undefined || whole <= 0 ? undefined : part / whole;
const minusOne = (value: number | undefined): number | undefined => (value === undefined ? undefined : value - 1);
const cubeRoot = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.cbrt(value);
const DAYS = 365.25 * DAY_MS;
/** Whole years; of a founding year alone, from its end, so that nobody is older than is known. */
function yearsSince(date: string, today: string): number {
  const from = date.length === 4 ? `${date}-12-31` : date.length === 7 ? `${date}-28` : date;
  return Math.max(0, Math.floor((Date.parse(today) - Date.parse(from)) / DAYS));
}

/** Rungs that hold on a day, with what an authority has set. */
export function rungsOn(rungs: readonly Rung[], settings: readonly LadderSetting[], day: string): Rung[] {
  return rungs
    .filter(({ validFrom, validTo }) => validFrom <= day && (validTo === undefined || validTo >= day))
    .map((rung) => ({
      ...rung,
      any: rung.any.map((group) =>
        group.map((criterion) => {
          const set = settings.find(
            (each) => each.rung === rung.id && each.criterion === criterion.id && each.validFrom <= day,
          );
          return criterion.value === null && set !== undefined ? { ...criterion, value: set.value } : criterion;
        }),
      ),
    }));
}

/** A shortfall of this share of what is needed is near. */
const NEAR = 0.25;

/** @param lies where the enterprise lies within the rung's place; undefined where nobody knows */
export function answerRung(rung: Rung, facts: LadderFacts, lies: boolean | undefined): RungAnswer {
  const groups = rung.any.map((group) => group.map((criterion) => answerCriterion(criterion, facts)));
  const best = groups.toSorted((one, two) => rank(one) - rank(two))[0] ?? [];
  const inPlace: Answer = rung.place === undefined || lies === true ? 'yes' : lies === false ? 'no' : 'unknown';
  const answer = both(inPlace, any(groups.map((group) => all(group.map((criterion) => criterion.answer)))));
  const failed = best.filter((criterion) => criterion.answer === 'no');
  const isNear =
    inPlace === 'yes' &&
    answer === 'no' &&
    failed.length === 1 &&
    best.length - 1 <= 2 * best.filter((criterion) => criterion.answer === 'yes').length &&
    failed.every(
      ({ short, value, op }) =>
        (op === '>=' || op === '>') &&
        short !== null &&
        value !== null &&
        value !== 0 &&
        Math.abs(short / value) <= NEAR,
    );
  return { rung: rung.id, answer, criteria: best, isNear };
}

const rank = (group: readonly CriterionAnswer[]): number =>
  group.reduce((sum, { answer }) => sum + (answer === 'no' ? 100 : answer === 'unknown' ? 1 : 0), 0);
const all = (answers: readonly Answer[]): Answer =>
  answers.includes('no') ? 'no' : answers.includes('unknown') ? 'unknown' : 'yes';
const any = (answers: readonly Answer[]): Answer =>
  answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no';
const both = (one: Answer, two: Answer): Answer => all([one, two]);

function answerCriterion(criterion: Criterion, facts: LadderFacts): CriterionAnswer {
  const { fact, op, value } = criterion;
  const has = facts[fact] ?? null;
  if (has === null || value === null) return { ...criterion, answer: 'unknown', has, short: null };
  const met = { '>=': has >= value, '>': has > value, '<': has < value, '<=': has <= value, '=': has === value }[op];
  return { ...criterion, answer: met ? 'yes' : 'no', has, short: met ? null : Math.abs(value - has) };
}

/** @throws Problem `invalid` unless the criterion is one that waits for an authority */
export function checkSetting(
  rungs: readonly Rung[],
  { rung, criterion, value, source }: Pick<LadderSetting, 'rung' | 'criterion' | 'value' | 'source'>,
): void {
  const found = rungs
    .find(({ id }) => id === rung)
    ?.any.flat()
    .find(({ id }) => id === criterion);
  if (found === undefined || found.value !== null)
    throw new Problem('invalid', 'this criterion does not wait for an authority');
  if (!(Number.isFinite(value) && value >= 0) || source.trim() === '' || source.length > 1000)
    throw new Problem('invalid', 'a setting has a number that is not negative and names its document');
}
