import type { DefinedColumn, Sample } from '../../src/modules/exchange/model.ts';
import type { PlotOption } from '../ui/index.ts';
import { said } from './offering-ask.ts';

/** The first number of a sample by its first text: enough to see what one would get. Undefined where there is neither. */
export function samplePlot(columns: readonly DefinedColumn[], { columns: names, rows }: Sample) {
  const find = (fits: (column: DefinedColumn) => boolean) =>
    columns.find((column) => names.includes(column.name) && fits(column));
  const number =
    find(({ role }) => role === 'count' || role === 'measure') ??
    find(({ type, role }) => type === 'decimal' && role !== 'identifier');
  const group = find(({ type, role }) => (type === 'code' || type === 'text') && role !== 'identifier');
  if (number === undefined || group === undefined) return undefined;
  const [value, key] = [names.indexOf(number.name), names.indexOf(group.name)];
  const sums = new Map<string, number>();
  for (const row of rows) {
    const amount = row[value];
    const code = String(row[key] ?? '');
    const label = group.codes?.find((each) => each.code === code)?.label;
    const name = label === undefined ? code : said(label);
    if (typeof amount === 'number') sums.set(name, (sums.get(name) ?? 0) + amount);
  }
  if (sums.size === 0) return undefined;
  const shown = [...sums].sort((one, two) => two[1] - one[1]).slice(0, 12);
  const option: PlotOption = {
    tooltip: { trigger: 'axis' },
    grid: { left: 8, right: 20, top: 12, bottom: 8, containLabel: true },
    xAxis: { type: 'value' },
    yAxis: { type: 'category', data: shown.map(([name]) => name), inverse: true },
    series: [{ type: 'bar', data: shown.map(([, amount]) => amount), color: '#0072b2', barMaxWidth: 22 }],
  };
  return {
    option,
    table: { columns: [said(group.label), said(number.label)], rows: shown.map(([name, amount]) => [name, amount]) },
    words: { what: said(number.label), by: said(group.label) },
  };
}
