import type { FundPoint } from '../../src/modules/cluster/model.ts';
import type { PlotOption } from '../ui/index.ts';

/* What is drawn of funds and targets, as options of the chart engine. Pure. */

const GRID = { left: 8, right: 20, top: 40, bottom: 8, containLabel: true };

/** Calls below the axis, distributions above it, their sum as the J, and the value. */
export function curveOption(
  curve: readonly FundPoint[],
  words: { called: string; distributed: string; net: string; value: string; money: (fen: number) => string },
): PlotOption {
  const flow = (of: (point: FundPoint) => number) =>
    curve.map((point, at) => of(point) - (at === 0 ? 0 : of(curve[at - 1]!)));
  const money = (value: unknown): string => (value == null ? '–' : words.money(Number(value)));
  return {
    tooltip: { trigger: 'axis', valueFormatter: money },
    legend: { top: 0, type: 'scroll' },
    grid: GRID,
    xAxis: { type: 'category', data: curve.map(({ day }) => day.slice(0, 7)) },
    yAxis: { type: 'value', axisLabel: { formatter: money } },
    series: [
      {
        type: 'bar',
        stack: 'flow',
        name: words.called,
        color: '#d55e00',
        data: flow(({ called }) => called).map((fen) => -fen),
      },
      {
        type: 'bar',
        stack: 'flow',
        name: words.distributed,
        color: '#0072b2',
        data: flow(({ distributed }) => distributed),
      },
      { type: 'line', name: words.net, color: '#333333', showSymbol: false, data: curve.map(({ net }) => net) },
      {
        type: 'line',
        name: words.value,
        color: '#009e73',
        lineStyle: { type: 'dashed' },
        showSymbol: false,
        data: curve.map(({ value }) => value),
      },
    ],
  };
}
