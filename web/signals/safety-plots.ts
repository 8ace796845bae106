import type { MonitorPage, SafetyPair, SafetyQuarter, SafetyTable } from '../../src/modules/signals/model.ts';
import type { PlotOption } from '../ui/index.ts';

/* What is drawn of pairs and plans, as options of the chart engine. Pure. */

const COLOURS = {
  raises: '#d55e00',
  crossed: '#e69f00',
  others: '#9aa7a3',
  line: '#0072b2',
  limit: '#d55e00',
} as const;
const GRID = { left: 8, right: 24, top: 44, bottom: 30, containLabel: true };

interface Words {
  raises: string;
  crossed: string;
  others: string;
  measure: string;
  n: string;
  nameOf: (pair: SafetyPair) => string;
  number: (value: number) => string;
}

/** EBGM or IC against the number of reports. Shape and colour both tell what a point is. */
export function volcanoOption(pairs: readonly SafetyPair[], by: 'ebgm' | 'ic', words: Words): PlotOption {
  const shown = pairs.filter((pair) => pair[by] !== null && (by === 'ic' || pair.ebgm! > 0));
  const kinds = [
    {
      name: words.others,
      keep: ({ crossed }: SafetyPair) => crossed.length === 0,
      colour: COLOURS.others,
      symbol: 'circle',
      size: 6,
    },
    {
      name: words.crossed,
      keep: ({ crossed, raises }: SafetyPair) => crossed.length > 0 && !raises,
      colour: COLOURS.crossed,
      symbol: 'triangle',
      size: 9,
    },
    {
      name: words.raises,
      keep: ({ raises }: SafetyPair) => raises,
      colour: COLOURS.raises,
      symbol: 'diamond',
      size: 13,
    },
  ];
  return {
    tooltip: {
      trigger: 'item',
      formatter: ({ data }: { data?: { pair?: SafetyPair } }) =>
        data?.pair === undefined
          ? ''
          : escaped(`${words.nameOf(data.pair)}: ${words.measure} ${words.number(data.pair[by]!)}, n ${data.pair.n}`),
    },
    legend: { top: 0 },
    grid: GRID,
    xAxis: {
      type: by === 'ebgm' ? 'log' : 'value',
      ...(by === 'ebgm' && { logBase: 2 }),
      name: words.measure,
      nameLocation: 'middle',
      nameGap: 26,
    },
    yAxis: { type: 'log', name: words.n, min: 1 },
    series: kinds.map(({ name, keep, colour, symbol, size }, at) => ({
      type: 'scatter',
      name,
      color: colour,
      symbol,
      symbolSize: size,
      data: shown.filter(keep).map((pair) => ({ value: [pair[by], pair.n], pair })),
      ...(at === 0 && {
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: COLOURS.line, type: 'dashed' },
          data: [{ xAxis: by === 'ebgm' ? 1 : 0 }],
        },
      }),
    })),
  };
}

/** Names come from outside, and a tooltip is HTML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Odds ratios with their limits, one below the other; the common one last. */
export function forestOption(
  groups: readonly (Pick<SafetyTable, 'ror' | 'rorLow' | 'rorHigh'> & { name: string })[],
  words: { ror: string },
): PlotOption {
  const shown = groups.filter(({ ror, rorLow, rorHigh }) =>
    [ror, rorLow, rorHigh].every((each) => each !== null && each > 0),
  );
  return {
    grid: { ...GRID, top: 12 },
    tooltip: { trigger: 'item' },
    xAxis: { type: 'log', name: words.ror, nameLocation: 'middle', nameGap: 26 },
    yAxis: { type: 'category', inverse: true, data: shown.map(({ name }) => name) },
    series: [
      ...shown.map(({ name, rorLow, rorHigh }) => ({
        type: 'line',
        symbol: 'rect',
        symbolSize: [2, 10],
        silent: true,
        color: COLOURS.line,
        data: [
          [rorLow, name],
          [rorHigh, name],
        ],
      })),
      {
        type: 'scatter',
        symbol: 'rect',
        symbolSize: 10,
        color: COLOURS.line,
        data: shown.map(({ name, ror }) => [ror, name]),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: COLOURS.others, type: 'dashed' },
          data: [{ xAxis: 1 }],
        },
      },
    ],
  };
}

/** IC with its limits and the number of reports, quarter by quarter. */
export function quartersOption(
  quarters: readonly SafetyQuarter[],
  words: { ic: string; low: string; high: string; n: string },
): PlotOption {
  const limit = { type: 'line', showSymbol: false, color: COLOURS.others, lineStyle: { width: 1, type: 'dashed' } };
  return {
    tooltip: { trigger: 'axis' },
    legend: { top: 0 },
    grid: GRID,
    xAxis: { type: 'category', data: quarters.map(({ quarter }) => quarter) },
    yAxis: [
      { type: 'value', name: words.ic },
      { type: 'value', name: words.n, minInterval: 1, splitLine: { show: false } },
    ],
    series: [
      { type: 'bar', yAxisIndex: 1, name: words.n, color: '#cfe5dc', data: quarters.map(({ n }) => n) },
      {
        type: 'line',
        name: words.ic,
        color: COLOURS.line,
        data: quarters.map(({ ic }) => ic),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: COLOURS.limit },
          data: [{ yAxis: 0 }],
        },
      },
      { ...limit, name: words.low, data: quarters.map(({ ic025 }) => ic025) },
      { ...limit, name: words.high, data: quarters.map(({ ic975 }) => ic975) },
    ],
  };
}

/** A plan's statistic against its limit. */
export function pathOption({ points, limit }: MonitorPage, words: { statistic: string; limit: string }): PlotOption {
  return {
    tooltip: { trigger: 'axis' },
    legend: { top: 0 },
    grid: GRID,
    xAxis: { type: 'category', data: points.map(({ day }) => day) },
    yAxis: { type: 'value', min: 0 },
    series: [
      {
        type: 'line',
        name: words.statistic,
        color: COLOURS.line,
        symbol: 'circle',
        symbolSize: 7,
        data: points.map(({ statistic }) => statistic),
      },
      {
        type: 'line',
        name: words.limit,
        showSymbol: false,
        color: COLOURS.limit,
        lineStyle: { type: 'dashed' },
        data: points.map(() => limit),
      },
    ],
  };
}
