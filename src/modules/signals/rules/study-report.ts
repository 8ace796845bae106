import { standardisedDifferences } from '#standards/propensity';
import { normal, student } from '#standards/statistics';
import type {
  DataSource,
  DimensionReport,
  Effect,
  Endpoint,
  EndpointReport,
  ForestReport,
  ForestRow,
  StepCurve,
  StudyProtocol,
  StudyReport,
  StudyTable,
} from '../model.ts';
import { cellsOf, columnsOf, type Frame, frameOf, textOf } from './study-frame.ts';
import { CONTROL, gridOf, type Outputs, observedOf, TREATED, weightsOf } from './study-steps.ts';

/** A picture needs no more. */
const MOST_POINTS = 600;

interface Told {
  /** Persons that a group must have to be told; 1 where nothing is hidden. */
  smallest: number;
}

/**
 * What a study came to, from what its steps came to.
 *
 * Under a smallest group, numbers of fewer persons are absent, a curve has a step only when so many have left it since the one before, and numbers at risk below it are not told.
 */
export function reportOf(
  protocol: StudyProtocol,
  { table, source, smallest }: { table: StudyTable; source: DataSource; smallest: number },
  done: Outputs,
): Omit<StudyReport, 'steps'> {
  const frame = frameOf(protocol, table);
  const told = { smallest };
  const p = done.get('multiplicity') as { holm: (number | null)[] } | undefined;
  return {
    groups: { treated: protocol.treatment.treated, control: protocol.treatment.control },
    smallest: smallest > 1 ? smallest : null,
    flow: flowOf(frame, source, told),
    missing: missingOf(protocol, frame, told),
    balance: balanceOf(protocol, frame, done),
    adjustment: adjustmentOf(protocol, frame, done),
    endpoints: protocol.endpoints.map((endpoint, at) => ({
      ...roundedOf(endpointOf(protocol, frame, endpoint, done, told), told),
      pAdjusted: p?.holm[at] ?? null,
    })),
    dimensions: dimensionsOf(protocol, done),
  };
}

function flowOf({ flow, treated }: Frame, source: DataSource, { smallest }: Told): StudyReport['flow'] {
  const count = treated.filter(Boolean).length;
  const shown = (persons: number): number => (smallest > 1 ? Math.round(persons / smallest) * smallest : persons);
  return [
    ...(source.flow ?? []),
    ...flow.map(({ step, persons }) => ({
      step,
      persons: shown(persons),
      ...(step === 'analysed' && { treated: shown(count), control: shown(treated.length - count) }),
    })),
  ];
}

function missingOf(
  protocol: StudyProtocol,
  { table, rows, treated }: Frame,
  { smallest }: Told,
): StudyReport['missing'] {
  return columnsOf(protocol).flatMap((column) => {
    const cells = cellsOf(table, column);
    const count = (flag: boolean): number =>
      rows.filter((row, at) => treated[at] === flag && cells[row] === null).length;
    const found = { treated: count(true), control: count(false) };
    const isSmall = [found.treated, found.control].some((each) => each > 0 && each < smallest);
    return found.treated + found.control === 0 || isSmall ? [] : [{ column, ...found }];
  });
}

function balanceOf(protocol: StudyProtocol, { covariates, treated }: Frame, done: Outputs): StudyReport['balance'] {
  const found = done.get('weights') as
    | { smdUnweighted: number[]; methods: Record<string, { smd: number[] }> }
    | undefined;
  if (found === undefined) return [];
  const weights = weightsOf(protocol, done);
  const { method, estimand } = protocol.adjustment;
  const after =
    method === 'iptw'
      ? found.methods[estimand]?.smd
      : weights &&
        standardisedDifferences(
          covariates.map(({ values }) => Float64Array.from(values)),
          treated,
          Float64Array.from(weights),
        );
  return covariates.map(({ name }, at) => ({
    column: name,
    before: found.smdUnweighted[at]!,
    after: after === undefined ? null : (after[at] ?? null),
  }));
}

function adjustmentOf(protocol: StudyProtocol, { treated }: Frame, done: Outputs): StudyReport['adjustment'] {
  const { method } = protocol.adjustment;
  const weights = weightsOf(protocol, done);
  if (weights === undefined) return { method };
  // Kish's: how many persons of equal weight would tell as much.
  const effective = (flag: boolean): number => {
    const own = weights.filter((_, at) => treated[at] === flag);
    return sum(own) ** 2 / sum(own.map((weight) => weight * weight));
  };
  const matched = (done.get('match') as { nMatchedTreated: number } | undefined)?.nMatchedTreated;
  return {
    method,
    essTreated: effective(true),
    essControl: effective(false),
    ...(method === 'match' && matched !== undefined && { matched }),
  };
}

function endpointOf(
  protocol: StudyProtocol,
  frame: Frame,
  endpoint: Endpoint,
  done: Outputs,
  told: Told,
): Omit<EndpointReport, 'pAdjusted'> {
  const get = <T>(key: string): T | undefined => done.get(`${endpoint.id}.${key}`) as T | undefined;
  const base = {
    id: endpoint.id,
    name: endpoint.name,
    kind: endpoint.kind,
    better: endpoint.better,
    unit: endpoint.unit ?? null,
    n: { treated: 0, control: 0 },
    events: null,
    curves: [],
    weightedCurves: [],
    incidences: [],
    tests: [],
    levels: [],
    risk: null,
    imputed: null,
    effects: effectsOf(protocol, endpoint, get),
    forest: forestOf(endpoint, get('subgroups'), told),
  };
  const imputed = imputedOf(get('imputed'));
  switch (endpoint.kind) {
    case 'time':
      return { ...base, ...timeOf(frame, endpoint, get, told) };
    case 'responder':
      return { ...base, ...sharesOf(protocol, frame, endpoint, get), imputed };
    case 'change':
      return { ...base, ...changesOf(protocol, frame, endpoint, told), imputed };
    case 'repeated':
      return { ...base, ...visitsOf(protocol, frame, endpoint, told) };
    case 'composite': {
      const found = get<{ obrienT: number; obrienDf: number; obrienP: number }>('composite');
      const columns = endpoint.parts.map(({ column }) => cellsOf(frame.table, column));
      const test = { name: 'obrien' as const, method: 'composite' };
      return {
        ...base,
        n: countOf(frame, (row) => columns.every((cells) => cells[row] !== null)),
        tests: found === undefined ? [] : [{ ...test, statistic: found.obrienT, df: found.obrienDf, p: found.obrienP }],
      };
    }
    case 'hierarchy':
      return { ...base, n: countOf(frame, () => true) };
  }
}

/** Of the population no exact number is told. */
function roundedOf(report: Omit<EndpointReport, 'pAdjusted'>, { smallest }: Told): Omit<EndpointReport, 'pAdjusted'> {
  if (smallest === 1) return report;
  const shown = <T extends { treated: number; control: number }>(counts: T): T => ({
    ...counts,
    treated: Math.round(counts.treated / smallest) * smallest,
    control: Math.round(counts.control / smallest) * smallest,
  });
  const { n, events, forest } = report;
  return {
    ...report,
    n: shown(n),
    events: events && (Math.min(events.treated, events.control) < smallest ? null : shown(events)),
    forest: forest && {
      ...forest,
      overall: shown(forest.overall),
      factors: forest.factors.map((factor) => ({ ...factor, rows: factor.rows.map(shown) })),
    },
  };
}

function countOf({ rows, treated }: Frame, isKnown: (row: number) => boolean): EndpointReport['n'] {
  const count = (flag: boolean): number => rows.filter((row, at) => treated[at] === flag && isKnown(row)).length;
  return { treated: count(true), control: count(false) };
}

type Get = <T>(key: string) => T | undefined;
type Of<K extends Endpoint['kind']> = Extract<Endpoint, { kind: K }>;

interface KmOutput {
  strata: string[] | null;
  time: number[];
  nRisk: number[];
  nEvent: number[];
  nCensor: number[];
  surv: number[];
  confTypes: { 'log-log': { lower: (number | null)[]; upper: (number | null)[] } };
}

function timeOf(frame: Frame, endpoint: Of<'time'>, get: Get, told: Told): Partial<EndpointReport> {
  const { places, times, codes } = observedOf(frame, endpoint);
  const count = (flag: boolean, code?: number): number =>
    places.filter((place, at) => frame.treated[place] === flag && (code === undefined || codes[at] === code)).length;
  const km = get<KmOutput>('km');
  const grid = gridOf(times);
  const events = { treated: count(true, 1), control: count(false, 1) };
  const isSmall = [events.treated, events.control].some((each) => each < told.smallest && told.smallest > 1);
  return {
    n: { treated: count(true), control: count(false) },
    events: isSmall ? null : events,
    curves: curvesOf(km, told),
    weightedCurves: curvesOf(get('km-weighted'), told),
    incidences: incidencesOf(get('cif'), endpoint, told, count),
    tests: testsOf(get),
    risk: km === undefined ? null : riskOf(km, grid, told),
    levels: km === undefined ? [] : levelsOf(km, grid, told),
  };
}

/** Of one group of `km`. */
function placesOf({ strata, time }: KmOutput, group: string): number[] {
  return time.flatMap((_, at) => (strata?.[at] === group ? [at] : []));
}

function curvesOf(km: KmOutput | undefined, { smallest }: Told): StepCurve[] {
  if (km === undefined) return [];
  const { lower, upper } = km.confTypes['log-log'];
  return [CONTROL, TREATED].map((group) => {
    const curve: StepCurve = { group: group as StepCurve['group'], time: [0], value: [1], low: [1], high: [1] };
    const places = placesOf(km, group);
    const least = Math.max(smallest === 1 ? 0 : smallest, 0);
    const stride = Math.ceil(places.length / MOST_POINTS);
    let left = 0;
    for (const [order, at] of places.entries()) {
      left += km.nEvent[at]! + km.nCensor[at]!;
      // Of a small group nothing is told, and no step by itself tells of one person.
      if (left < least || (smallest > 1 && km.nRisk[at]! < smallest)) continue;
      if (order % stride !== 0 && order !== places.length - 1) continue;
      left = 0;
      curve.time.push(km.time[at]!);
      curve.value.push(km.surv[at]!);
      curve.low.push(lower[at] ?? km.surv[at]!);
      curve.high.push(upper[at] ?? km.surv[at]!);
    }
    return curve;
  });
}

function riskOf(km: KmOutput, times: number[], { smallest }: Told): NonNullable<EndpointReport['risk']> {
  const of = (group: string): (number | null)[] => {
    const places = placesOf(km, group);
    return times.map((now) => {
      const at = places.find((place) => km.time[place]! >= now);
      const risk = at === undefined ? 0 : km.nRisk[at]!;
      if (smallest === 1) return risk;
      return risk < smallest ? null : Math.round(risk / smallest) * smallest;
    });
  };
  return { times, treated: of(TREATED), control: of(CONTROL) };
}

function levelsOf(km: KmOutput, times: readonly number[], { smallest }: Told): EndpointReport['levels'] {
  const { lower, upper } = km.confTypes['log-log'];
  return [TREATED, CONTROL].flatMap((group) => {
    const places = placesOf(km, group);
    const end = km.time[places.at(-1) ?? -1] ?? 0;
    return times.flatMap((now) => {
      if (now === 0 || now > end) return [];
      const at = places.findLast((place) => km.time[place]! <= now);
      if (smallest > 1 && (km.nRisk[at ?? places[0]!] ?? 0) < smallest) return [];
      return [
        {
          at: now,
          group: group as StepCurve['group'],
          value: at === undefined ? 1 : km.surv[at]!,
          low: at === undefined ? 1 : (lower[at] ?? null),
          high: at === undefined ? 1 : (upper[at] ?? null),
        },
      ];
    });
  });
}

interface CifOutput {
  curves: { name: string; time: number[]; est: number[]; var: number[] }[];
  gray: { causes: (string | number)[]; stat: number[]; p: number[]; df: number[] } | null;
}

function incidencesOf(
  cif: CifOutput | undefined,
  { events, competing }: Of<'time'>,
  { smallest }: Told,
  count: (flag: boolean, code?: number) => number,
): StepCurve[] {
  return (cif?.curves ?? []).flatMap(({ name, time, est, var: variance }) => {
    const [group = '', cause] = name.split(' ');
    // A curve of few events tells each of them.
    if (smallest > 1 && count(group === TREATED, Number(cause)) < smallest) return [];
    const stride = Math.max(Math.ceil(time.length / MOST_POINTS), smallest > 1 ? smallest : 1);
    const kept = time.flatMap((_, at) => (at % stride === 0 || at === time.length - 1 ? [at] : []));
    const errors = kept.map((at) => Math.sqrt(Math.max(0, variance[at]!)));
    return [
      {
        group: group as StepCurve['group'],
        cause: (cause === '1' ? events : competing).join(', '),
        time: kept.map((at) => time[at]!),
        value: kept.map((at) => est[at]!),
        low: kept.map((at, place) => Math.max(0, est[at]! - REACH * errors[place]!)),
        high: kept.map((at, place) => Math.min(1, est[at]! + REACH * errors[place]!)),
      },
    ];
  });
}

const REACH = normal.quantile(0.975);

function testsOf(get: Get): EndpointReport['tests'] {
  const tests: EndpointReport['tests'] = [];
  const logrank = get<{ chisq: number; df: number; p: number }>('logrank');
  if (logrank !== undefined)
    tests.push({ name: 'logrank', method: 'logrank', statistic: logrank.chisq, df: logrank.df, p: logrank.p });
  const zph = get<{ zphKm?: { chisq: number[]; df: number[]; p: number[] } }>('cox')?.zphKm;
  if (zph !== undefined)
    tests.push({
      name: 'proportional',
      method: 'cox',
      statistic: zph.chisq[0] ?? null,
      df: zph.df[0] ?? null,
      p: zph.p[0] ?? null,
    });
  const gray = get<CifOutput>('cif')?.gray;
  if (gray)
    tests.push({
      name: 'gray',
      method: 'cif',
      statistic: gray.stat[0] ?? null,
      df: gray.df[0] ?? null,
      p: gray.p[0] ?? null,
    });
  return tests;
}

function sharesOf(
  { level }: StudyProtocol,
  frame: Frame,
  endpoint: Of<'responder'>,
  get: Get,
): Partial<EndpointReport> {
  const cells = cellsOf(frame.table, endpoint.column);
  const n = countOf(frame, (row) => cells[row] !== null);
  const yes = countOf(frame, (row) => textOf(cells[row]!) === endpoint.yes);
  const rates = get<{ fisherP: number }[]>('rates')?.[0];
  // Wilson's interval (J Am Stat Assoc 1927;22:209).
  const z = normal.quantile((1 + level) / 2);
  const shares = ([TREATED, CONTROL] as ('treated' | 'control')[]).map((group) => {
    const [x, all] = [yes[group], n[group]];
    const [centre, half] = [x + z ** 2 / 2, z * Math.sqrt((x * (all - x)) / all + z ** 2 / 4)];
    return {
      at: null,
      group,
      value: x / all,
      low: (centre - half) / (all + z ** 2),
      high: (centre + half) / (all + z ** 2),
    };
  });
  return {
    n,
    events: yes,
    levels: shares,
    tests:
      rates === undefined
        ? []
        : [{ name: 'fisher', method: 'rates-two-sample', statistic: null, df: null, p: rates.fisherP }],
  };
}

function changesOf(
  { level }: StudyProtocol,
  frame: Frame,
  { baseline, column }: Of<'change'>,
  told: Told,
): Partial<EndpointReport> {
  const [before, after] = [cellsOf(frame.table, baseline), cellsOf(frame.table, column)];
  const change = (row: number): number | null =>
    before[row] === null || after[row] === null ? null : Number(after[row]) - Number(before[row]);
  return {
    n: countOf(frame, (row) => change(row) !== null),
    levels: meansOf(frame, change, null, level, told),
  };
}

function visitsOf(
  { level }: StudyProtocol,
  frame: Frame,
  { visits }: Of<'repeated'>,
  told: Told,
): Partial<EndpointReport> {
  const last = visits.at(-1)!;
  const known = (column: string) => (row: number) => {
    const cell = cellsOf(frame.table, column)[row]!;
    return cell === null ? null : Number(cell);
  };
  return {
    n: countOf(frame, (row) => known(last.column)(row) !== null),
    levels: visits.flatMap(({ column, at }) => meansOf(frame, known(column), at, level, told)),
  };
}

/** Observed means with Student's interval. */
function meansOf(
  { rows, treated }: Frame,
  readValue: (row: number) => number | null,
  at: number | null,
  level: number,
  { smallest }: Told,
): EndpointReport['levels'] {
  return ([TREATED, CONTROL] as ('treated' | 'control')[]).flatMap((group) => {
    const values = rows.flatMap((row, place) => {
      const value = treated[place] === (group === TREATED) ? readValue(row) : null;
      return value === null ? [] : [value];
    });
    if (values.length < Math.max(2, smallest)) return [];
    const mean = sum(values) / values.length;
    const error = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1) / values.length);
    const reach = student.quantile((1 + level) / 2, values.length - 1) * error;
    return [{ at, group, value: mean, low: mean - reach, high: mean + reach }];
  });
}

function effectsOf(protocol: StudyProtocol, endpoint: Endpoint, get: Get): Effect[] {
  const z = normal.quantile((1 + protocol.level) / 2);
  const effects: (Effect | undefined)[] = [];
  const add = (
    key: string,
    method: string,
    measure: Effect['measure'],
    adjusted: boolean,
    read: (output: never) => readonly (number | null | undefined)[],
  ): void => {
    const output = get(key);
    if (output === undefined) return;
    const [estimate, low, high, p = null] = read(output as never);
    if (![estimate, low, high].every((value) => typeof value === 'number')) return;
    const none = RATIOS.has(measure) ? 1 : 0;
    effects.push({ measure, method, adjusted, estimate: estimate!, low: low!, high: high!, p: p ?? null, none });
  };
  interface Cox {
    expCoef: number[];
    ciLo: number[];
    ciHi: number[];
    p: number[];
  }
  const first = ({ expCoef, ciLo, ciHi, p }: Cox) => [expCoef[0], ciLo[0], ciHi[0], p[0]] as const;
  const around = (estimate: number, error: number, of: (value: number) => number = (value) => value) =>
    [of(estimate), of(estimate - z * error), of(estimate + z * error)] as const;
  const weighted = (output: { methods: Record<string, { diff: number; se: number }> }) => {
    const [found] = Object.values(output.methods);
    return [...around(found!.diff, found!.se), 2 * normal.cdf(-Math.abs(found!.diff / found!.se))] as const;
  };
  interface Contrast {
    est: number[];
    lo: number[];
    hi: number[];
    p: number[];
  }
  const difference = ({ est, lo, hi, p }: Contrast) => [est[0], lo[0], hi[0], p[0]] as const;
  switch (endpoint.kind) {
    case 'time':
      add(
        'cox-weighted',
        'iptw-cox',
        'hazardRatio',
        true,
        ({ coef, robustSe, p }: { coef: number; robustSe: number; p: number }) => [
          ...around(coef, robustSe, Math.exp),
          p,
        ],
      );
      add('cox-adjusted', 'cox', 'hazardRatio', true, first);
      add('cox', 'cox', 'hazardRatio', false, first);
      add(
        'finegray',
        'finegray',
        'subdistributionRatio',
        protocol.adjustment.method === 'model',
        ({ coef, se, p }: { coef: number[]; se: number[]; p: number[] }) => [
          ...around(coef[0]!, se[0]!, Math.exp),
          p[0],
        ],
      );
      add('rmst', 'rmst', 'restrictedMean', true, ({ adjusted }: { adjusted?: Contrast }) =>
        adjusted ? difference(adjusted) : [],
      );
      add('rmst', 'rmst', 'restrictedMean', false, ({ contrast }: { contrast: Contrast }) => difference(contrast));
      break;
    case 'responder': {
      interface Rates {
        diff: number;
        miettinenNurminen: [number, number];
        rr: number;
        rrCi: [number, number];
        or: number;
        orCi: [number, number];
        fisherP: number;
      }
      add('weighted', 'iptw', 'riskDifference', true, weighted);
      add('model', 'glm', 'oddsRatio', true, ({ coef, se, p }: { coef: number[]; se: number[]; p: number[] }) => [
        ...around(coef[1]!, se[1]!, Math.exp),
        p[1],
      ]);
      add('rates', 'rates-two-sample', 'riskDifference', false, ([one]: Rates[]) => [
        one!.diff,
        ...one!.miettinenNurminen,
        one!.fisherP,
      ]);
      add('rates', 'rates-two-sample', 'riskRatio', false, ([one]: Rates[]) => [one!.rr, ...one!.rrCi]);
      add('rates', 'rates-two-sample', 'oddsRatio', false, ([one]: Rates[]) => [one!.or, ...one!.orCi]);
      break;
    }
    case 'change':
      add('weighted', 'iptw', 'meanDifference', true, weighted);
      add(
        'ancova',
        'ancova',
        'meanDifference',
        true,
        ({ coef, ci, p }: { coef: number[]; ci: [number, number][]; p: number[] }) => [coef[1], ...ci[1]!, p[1]],
      );
      break;
    case 'repeated': {
      interface Model {
        beta?: number[];
        coef?: number[];
        se?: number[];
        robustSe?: number[];
        p: number[];
        df?: number[];
        dfSatterthwaite?: number[];
        pSatterthwaite?: number[];
      }
      const at = 2 * endpoint.visits.length - 1;
      add('model', endpoint.model, 'meanDifference', true, (found: Model) => {
        const [estimate, error] = [(found.beta ?? found.coef)![at]!, (found.se ?? found.robustSe)![at]!];
        const df = (found.dfSatterthwaite ?? found.df)?.[at];
        const reach = (df === undefined ? z : student.quantile((1 + protocol.level) / 2, df)) * error;
        return [estimate, estimate - reach, estimate + reach, (found.pSatterthwaite ?? found.p)[at]];
      });
      break;
    }
    case 'composite':
      add(
        'score',
        'ancova',
        'scoreDifference',
        false,
        ({ coef, ci, p }: { coef: number[]; ci: [number, number][]; p: number[] }) => [coef[1], ...ci[1]!, p[1]],
      );
      break;
    case 'hierarchy':
      add(
        'winratio',
        'winratio',
        'winRatio',
        false,
        ({ winRatio, winRatioCi, p }: { winRatio: number; winRatioCi: [number, number]; p: number }) => [
          winRatio,
          ...winRatioCi,
          p,
        ],
      );
  }
  return effects.filter((effect) => effect !== undefined);
}

const RATIOS: ReadonlySet<Effect['measure']> = new Set([
  'hazardRatio',
  'subdistributionRatio',
  'riskRatio',
  'oddsRatio',
  'winRatio',
]);

interface ForestOutput {
  overall: ForestLine;
  factors: {
    name: string;
    lines: (ForestLine & { level: string | number })[];
    interaction: { pValue: number | null };
  }[];
}
interface ForestLine {
  n1: number;
  n0: number;
  estimate: number | null;
  interval: [number | null, number | null];
}

function forestOf(endpoint: Endpoint, found: ForestOutput | undefined, { smallest }: Told): ForestReport | null {
  if (found === undefined) return null;
  const measure =
    endpoint.kind === 'time' ? 'hazardRatio' : endpoint.kind === 'responder' ? 'oddsRatio' : 'meanDifference';
  const none = measure === 'meanDifference' ? 0 : 1;
  const shown = (value: number | null | undefined): number | null =>
    typeof value !== 'number' ? null : none === 1 ? Math.exp(value) : value;
  const row = (level: string, { n1, n0, estimate, interval }: ForestLine): ForestRow => ({
    level,
    treated: n1,
    control: n0,
    estimate: shown(estimate),
    low: shown(interval?.[0]),
    high: shown(interval?.[1]),
  });
  const isEnough = ({ n1, n0 }: ForestLine): boolean => smallest === 1 || (n1 >= smallest && n0 >= smallest);
  return {
    measure,
    none,
    overall: row('', found.overall),
    factors: found.factors.flatMap(({ name, lines, interaction }) =>
      // Where one level is too small its number follows from the others.
      lines.every(isEnough)
        ? [{ column: name, p: interaction.pValue ?? null, rows: lines.map((line) => row(String(line.level), line)) }]
        : [],
    ),
  };
}

function imputedOf(
  found:
    | { imputed: { estimate: number; interval: [number, number]; pValue: number }; tipping?: { tips?: number } }
    | undefined,
): EndpointReport['imputed'] {
  if (found === undefined) return null;
  const { estimate, interval, pValue } = found.imputed;
  return { estimate, low: interval[0], high: interval[1], p: pValue, tips: found.tipping?.tips ?? null };
}

function dimensionsOf({ dimensions }: StudyProtocol, done: Outputs): DimensionReport | null {
  const found = done.get('dimensions') as
    | {
        dimensions: { name: string; value1: number; value0: number; estimate: number; interval: [number, number] }[];
        overall: { estimate: number; interval: [number, number] };
      }
    | undefined;
  if (found === undefined) return null;
  const { overall } = found;
  return {
    rows: found.dimensions.map(({ name, value1, value0, estimate, interval }, at) => ({
      name,
      treated: value1,
      control: value0,
      estimate,
      low: interval[0],
      high: interval[1],
      kind: dimensions[at]!.kind,
    })),
    overall: { estimate: overall.estimate, low: overall.interval[0], high: overall.interval[1] },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
