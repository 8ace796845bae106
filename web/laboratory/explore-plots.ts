import type {
  AgeGroup,
  EstimatedInterval,
  PublishedInterval,
  TestGroup,
  TestSummary,
} from '../../src/modules/laboratory/model.ts';
import type { PlotOption } from '../ui/index.ts';

/* What is drawn of a test, as options of the chart engine. Pure. */

const COLOURS = {
  all: '#009e73',
  male: '#0072b2',
  female: '#d55e00',
  count: '#9aa7a3',
  model: '#cc79a7',
} as const;
const BAND = 'rgba(34, 150, 120, 0.14)';
const GRID = { left: 8, right: 20, top: 46, bottom: 8, containLabel: true };
/** A name under the middle of its axis: at the end it is cut. */
const UNDER = { nameLocation: 'middle', nameGap: 26 };
const GRID_NAMED = { ...GRID, bottom: 30 };

interface Words {
  unit: string;
  count: string;
  model: string;
  published: string;
  median: string;
  number: (value: number) => string;
}

/** Bars as wide as what they hold, percentiles as lines, the published interval as a band, the modelled healthy as a curve. */
export function histogramOption(
  { bins, percentiles, results }: TestSummary,
  words: Words,
  { published, inverse }: { published?: PublishedInterval | undefined; inverse?: EstimatedInterval | undefined } = {},
): PlotOption {
  const width = Math.min(...bins.map(({ low, high }) => high - low));
  const [from, to] = [bins[0]?.low ?? 0, bins.at(-1)?.high ?? 1];
  // Joined bars are drawn at the height of their density, so that their area stays true.
  const steps = bins.flatMap(({ low, high, results: count }, index): [number, number | null][] => {
    const height = (count * width) / (high - low);
    const next = bins[index + 1];
    // Where nothing is shown nothing is drawn, and no slope either.
    const gap: [number, number | null][] = [
      [high, 0],
      [high, null],
      [next?.low ?? high, 0],
    ];
    return [[low, height], [high, height], ...(next === undefined || next.low - high < width / 2 ? [] : gap)];
  });
  const at = (p: number) => percentiles.find((each) => each.p === p)?.value;
  const lines = [2.5, 50, 97.5].flatMap((p) => {
    const value = at(p);
    return value === undefined
      ? []
      : [{ xAxis: value, label: { formatter: words.number(value), color: COLOURS.female, textBorderWidth: 0 } }];
  });
  return {
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => words.number(Number(value)),
    },
    grid: GRID_NAMED,
    xAxis: {
      type: 'value',
      min: from,
      max: to,
      name: words.unit,
      ...UNDER,
      axisLabel: { hideOverlap: true },
    },
    // Above the percentiles, which are written at the ends of their lines.
    yAxis: { type: 'value', name: words.count, nameGap: 26, min: 0 },
    series: [
      {
        type: 'line',
        name: words.count,
        data: steps,
        showSymbol: false,
        lineStyle: { width: 1, color: COLOURS.all },
        areaStyle: { color: COLOURS.all, opacity: 0.35 },
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { type: 'dashed', color: COLOURS.female },
          data: lines,
        },
        ...(published !== undefined && {
          markArea: {
            silent: true,
            itemStyle: { color: 'rgba(0, 114, 178, 0.10)' },
            label: { color: COLOURS.male, position: 'insideTop', textBorderWidth: 0 },
            data: [[{ name: words.published, xAxis: published.low ?? from }, { xAxis: published.high ?? to }]],
          },
        }),
      },
      ...(inverse?.curve === undefined
        ? []
        : [
            {
              type: 'line',
              name: words.model,
              showSymbol: false,
              smooth: true,
              lineStyle: { color: COLOURS.model, width: 2 },
              data: inverse.curve
                .filter(([x]) => x >= from && x <= to)
                .map(([x, share]) => [x, share * results * width]),
            },
          ]),
    ],
  };
}

/** Medians over the ages with the area from 2.5 to 97.5 %, for each sex. */
export function ageOption(
  groups: readonly AgeGroup[],
  words: Words & { age: string; sexes: Record<string, string> },
): PlotOption {
  const sexes = (['male', 'female'] as const).filter((sex) => groups.some((group) => group.sex === sex));
  const middle = ({ ageFrom, ageTo = ageFrom + 5 }: AgeGroup) => (ageFrom + ageTo) / 2;
  return {
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => words.number(Number(value)) },
    legend: { data: sexes.map((sex) => words.sexes[sex]) },
    grid: GRID_NAMED,
    xAxis: { type: 'value', min: 0, max: 95, interval: 10, name: words.age, ...UNDER },
    yAxis: { type: 'value', scale: true, name: words.unit },
    series: sexes.flatMap((sex) => {
      const mine = groups.filter((group) => group.sex === sex);
      const area = mine.filter((group) => group.low !== undefined && group.high !== undefined);
      const base = {
        type: 'line',
        showSymbol: false,
        silent: true,
        stack: sex,
        lineStyle: { opacity: 0 },
        tooltip: { show: false },
      };
      return [
        { ...base, data: area.map((group) => [middle(group), group.low]) },
        {
          ...base,
          areaStyle: { color: COLOURS[sex], opacity: 0.12 },
          data: area.map((group) => [middle(group), (group.high ?? 0) - (group.low ?? 0)]),
        },
        {
          type: 'line',
          name: words.sexes[sex],
          symbol: sex === 'male' ? 'rect' : 'circle',
          itemStyle: { color: COLOURS[sex] },
          lineStyle: { color: COLOURS[sex] },
          data: mine.map((group) => [middle(group), group.median]),
        },
      ];
    }),
  };
}

/** Lying boxes, one for each group, the first on top. */
export function boxOption(
  groups: readonly TestGroup[],
  words: Words & { nameOf: (key: string) => string },
): PlotOption {
  const shown = [...groups].reverse();
  return {
    tooltip: { trigger: 'item' },
    grid: { ...GRID_NAMED, top: 12 },
    xAxis: { type: 'value', scale: true, name: words.unit, ...UNDER, axisLabel: { hideOverlap: true } },
    yAxis: {
      type: 'category',
      data: shown.map(({ key }) => words.nameOf(key)),
      // On two lines rather than cut: the ends of names tell houses of one laboratory apart.
      axisLabel: { width: 172, overflow: 'break' },
    },
    series: [
      {
        type: 'boxplot',
        layout: 'vertical',
        itemStyle: { color: BAND, borderColor: COLOURS.all },
        boxWidth: [6, 18],
        data: shown.map(({ low, quarter, median, threeQuarters, high }) => [
          low ?? quarter,
          quarter,
          median,
          threeQuarters,
          high ?? threeQuarters,
        ]),
      },
    ],
  };
}

/** Medians over time with the quartiles' area; how many results as bars below; the share outside as dots. */
export function trendOption(groups: readonly TestGroup[], words: Words & { share: string }): PlotOption {
  const days = groups.map(({ key }) =>
    key.replace(/-01$/, (end) => (groups.every((each) => each.key.endsWith(end)) ? '' : end)),
  );
  const quiet = {
    type: 'line',
    showSymbol: false,
    silent: true,
    stack: 'quartiles',
    lineStyle: { opacity: 0 },
    tooltip: { show: false },
  };
  return {
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => (value == null ? '' : words.number(Number(value))),
    },
    legend: { data: [words.median, words.count, words.share] },
    grid: { ...GRID, right: 12 },
    xAxis: { type: 'category', data: days },
    yAxis: [
      { type: 'value', scale: true, name: words.unit },
      // The bars stay in the lower third.
      { type: 'value', min: 0, max: ({ max }: { max: number }) => Math.max(1, max) * 3, show: false },
      { type: 'value', min: 0, max: 100, show: false },
    ],
    series: [
      {
        type: 'bar',
        name: words.count,
        yAxisIndex: 1,
        itemStyle: { color: COLOURS.count, opacity: 0.45 },
        data: groups.map(({ results }) => results),
      },
      { ...quiet, data: groups.map(({ quarter }) => quarter) },
      {
        ...quiet,
        areaStyle: { color: BAND },
        data: groups.map(({ quarter, threeQuarters }) => threeQuarters - quarter),
      },
      { type: 'line', name: words.median, itemStyle: { color: COLOURS.all }, data: groups.map(({ median }) => median) },
      {
        type: 'line',
        name: words.share,
        yAxisIndex: 2,
        symbolSize: 4,
        itemStyle: { color: COLOURS.female },
        lineStyle: { type: 'dotted', color: COLOURS.female },
        data: groups.map(shareOf),
      },
    ],
  };
}

/** Per cent outside or positive of those that came with a flag; null where none did. */
export function shareOf({ flagged, ofFlagged }: Pick<TestGroup, 'flagged' | 'ofFlagged'>): number | null {
  return ofFlagged === 0 ? null : Number(((100 * flagged) / ofFlagged).toFixed(1));
}

/** The districts in the colour of their median. The shapes are named by their code. */
export function mapOption(
  groups: readonly TestGroup[],
  words: Words & { nameOf: (key: string) => string; map: string },
): PlotOption {
  const medians = groups.map(({ median }) => median);
  const [low, high] = [Math.min(...medians), Math.max(...medians)];
  const byKey = new Map(groups.map((group) => [group.key, group]));
  return {
    tooltip: {
      trigger: 'item',
      formatter: ({ name }: { name: string }) => {
        const group = byKey.get(name);
        const title = words.nameOf(name);
        return group === undefined
          ? title
          : `${title}<br>${words.median} ${words.number(group.median)} ${words.unit}<br>n = ${words.number(group.results)}`;
      },
    },
    visualMap: {
      type: 'continuous',
      min: low,
      max: low === high ? low + 1 : high,
      calculable: false,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      inRange: { color: ['#d7ecfb', '#56b4e9', '#0072b2', '#08306b'] },
      text: [words.number(high), words.number(low)],
      // Readable on both looks.
      textStyle: { color: '#7a8783' },
    },
    series: [
      {
        type: 'map',
        map: words.map,
        top: 8,
        bottom: 48,
        // Degrees of longitude are shorter than those of latitude here: cos 22.9°.
        aspectScale: 0.92,
        itemStyle: { areaColor: '#c9d1ce', borderColor: '#ffffff' },
        emphasis: { label: { show: false }, itemStyle: { areaColor: '#f2b632' } },
        select: { disabled: true },
        data: groups.map(({ key, median }) => ({ name: key, value: median })),
      },
    ],
  };
}

/** Bars by use with the share of all added up. */
export function paretoOption(
  tests: readonly { name: string; results: number }[],
  all: number,
  words: { count: string; cumulative: string; number: (value: number) => string },
): PlotOption {
  let sum = 0;
  return {
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => words.number(Number(value)) },
    legend: { data: [words.count, words.cumulative] },
    grid: GRID,
    xAxis: {
      type: 'category',
      data: tests.map(({ name }) => name),
      axisLabel: { rotate: 40, width: 110, overflow: 'truncate' },
    },
    yAxis: [
      { type: 'value', name: words.count },
      { type: 'value', min: 0, max: 100, name: '%', splitLine: { show: false } },
    ],
    series: [
      { type: 'bar', name: words.count, itemStyle: { color: COLOURS.all }, data: tests.map(({ results }) => results) },
      {
        type: 'line',
        name: words.cumulative,
        yAxisIndex: 1,
        itemStyle: { color: COLOURS.female },
        data: tests.map(({ results }) => {
          sum += results;
          return Number(((100 * sum) / all).toFixed(1));
        }),
      },
    ],
  };
}

/** Results and persons by month. */
export function monthsOption(
  months: readonly { month: string; results: number; persons: number }[],
  words: { count: string; persons: string },
): PlotOption {
  return {
    tooltip: { trigger: 'axis' },
    legend: { data: [words.count, words.persons] },
    grid: GRID,
    xAxis: { type: 'category', data: months.map(({ month }) => month.slice(0, 7)) },
    yAxis: { type: 'value', min: 0, name: words.count },
    series: [
      { type: 'bar', name: words.count, itemStyle: { color: COLOURS.all }, data: months.map(({ results }) => results) },
      {
        type: 'line',
        name: words.persons,
        itemStyle: { color: COLOURS.male },
        data: months.map(({ persons }) => persons),
      },
    ],
  };
}
