import type {
  DimensionReport,
  EndpointReport,
  ForestReport,
  StepCurve,
  StudyReport,
} from '../../src/modules/signals/model.ts';
import type { PlotOption } from '../ui/index.ts';

/* What is drawn of a study, as options of the chart engine. Pure. */

const COLOURS = { treated: '#0072b2', control: '#d55e00', pale: '#9aa7a3' } as const;
const GRID = { left: 8, right: 20, top: 40, bottom: 28, containLabel: true };

export interface GroupWords {
  treated: string;
  control: string;
  time: string;
  value: string;
  number: (value: number) => string;
}

/** Step curves with their intervals as thin lines; each group has its own colour and dash. */
export function curvesOption(curves: readonly StepCurve[], words: GroupWords, isPercent = true): PlotOption {
  const share = (value: number): number => (isPercent ? 100 * value : value);
  const named = ({ group, cause }: StepCurve): string =>
    cause === undefined ? words[group] : `${words[group]}: ${cause}`;
  const causes = [...new Set(curves.map(({ cause }) => cause))];
  return {
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => (value == null ? '–' : words.number(Number(value))),
    },
    legend: { top: 0, type: 'scroll', data: curves.map(named) },
    grid: GRID,
    xAxis: { type: 'value', name: words.time, nameLocation: 'middle', nameGap: 26, min: 0 },
    yAxis: { type: 'value', min: 0, ...(isPercent && { max: 100 }), name: words.value },
    series: curves.flatMap((curve) => {
      const type =
        curve.cause !== undefined && causes.indexOf(curve.cause) > 0
          ? 'dotted'
          : curve.group === 'treated'
            ? 'solid'
            : 'dashed';
      const line = (name: string, values: readonly number[], width: number, opacity: number): object => ({
        type: 'line',
        step: 'end',
        name,
        showSymbol: false,
        color: COLOURS[curve.group],
        lineStyle: { width, opacity, type: width > 1 ? type : 'solid' },
        ...(width <= 1 && { silent: true, tooltip: { show: false } }),
        data: curve.time.map((time, at) => [time, share(values[at] as number)]),
      });
      return [
        line(named(curve), curve.value, 2, 1),
        ...(causes.length > 1 ? [] : [line('', curve.low, 0.8, 0.45), line('', curve.high, 0.8, 0.45)]),
      ];
    }),
  };
}

/** Means by visit with their intervals. */
export function visitsOption(levels: EndpointReport['levels'], words: GroupWords): PlotOption {
  return {
    tooltip: {
      trigger: 'item',
      valueFormatter: (value: unknown) => words.number(Number(Array.isArray(value) ? value[1] : value)),
    },
    legend: { top: 0, data: [words.treated, words.control] },
    grid: GRID,
    xAxis: { type: 'value', name: words.time, nameLocation: 'middle', nameGap: 26, scale: true },
    yAxis: { type: 'value', name: words.value, scale: true },
    series: (['treated', 'control'] as const).flatMap((group) => {
      const own = levels.filter((each) => each.group === group);
      return [
        {
          type: 'line',
          name: words[group],
          color: COLOURS[group],
          lineStyle: { type: group === 'treated' ? 'solid' : 'dashed' },
          data: own.map(({ at, value }) => [at ?? 0, value]),
        },
        whiskers(
          own.map(({ at, low, high }) => [
            [at ?? 0, low],
            [at ?? 0, high],
          ]),
          COLOURS[group],
        ),
      ];
    }),
  };
}

/** Lines between two ends, with a gap after each. */
function whiskers(
  ends: readonly (readonly [readonly unknown[], readonly unknown[]] | readonly unknown[][])[],
  color: string,
): object {
  return {
    type: 'line',
    name: '',
    silent: true,
    showSymbol: false,
    color,
    lineStyle: { width: 1.4 },
    tooltip: { show: false },
    data: ends.flatMap(([one, other]) => [one, other, ['-', '-']]),
  };
}

interface ForestWords {
  overall: string;
  nameOf: (column: string, level: string) => string;
  effect: string;
  number: (value: number) => string;
}

/** Lines of a forest from the top: all, then each subgroup's levels. */
export function forestRows({ overall, factors }: ForestReport, words: ForestWords) {
  return [
    { name: words.overall, row: overall, p: null as number | null },
    ...factors.flatMap(({ column, rows, p }) =>
      rows.map((row, at) => ({ name: words.nameOf(column, row.level), row, p: at === 0 ? p : null })),
    ),
  ];
}

export function forestOption(forest: ForestReport, words: ForestWords): PlotOption {
  const rows = forestRows(forest, words);
  const known = rows.flatMap(({ row: { estimate, low, high } }, at) =>
    estimate === null || low === null || high === null ? [] : [{ at, estimate, low, high }],
  );
  const isRatio = forest.none === 1;
  const limit = (value: number): number => (isRatio ? Math.min(50, Math.max(0.02, value)) : value);
  return {
    tooltip: {
      trigger: 'item',
      formatter: ({ value }: { value: [number, string] }) => `${value[1]}: ${words.number(value[0])}`,
    },
    grid: { ...GRID, top: 12, bottom: 34 },
    xAxis: { type: isRatio ? 'log' : 'value', name: words.effect, nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'category', inverse: true, data: rows.map(({ name }) => name), axisTick: { show: false } },
    series: [
      {
        type: 'scatter',
        symbol: 'rect',
        symbolSize: 9,
        color: COLOURS.treated,
        data: known.map(({ at, estimate }) => [limit(estimate), rows[at]!.name]),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: COLOURS.pale, type: 'dashed' },
          data: [{ xAxis: forest.none }],
        },
      },
      whiskers(
        known.map(({ at, low, high }) => [
          [limit(low), rows[at]!.name],
          [limit(high), rows[at]!.name],
        ]),
        COLOURS.treated,
      ),
    ],
  };
}

/** Standardised differences before and after, with the usual bound of 0.1. */
export function balanceOption(
  balance: StudyReport['balance'],
  words: { before: string; after: string; difference: string },
): PlotOption {
  const points = (of: 'before' | 'after') =>
    balance.flatMap(({ column, [of]: value }) => (value === null ? [] : [[Math.abs(value), column]]));
  return {
    tooltip: { trigger: 'item' },
    legend: { top: 0 },
    grid: { ...GRID, bottom: 34 },
    xAxis: { type: 'value', min: 0, name: words.difference, nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'category', inverse: true, data: balance.map(({ column }) => column) },
    series: [
      {
        type: 'scatter',
        name: words.before,
        symbol: 'circle',
        color: COLOURS.control,
        data: points('before'),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: COLOURS.pale, type: 'dashed' },
          data: [{ xAxis: 0.1 }],
        },
      },
      {
        type: 'scatter',
        name: words.after,
        symbol: 'diamond',
        symbolSize: 12,
        color: COLOURS.treated,
        data: points('after'),
      },
    ],
  };
}

/** How much better the treated do, outwards; the ring of zero is where nothing differs. */
export function radarOption({ rows }: DimensionReport, words: { benefit: string; none: string }): PlotOption {
  const most = Math.max(0.5, ...rows.map(({ high }) => high));
  const least = Math.min(-0.5, ...rows.map(({ low }) => low));
  return {
    tooltip: {},
    legend: { bottom: 0 },
    radar: {
      center: ['50%', '48%'],
      radius: '62%',
      indicator: rows.map(({ name }) => ({ name, min: least, max: most })),
      splitNumber: 4,
    },
    series: [
      {
        type: 'radar',
        data: [
          {
            name: words.benefit,
            value: rows.map(({ estimate }) => estimate),
            itemStyle: { color: COLOURS.treated },
            areaStyle: { color: COLOURS.treated, opacity: 0.18 },
          },
          {
            name: words.none,
            value: rows.map(() => 0),
            symbol: 'none',
            itemStyle: { color: COLOURS.pale },
            lineStyle: { color: COLOURS.pale, type: 'dashed' },
          },
        ],
      },
    ],
  };
}
