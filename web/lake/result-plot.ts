import type { PlotOption } from '../ui/index.ts';
import type { Answer } from './lake-api.ts';

export interface Drawing {
  kind: 'line' | 'bar';
  option: PlotOption;
  /** What is drawn: columns of the answer by their place. */
  across: number;
  up: readonly number[];
}

type Row = Answer['rows'][number];

const MOST_POINTS = 2_000;
const MOST_BARS = 60;
const MOST_SERIES = 6;

/**
 * A quick picture of an answer: its first column of time or text across, its numbers upward; a line over time or numbers, bars over names.
 *
 * @returns undefined where no picture would tell more than the table
 */
export function drawAnswer({ columns, rows }: Pick<Answer, 'columns' | 'rows'>): Drawing | undefined {
  const kinds = columns.map(({ type }, at) => kindOf(type, rows, at));
  if (rows.length < 2 || rows.length > MOST_POINTS) return undefined;
  const time = kinds.indexOf('time');
  const name = kinds.indexOf('name');
  const across = time >= 0 ? time : name >= 0 ? name : kinds.indexOf('number');
  const up = kinds.flatMap((kind, at) => (kind === 'number' && at !== across ? [at] : [])).slice(0, MOST_SERIES);
  if (across < 0 || up.length === 0) return undefined;
  const kind = kinds[across] === 'name' ? 'bar' : 'line';
  if (kind === 'bar' && rows.length > MOST_BARS) return undefined;
  const isNumber = kinds[across] === 'number';
  const order = (a: Row, b: Row) =>
    isNumber ? Number(a[across]) - Number(b[across]) : String(a[across]) < String(b[across]) ? -1 : 1;
  const points = kind === 'bar' ? rows : [...rows].sort(order);
  return {
    kind,
    across,
    up,
    option: {
      tooltip: { trigger: 'axis' },
      ...(up.length > 1 && { legend: {} }),
      grid: { left: 8, right: 24, top: 36, bottom: 32, containLabel: true },
      xAxis:
        kind === 'bar'
          ? {
              type: 'category',
              data: points.map((row) => String(row[across] ?? '∅')),
              axisLabel: { hideOverlap: true },
            }
          : {
              type: isNumber ? 'value' : 'time',
              name: columns[across]!.name,
              nameLocation: 'middle',
              nameGap: 30,
              scale: true,
            },
      yAxis: { type: 'value', name: up.length === 1 ? columns[up[0]!]!.name : '', scale: kind === 'line' },
      series: up.map((at) => ({
        type: kind,
        name: columns[at]!.name,
        data: points.map((row) => (kind === 'bar' ? numberOf(row[at]) : [row[across], numberOf(row[at])])),
        showSymbol: rows.length <= 60,
      })),
    },
  };
}

/** Whole numbers beyond 2^53 come as texts. */
function numberOf(value: unknown): number | null {
  return value === null ? null : Number(value);
}

function kindOf(type: string, rows: Answer['rows'], at: number): 'time' | 'number' | 'name' | 'other' {
  const plain = type.replace(/^LowCardinality\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
  if (/^(U?Int|Float|Decimal|BFloat)/.test(plain)) return 'number';
  if (/^Date/.test(plain)) return 'time';
  if (!/^(String|FixedString|Enum|Bool|UUID)/.test(plain)) return 'other';
  const texts = rows.flatMap((row) => (row[at] === null ? [] : [String(row[at])]));
  const isTime = texts.length > 0 && texts.every((text) => /^\d{4}-\d\d(-\d\d)?([T ]|$)/.test(text));
  return isTime ? 'time' : 'name';
}
