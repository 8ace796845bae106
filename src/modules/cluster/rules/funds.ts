import { Problem } from '#kernel/problem';
import {
  type Flow,
  type IndexLevel,
  marketEquivalent,
  multiples,
  type RatesOfReturn,
  ratesOfReturn,
} from '#standards/private-equity';
import {
  type DerivedShare,
  FUND_KINDS,
  FUND_RATIOS,
  type FundEntry,
  type FundFigure,
  type FundFigures,
  type FundKind,
  type FundPoint,
  type FundRatio,
  type FundSums,
  type FundValue,
  type Lack,
  type NewFundEntry,
  PURPOSES,
  type StatedFigure,
  VALUATIONS,
} from '../model.ts';

const MOST_FEN = 1e15;
const LONGEST = 1000;
const FIRST_DAY = '1980-01-01';
const OF_HOLDINGS: readonly FundKind[] = ['investment', 'proceeds', 'holding-value'];
const OF_VALUES: readonly FundKind[] = ['net-value', 'holding-value'];

/** @throws Problem `invalid` where the entry cannot stand in the books */
export function checkFundEntry(entry: NewFundEntry, today: string): NewFundEntry {
  const { kind, day, fen, source, holding, investor, purpose, recallable, stakePpm, method, note } = entry;
  const wrong = (message: string): Problem => new Problem('invalid', message, { kind: String(kind).slice(0, 40) });
  if (!FUND_KINDS.includes(kind)) throw wrong('there is no such kind of entry');
  if (!(day >= FIRST_DAY && day <= today)) throw wrong('an entry has a day from 1980 to today');
  if (!(Number.isSafeInteger(fen) && fen <= MOST_FEN && (fen > 0 || (fen === 0 && OF_VALUES.includes(kind)))))
    throw wrong('an amount is a whole number of fen above 0');
  if (typeof source !== 'string' || source.trim() === '') throw wrong('an entry names its source');
  for (const words of [source, investor, note])
    if (typeof (words ?? '') !== 'string' || (words ?? '').length > LONGEST)
      throw wrong('a text of an entry is too long');
  if (OF_HOLDINGS.includes(kind) !== (typeof holding === 'string'))
    throw wrong('investments, proceeds and values of holdings name the holding, other entries do not');
  if (OF_VALUES.includes(kind) ? !VALUATIONS.includes(method!) : method != null)
    throw wrong('a value says by which method it was found, other entries do not');
  const purposes: readonly string[] = kind === 'call' || kind === 'distribution' ? PURPOSES[kind] : [];
  if (purpose != null && !purposes.includes(purpose)) throw wrong('this entry cannot be for this purpose');
  if (recallable === true && kind !== 'distribution') throw wrong('only a distribution can be recallable');
  if (stakePpm != null && !(kind === 'investment' && Number.isInteger(stakePpm) && stakePpm >= 0 && stakePpm <= 1e6))
    throw wrong('only an investment buys a stake, of 0 to 100 %');
  return entry;
}

/** Entries that stand on that day, without those that were reversed. */
export function standing(entries: readonly FundEntry[], at: string): FundEntry[] {
  const reversed = new Set(entries.map(({ reverses }) => reverses));
  return entries.filter(({ id, kind, day }) => kind !== 'reversal' && !reversed.has(id) && day <= at);
}

const sumOf = (entries: readonly FundEntry[], ...kinds: readonly FundEntry['kind'][]): number =>
  entries.reduce((sum, { kind, fen }) => sum + (kinds.includes(kind) ? fen : 0), 0);

export function sumsOf(entries: readonly FundEntry[]): FundSums {
  const [committed, called] = [sumOf(entries, 'commitment'), sumOf(entries, 'call')];
  const recallable = sumOf(
    entries.filter((entry) => entry.recallable),
    'distribution',
  );
  return {
    committed,
    called,
    distributed: sumOf(entries, 'distribution'),
    recallable,
    unfunded: committed - called + recallable,
    invested: sumOf(entries, 'investment'),
    proceeds: sumOf(entries, 'proceeds'),
    managementFees: sumOf(entries, 'management-fee'),
    expenses: sumOf(entries, 'expense'),
    carry: sumOf(entries, 'carry'),
  };
}

/** The newest value; of two on one day the one that was entered last. */
function newest(entries: readonly FundEntry[]): FundEntry | undefined {
  return entries.toSorted((a, b) => a.day.localeCompare(b.day) || a.enteredAt.localeCompare(b.enteredAt)).at(-1);
}

/** What the fund is worth on that day: its last value, carried on by what was called and distributed after it. */
export function fundValue(entries: readonly FundEntry[]): FundValue | null {
  const last = newest(entries.filter(({ kind }) => kind === 'net-value'));
  if (last === undefined) return null;
  const since = entries.filter(({ day }) => day > last.day);
  const movedFen = sumOf(since, 'call') - sumOf(since, 'distribution');
  return { fen: last.fen, day: last.day, method: last.method!, source: last.source, movedFen };
}

/** Every figure of a fund on one day, or what it lacks. @param index levels of the index to compare with */
export function figuresOf(
  all: readonly FundEntry[],
  { at, index }: { at: string; index?: readonly IndexLevel[] },
): FundFigures {
  const entries = standing(all, at);
  const value = fundValue(entries);
  if (entries.length === 0) {
    const ratios = Object.fromEntries(FUND_RATIOS.map((ratio) => [ratio, { lacks: ['books'] }]));
    return { at, sums: null, value: null, ratios: ratios as unknown as Record<FundRatio, FundFigure> };
  }
  const sums = sumsOf(entries);
  const worth = value === null ? null : value.fen + value.movedFen;
  return {
    at,
    sums,
    value,
    ratios: { ...multiplesOf(sums, worth), ...ratesOf(entries, at, worth), ...marketOf(entries, { at, worth, index }) },
  };
}

const yuan = (fen: number): string => (fen / 100).toLocaleString('en', { maximumFractionDigits: 2 });

function multiplesOf(sums: FundSums, worth: number | null): Record<'dpi' | 'rvpi' | 'tvpi' | 'pic', FundFigure> {
  const { committed, called, distributed } = sums;
  const lacks = (...wanted: [boolean, Lack][]): Lack[] => wanted.flatMap(([missing, lack]) => (missing ? [lack] : []));
  const told = (figure: 'dpi' | 'rvpi' | 'tvpi' | 'pic', working: string, missing: Lack[]): FundFigure => {
    if (missing.length > 0) return { lacks: missing };
    const found = multiples({ paidIn: called, distributed, value: worth ?? 0, ...(committed > 0 && { committed }) });
    return { value: found[figure]!, working };
  };
  const [noCalls, noValue] = [called === 0, worth === null];
  return {
    dpi: told('dpi', `${yuan(distributed)} / ${yuan(called)}`, lacks([noCalls, 'calls'])),
    rvpi: told('rvpi', `${yuan(worth ?? 0)} / ${yuan(called)}`, lacks([noCalls, 'calls'], [noValue, 'value'])),
    tvpi: told(
      'tvpi',
      `(${yuan(distributed)} + ${yuan(worth ?? 0)}) / ${yuan(called)}`,
      lacks([noCalls, 'calls'], [noValue, 'value']),
    ),
    pic: told(
      'pic',
      `${yuan(called)} / ${yuan(committed)}`,
      lacks([noCalls, 'calls'], [committed === 0, 'commitments']),
    ),
  };
}

/** Net to the investors, and gross: between the fund and what it holds. */
function ratesOf(
  entries: readonly FundEntry[],
  at: string,
  worth: number | null,
): Record<'netRate' | 'grossRate' | 'moic', FundFigure> {
  const holdings = holdingValues(entries);
  const invested = sumOf(entries, 'investment');
  const lacks: Lack[] = invested === 0 ? ['holdings'] : holdings.missing > 0 ? ['holding-values'] : [];
  const back = sumOf(entries, 'proceeds');
  return {
    netRate:
      worth === null || sumOf(entries, 'call') === 0
        ? {
            lacks: [
              ...(sumOf(entries, 'call') === 0 ? (['calls'] as const) : []),
              ...(worth === null ? (['value'] as const) : []),
            ],
          }
        : rateOf(ratesOfReturn([...flowsOf(entries, 'call', 'distribution'), { date: at, amount: worth }])),
    grossRate:
      lacks.length > 0
        ? { lacks }
        : rateOf(ratesOfReturn([...flowsOf(entries, 'investment', 'proceeds'), { date: at, amount: holdings.fen }])),
    moic:
      lacks.length > 0
        ? { lacks }
        : {
            value: (back + holdings.fen) / invested,
            working: `(${yuan(back)} + ${yuan(holdings.fen)}) / ${yuan(invested)}`,
          },
  };
}

/** Values of all that is still held; `missing` says how many holdings have none. */
function holdingValues(entries: readonly FundEntry[]): { fen: number; missing: number } {
  const held = Map.groupBy(
    entries.filter(({ holding }) => holding !== null),
    ({ holding }) => holding!,
  );
  let [fen, missing] = [0, 0];
  for (const own of held.values()) {
    const value = newest(own.filter(({ kind }) => kind === 'holding-value'));
    if (value === undefined) missing += 1;
    else fen += value.fen;
  }
  return { fen, missing };
}

function flowsOf(entries: readonly FundEntry[], out: FundKind, back: FundKind): Flow[] {
  return entries.flatMap(({ kind, day, fen }) =>
    kind === out ? [{ date: day, amount: -fen }] : kind === back ? [{ date: day, amount: fen }] : [],
  );
}

const RATE_WORKING = 'XIRR, actual/365';
function rateOf({ rate, roots, refusal }: RatesOfReturn, working = RATE_WORKING): FundFigure {
  if (rate !== undefined) return { value: rate, working };
  if (refusal === 'many-roots') return { several: roots.map((root) => root.rate), working };
  return { lacks: [refusal === 'too-many-changes' ? 'sign-changes' : 'no-rate'] };
}

type Market = Record<'ksPme' | 'lnPme' | 'pmePlus' | 'directAlpha', FundFigure>;
function marketOf(
  entries: readonly FundEntry[],
  { at, worth, index }: { at: string; worth: number | null; index: readonly IndexLevel[] | undefined },
): Market {
  const none = (...lacks: Lack[]): Market => ({
    ksPme: { lacks },
    lnPme: { lacks },
    pmePlus: { lacks },
    directAlpha: { lacks },
  });
  const flows = entries.flatMap(({ kind, day, fen }) =>
    kind === 'call'
      ? [{ date: day, contributed: fen, distributed: 0 }]
      : kind === 'distribution'
        ? [{ date: day, contributed: 0, distributed: fen }]
        : [],
  );
  if (!flows.some(({ contributed }) => contributed > 0)) return none('calls');
  if (worth === null) return none('value');
  if (index === undefined) return none('index');
  const first = flows.map(({ date }) => date).toSorted()[0]!;
  if (!index.some(({ date }) => date <= first)) return none('index-days');
  const found = marketEquivalent({ flows, value: worth, date: at }, index);
  return {
    ksPme: { value: found.kaplanSchoar!, working: 'Kaplan-Schoar 2005' },
    lnPme: rateOf(found.longNickels.rates, 'Long-Nickels 1996'),
    pmePlus:
      found.pmePlus === undefined
        ? { lacks: ['no-rate'] }
        : rateOf(found.pmePlus.rates, `PME+ 2003, λ = ${found.pmePlus.scale.toFixed(4)}`),
    directAlpha: rateOf(found.directAlpha, 'Direct Alpha 2014'),
  };
}

/** Cost, what came back, the stake and the last value of one holding; its rate where both are known. */
export function holdingOf(entries: readonly FundEntry[], at: string) {
  const stakes = entries.flatMap(({ stakePpm }) => (stakePpm === null ? [] : [stakePpm]));
  const last = newest(entries.filter(({ kind }) => kind === 'holding-value'));
  const costFen = sumOf(entries, 'investment');
  return {
    costFen,
    proceedsFen: sumOf(entries, 'proceeds'),
    stakePpm: stakes.length === 0 ? null : stakes.reduce((sum, ppm) => sum + ppm, 0),
    value: last === undefined ? null : { fen: last.fen, day: last.day, method: last.method!, source: last.source },
    rate:
      last === undefined
        ? ({ lacks: ['holding-values'] } as FundFigure)
        : rateOf(ratesOfReturn([...flowsOf(entries, 'investment', 'proceeds'), { date: at, amount: last.fen }])),
  };
}

/** Sums at the end of each quarter from the first flow to the day asked for. */
export function curveOf(all: readonly FundEntry[], at: string): FundPoint[] {
  const flows = standing(all, at).filter(({ kind }) => kind === 'call' || kind === 'distribution');
  if (flows.length === 0) return [];
  const first = flows.map(({ day }) => day).toSorted()[0]!;
  return quarterEnds(first, at).map((day) => {
    const then = standing(all, day);
    const [called, distributed] = [sumOf(then, 'call'), sumOf(then, 'distribution')];
    const value = fundValue(then);
    return {
      day,
      called,
      distributed,
      net: distributed - called,
      value: value === null ? null : value.fen + value.movedFen,
    };
  });
}

const MOST_QUARTERS = 200;
function quarterEnds(from: string, to: string): string[] {
  const ends: string[] = [];
  for (let { year, quarter } = quarterOf(from); ends.length < MOST_QUARTERS; ) {
    const { to: end } = quarterDays(year, quarter);
    if (end >= to) break;
    ends.push(end);
    [year, quarter] = quarter === 4 ? [year + 1, 1] : [year, quarter + 1];
  }
  return [...ends, to];
}

export function quarterOf(day: string): { year: number; quarter: number } {
  return { year: Number(day.slice(0, 4)), quarter: Math.ceil(Number(day.slice(5, 7)) / 3) };
}

function quarterDays(year: number, quarter: number): { from: string; to: string } {
  const two = (month: number): string => String(month).padStart(2, '0');
  return {
    from: `${year}-${two(3 * quarter - 2)}-01`,
    to: `${year}-${two(3 * quarter)}-${quarter === 1 || quarter === 4 ? 31 : 30}`,
  };
}

/** @throws Problem `invalid` unless it is a quarter, as 2026-Q3 */
export function parseQuarter(text: string): { year: number; quarter: number; from: string; to: string } {
  const found = /^((?:19|20)\d\d)-Q([1-4])$/.exec(text);
  if (found === null) throw new Problem('invalid', 'a quarter is written as 2026-Q3');
  const [year, quarter] = [Number(found[1]), Number(found[2])];
  return { year, quarter, ...quarterDays(year, quarter) };
}

const SHARES = [
  ['paid-in-ratio', 'paid-in', 'fund-size'],
  ['reinvested-project-share', 'reinvested-projects', 'project-count'],
  ['reinvested-to-paid-in', 'reinvested-amount', 'paid-in'],
] as const;

/** What follows from a fund's stated figures by division: each only where both are stated. */
export function derivedShares(stated: readonly StatedFigure[]): DerivedShare[] {
  const of = (name: string): number | undefined => stated.find(({ property }) => property === name)?.value;
  return SHARES.flatMap(([name, part, whole]) => {
    const [above, below] = [of(part), of(whole)];
    return above === undefined || below === undefined || below === 0
      ? []
      : [{ name, of: [part, whole], value: above / below }];
  });
}
