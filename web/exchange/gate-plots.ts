import type { MicrodataReport, RiskFigures, TableReport } from '../../src/modules/exchange/model.ts';
import type { PlotOption } from '../ui/index.ts';

/* What is drawn of a gate report, as options of the chart engine. Pure. */

const COLOURS = { before: '#d55e00', after: '#0072b2', primary: '#d55e00', secondary: '#9aa7a3' } as const;
const GRID = { left: 8, right: 20, top: 40, bottom: 28, containLabel: true };

interface PairWords {
  before: string;
  after: string;
  number: (value: number) => string;
}

/** Sizes in steps that double, so that lone persons and crowds fit on one axis. */
export function sizeBins(
  { classSizes }: Pick<RiskFigures, 'classSizes'>,
  most: number,
): { label: string; records: number }[] {
  const bins: { label: string; records: number }[] = [];
  for (let from = 1; from <= most; from *= 2) {
    const to = 2 * from - 1;
    const records = classSizes.reduce(
      (sum, { size, classes }) => sum + (size >= from && size <= to ? size * classes : 0),
      0,
    );
    bins.push({ label: from === to ? String(from) : `${from}–${to}`, records });
  }
  return bins;
}

export function largestClass({ risk: { before, after } }: MicrodataReport): number {
  return [...before.classSizes, ...(after?.classSizes ?? [])].reduce((most, { size }) => Math.max(most, size), 1);
}

/** Pairs of bars, before and after. */
export function pairsOption(
  labels: readonly string[],
  values: { before: readonly number[]; after: readonly number[] },
  { words, name, percent = false }: { words: PairWords; name: string; percent?: boolean },
): PlotOption {
  const bar = (which: 'before' | 'after'): object => ({
    type: 'bar',
    name: words[which],
    color: COLOURS[which],
    // The pattern differs too, so that colour is never the only difference.
    itemStyle:
      which === 'before' ? { decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: 0.8 } } : {},
    data: [...values[which]],
  });
  return {
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => words.number(Number(value)) },
    legend: { top: 0, data: [words.before, words.after] },
    grid: GRID,
    xAxis: { type: 'category', data: [...labels], axisLabel: { interval: 0, hideOverlap: true } },
    yAxis: { type: 'value', name, min: 0, ...(percent && { max: 100 }) },
    series: [bar('before'), bar('after')],
  };
}

/** What an attacker concludes of each hidden cell, as bars from low to high; what has no upper end goes to the edge. */
export function intervalsOption(
  suppressed: TableReport['suppressed'],
  words: { primary: string; secondary: string; persons: string; least: string },
  k: number,
): PlotOption {
  const edge = 1.1 * suppressed.reduce((most, { low, high }) => Math.max(most, high ?? low), 2 * k);
  const labels = suppressed.map(({ codes }) => codes.join(' / '));
  return {
    tooltip: { trigger: 'item' },
    legend: { top: 0, data: [words.primary, words.secondary] },
    grid: { ...GRID, left: 8, right: 28 },
    xAxis: { type: 'value', name: words.persons, nameLocation: 'middle', nameGap: 26, min: 0, max: Math.ceil(edge) },
    yAxis: { type: 'category', inverse: true, data: labels, axisLabel: { width: 150, overflow: 'truncate' } },
    series: [
      {
        type: 'bar',
        stack: 'interval',
        silent: true,
        itemStyle: { color: 'transparent' },
        data: suppressed.map(({ low }) => low),
        tooltip: { show: false },
      },
      ...(['primary', 'secondary'] as const).map((state) => ({
        type: 'bar' as const,
        stack: 'interval',
        name: words[state],
        color: COLOURS[state],
        barMaxWidth: 14,
        data: suppressed.map((cell) => (cell.state === state ? (cell.high ?? edge) - cell.low : 0)),
        ...(state === 'primary' && {
          markLine: {
            symbol: 'none',
            silent: true,
            lineStyle: { type: 'dashed' as const },
            label: { formatter: words.least },
            data: [{ xAxis: k }],
          },
        }),
      })),
    ],
  };
}
