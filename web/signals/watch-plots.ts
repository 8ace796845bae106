import {
  type CurveLayer,
  type DiseaseCurve,
  type LayerId,
  type Outlook,
  type PlaceLine,
  thresholdOf,
  type Verdict,
  type WatchRule,
} from '../../src/modules/signals/model.ts';
import type { PlotOption } from '../ui/index.ts';

/* What is drawn of a disease, as options of the chart engine. Pure. */

const COLOURS = {
  cases: '#009e73',
  expected: '#0072b2',
  alarm: '#d55e00',
  male: '#0072b2',
  female: '#d55e00',
  other: '#9aa7a3',
} as const;
const BOUNDS = ['#cc79a7', '#e69f00', '#56b4e9', '#b04a00'];
const GRID = { left: 8, right: 20, top: 64, bottom: 8, containLabel: true };

interface CurveWords {
  cases: string;
  expected: string;
  alarm: string;
  boundOf: (rule: WatchRule) => string;
  number: (value: number) => string;
}

/** Cases as bars, red where a rule raises; each rule's bound as a step line. */
export function curveOption({ points, verdicts }: DiseaseCurve, words: CurveWords): PlotOption {
  const said = verdicts.filter(({ tooShort }) => !tooShort);
  const alarms = points.map((_, at) => said.some((verdict) => verdict.points[at]?.alarm));
  const expected = said.find((verdict) => verdict.points.some((point) => point.expected !== null));
  return {
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => (value == null || value === '-' ? '–' : words.number(Number(value))),
    },
    legend: { type: 'scroll', top: 0 },
    grid: GRID,
    xAxis: { type: 'category', data: points.map(({ date }) => date) },
    yAxis: { type: 'value', min: 0, minInterval: 1 },
    series: [
      {
        type: 'bar',
        name: words.cases,
        color: COLOURS.cases,
        data: points.map(({ cases }, at) => ({
          value: cases,
          ...(alarms[at] && {
            itemStyle: {
              color: COLOURS.alarm,
              decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -0.7 },
            },
          }),
        })),
      },
      ...(expected === undefined
        ? []
        : [
            {
              type: 'line',
              name: words.expected,
              showSymbol: false,
              color: COLOURS.expected,
              lineStyle: { width: 1.5 },
              data: expected.points.map((point) => point.expected),
            },
          ]),
      ...bounded(said).map(({ rule, points: judged }, at) => ({
        type: 'line',
        step: 'middle',
        name: words.boundOf(rule),
        showSymbol: false,
        color: BOUNDS[at % BOUNDS.length],
        lineStyle: { width: 1.2, type: 'dashed' },
        data: judged.map(({ bound }) => bound),
      })),
    ],
  };
}

/** Those that have a bound on the counts: a chart's statistic has a picture of its own. */
export function bounded<T extends Pick<Verdict, 'points'>>(verdicts: readonly T[]): T[] {
  return verdicts.filter(({ points }) => points.some(({ bound }) => bound !== null));
}

const LAYER_COLOURS: Readonly<Record<LayerId, string>> = {
  nowcast: '#d55e00',
  'back-projection': '#0072b2',
  reproduction: '#cc79a7',
};

interface LayerWords {
  cases: string;
  nameOf: (layer: LayerId) => string;
  limits: string;
  number: (value: number) => string;
}

/** Cases as bars, each estimate as a line with its limits dashed; R has the axis at the right. */
export function layersOption(
  { points }: DiseaseCurve,
  layers: readonly CurveLayer[],
  { cases, nameOf, limits, number }: LayerWords,
): PlotOption {
  const hasR = layers.some(({ layer }) => layer === 'reproduction');
  const dates = points.map(({ date }) => date);
  return {
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => (value == null || value === '-' ? '–' : number(Number(value))),
    },
    legend: { type: 'scroll', top: 0 },
    grid: GRID,
    xAxis: { type: 'category', data: dates },
    yAxis: [
      { type: 'value', min: 0 },
      ...(hasR ? [{ type: 'value', min: 0, name: 'R', splitLine: { show: false } }] : []),
    ],
    series: [
      { type: 'bar', name: cases, color: COLOURS.cases, data: points.map((point) => point.cases) },
      ...layers.flatMap(({ layer, dates: own, value, low, high }) => {
        const placed = (values: CurveLayer['value']) => dates.map((date) => values[own.indexOf(date)] ?? null);
        const line = {
          type: 'line',
          showSymbol: false,
          color: LAYER_COLOURS[layer],
          yAxisIndex: layer === 'reproduction' ? 1 : 0,
        };
        const limit = { ...line, name: `${nameOf(layer)}, ${limits}`, lineStyle: { width: 1, type: 'dashed' } };
        return [
          { ...line, name: nameOf(layer), data: placed(value) },
          { ...limit, data: placed(low) },
          { ...limit, data: placed(high) },
        ];
      }),
    ],
  };
}

/** Cases as bars, red where the method raises; its bound or statistic as a line. */
export function judgementOption(
  { rule, points }: Pick<Verdict, 'rule' | 'points'>,
  words: { cases: string; alarm: string; line: string; threshold: string; number: (value: number) => string },
): PlotOption {
  const threshold = thresholdOf(rule);
  const isStatistic = threshold !== undefined;
  return {
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => (value == null || value === '-' ? '–' : words.number(Number(value))),
    },
    legend: { top: 0 },
    grid: { ...GRID, top: 44 },
    xAxis: { type: 'category', data: points.map(({ date }) => date) },
    yAxis: [{ type: 'value', min: 0 }, ...(isStatistic ? [{ type: 'value', min: 0, splitLine: { show: false } }] : [])],
    series: [
      {
        type: 'bar',
        name: words.cases,
        color: COLOURS.cases,
        data: points.map(({ cases, alarm }) => ({
          value: cases,
          ...(alarm && { itemStyle: { color: COLOURS.alarm } }),
        })),
      },
      {
        type: 'line',
        step: 'middle',
        name: words.line,
        showSymbol: false,
        color: COLOURS.expected,
        yAxisIndex: isStatistic ? 1 : 0,
        data: points.map(({ bound, statistic }) => (isStatistic ? (statistic ?? null) : bound)),
        ...(isStatistic && {
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: COLOURS.alarm },
            data: [{ yAxis: threshold, name: words.threshold }],
          },
        }),
      },
    ],
  };
}

/** Cases a day by two definitions, side by side. */
export function previewOption(
  { dates, standing, proposed }: { dates: string[]; standing: number[]; proposed: number[] },
  words: { standing: string; proposed: string },
): PlotOption {
  return {
    tooltip: { trigger: 'axis' },
    legend: { top: 0 },
    grid: { ...GRID, top: 36 },
    xAxis: { type: 'category', data: dates },
    yAxis: { type: 'value', min: 0, minInterval: 1 },
    series: [
      { type: 'bar', name: words.proposed, color: COLOURS.cases, data: proposed },
      { type: 'line', step: 'middle', showSymbol: false, name: words.standing, color: COLOURS.alarm, data: standing },
    ],
  };
}

/** Districts in the colour of their cases. The shapes are named by their code. */
export function placesOption(
  places: readonly PlaceLine[],
  {
    map,
    nameOf,
    textOf,
  }: { map: string; nameOf: (place: string) => string; textOf: (place: string, count: number) => string },
): PlotOption {
  const known = new Map(places.map(({ place, cases }) => [place, cases]));
  return {
    tooltip: { trigger: 'item', formatter: ({ name }: { name: string }) => textOf(nameOf(name), known.get(name) ?? 0) },
    visualMap: {
      min: 0,
      max: Math.max(1, ...places.map(({ cases }) => cases)),
      left: 0,
      bottom: 0,
      itemHeight: 90,
      calculable: false,
      inRange: { color: ['#eef5f2', '#f2c14e', '#d55e00'] },
    },
    series: [
      {
        type: 'map',
        map,
        nameProperty: 'name',
        roam: false,
        selectedMode: false,
        label: { show: false },
        data: places.map(({ place, cases }) => ({ name: place, value: cases })),
      },
    ],
  };
}

/** Each district in the colour of the fewest days of cover of its city; a city's code ends with 00. */
export function coverOption(
  fewest: ReadonlyMap<string, { days: number }>,
  words: { map: string; codes: readonly string[]; most: number; textOf: (city: string) => string },
): PlotOption {
  // GB/T 2260: the first four digits are the city's.
  const cityOf = (code: string) => `${code.slice(0, 4)}00`;
  const data = words.codes.flatMap((code) => {
    const found = fewest.get(cityOf(code));
    return found === undefined ? [] : [{ name: code, value: Math.round(found.days) }];
  });
  return {
    tooltip: { trigger: 'item', formatter: ({ name }: { name: string }) => words.textOf(cityOf(name)) },
    visualMap: {
      min: 0,
      max: words.most,
      left: 0,
      bottom: 0,
      itemHeight: 90,
      calculable: false,
      inRange: { color: ['#d55e00', '#f2c14e', '#2f9e77'] },
    },
    series: [
      {
        type: 'map',
        map: words.map,
        nameProperty: 'name',
        roam: false,
        selectedMode: false,
        label: { show: false },
        data,
      },
    ],
  };
}

/** Ages upwards, the sexes side by side. */
export function agesOption(
  { ages }: DiseaseCurve,
  { sexes, unknown }: { sexes: Record<'male' | 'female' | 'other', string>; unknown: string },
): PlotOption {
  const bands = [...new Set(ages.map(({ from }) => from))].sort((one, two) => (one ?? 999) - (two ?? 999));
  const kinds = ['male', 'female', 'other'] as const;
  const of = (kind: (typeof kinds)[number], from: number | null) =>
    ages
      .filter(
        (each) => each.from === from && (kind === 'other' ? !['male', 'female'].includes(each.sex) : each.sex === kind),
      )
      .reduce((sum, { cases }) => sum + cases, 0);
  return {
    tooltip: { trigger: 'axis' },
    legend: { top: 0 },
    grid: { ...GRID, top: 36 },
    xAxis: { type: 'category', data: bands.map((from) => (from === null ? unknown : `${from}+`)) },
    yAxis: { type: 'value', min: 0, minInterval: 1 },
    series: kinds
      .filter((kind) => kind !== 'other' || bands.some((from) => of('other', from) > 0))
      .map((kind) => ({
        type: 'bar',
        stack: 'sexes',
        name: sexes[kind],
        color: COLOURS[kind],
        data: bands.map((from) => of(kind, from)),
      })),
  };
}

/** The reproduction number with its interval; above the line at 1 it spreads. */
export function outlookOption(
  { dates, r }: Outlook,
  words: { r: string; low: string; high: string; number: (value: number) => string },
): PlotOption {
  const limit = { type: 'line', showSymbol: false, color: COLOURS.other, lineStyle: { width: 1, type: 'dashed' } };
  return {
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => (value == null ? '–' : words.number(Number(value))),
    },
    legend: { top: 0 },
    grid: { ...GRID, top: 36 },
    xAxis: { type: 'category', data: dates },
    yAxis: { type: 'value', min: 0 },
    series: [
      {
        type: 'line',
        name: words.r,
        color: COLOURS.cases,
        data: r.mean,
        markLine: { silent: true, symbol: 'none', lineStyle: { color: COLOURS.alarm }, data: [{ yAxis: 1 }] },
      },
      { ...limit, name: words.low, data: r.low },
      { ...limit, name: words.high, data: r.high },
    ],
  };
}
