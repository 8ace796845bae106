import {
  BarChart,
  BoxplotChart,
  GraphChart,
  HeatmapChart,
  LineChart,
  MapChart,
  PieChart,
  RadarChart,
  ScatterChart,
} from 'echarts/charts';
import {
  AriaComponent,
  DatasetComponent,
  DataZoomComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  RadarComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type EChartsCoreOption, type EChartsType, init, registerMap, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Look, PALETTE, SERIES } from './theme.ts';

use([
  BarChart,
  BoxplotChart,
  GraphChart,
  HeatmapChart,
  LineChart,
  MapChart,
  PieChart,
  RadarChart,
  ScatterChart,
  AriaComponent,
  DatasetComponent,
  DataZoomComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  RadarComponent,
  TooltipComponent,
  VisualMapComponent,
  SVGRenderer,
]);

export type PlotOption = EChartsCoreOption;
export type Chart = EChartsType;

/** Shapes that a series of type `map` names: GeoJSON whose features have a `name`. */
export interface PlotMap {
  name: string;
  shapes: object;
}

/** Draws into the element, or redraws the chart that is there. SVG: sharp at every size, small to save, printable. */
export function draw(
  element: HTMLElement,
  look: Look,
  before: Chart | undefined,
  { option, map, pick }: { option: PlotOption; map?: PlotMap | undefined; pick: (data: unknown) => void },
): Chart {
  if (map !== undefined) registerMap(map.name, map.shapes as Parameters<typeof registerMap>[1]);
  const chart = before ?? init(element, themeOf(look), { renderer: 'svg' });
  if (before === undefined) chart.on('click', ({ data }) => pick(data));
  const animation = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  chart.setOption({ aria: { enabled: true }, animation, ...option }, { notMerge: true });
  return chart;
}

function themeOf(look: Look): object {
  const { ink, quiet, line, raised } = PALETTE[look];
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { lineStyle: { color: line } },
    axisLabel: { color: quiet },
    nameTextStyle: { color: quiet },
    splitLine: { lineStyle: { color: line, type: 'dashed' } },
  };
  return {
    color: SERIES,
    backgroundColor: 'transparent',
    textStyle: { color: ink, fontFamily: 'system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif' },
    grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
    legend: { textStyle: { color: ink }, top: 0, icon: 'roundRect' },
    tooltip: { backgroundColor: raised, borderColor: line, textStyle: { color: ink }, confine: true },
    line: { symbolSize: 5, lineStyle: { width: 2 } },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: axis,
    timeAxis: { ...axis, splitLine: { show: false } },
    logAxis: axis,
  };
}
