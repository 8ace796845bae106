import type { PlotOption } from '../ui/index.ts';
import type { Answer } from './lake-api.ts';

export const PICTURES = ['line', 'bar', 'point'] as const;
type Picture = (typeof PICTURES)[number];

/** What somebody chose to have drawn; columns by their place in the answer. What is not chosen is found. */
export interface Choice {
  kind?: Picture;
  across?: number;
  up?: readonly number[];
  /** A line or bar of its own for each of this column's values; null: none. */
  by?: number | null;
}

export interface Drawing {
  kind: Picture;
  option: PlotOption;
  across: number;
  up: readonly number[];
  by: number | undefined;
  heightPx: number;
}

type Shown = Pick<Answer, 'columns' | 'rows'>;
type Row = Answer['rows'][number];
type Kind = 'time' | 'number' | 'name' | 'other';

const MOST_POINTS = 2_000;
const MOST_BARS = 60;
const MOST_SERIES = 6;
const PLOT_PX = 360;
/** A bar and its name, however many bars stand beside each other under it. */
const BAR_PX = 18;

/** The columns that can be drawn across, upward, and as lines of their own. */
export function drawable({ columns, rows }: Shown): { across: number[]; up: number[]; by: number[] } {
  const kinds = kindsOf({ columns, rows });
  const those = (wanted: readonly Kind[]) => kinds.flatMap((kind, at) => (wanted.includes(kind) ? [at] : []));
  const few = those(['name']).filter((at) => distinct(rows, at).length <= MOST_SERIES);
  return { across: those(['time', 'name', 'number']), up: those(['number']), by: few };
}

/**
 * A picture of an answer: time, names or a number across, numbers upward. Lines over time and numbers, lying bars beside names, points where lines
 * would go back and forth.
 *
 * @param labelPx how wide the names beside bars may be
 * @returns undefined where no picture would tell more than the table
 */
export function drawAnswer(answer: Shown, choice: Choice = {}, labelPx = 220): Drawing | undefined {
  const { columns, rows } = answer;
  if (rows.length < 2 || rows.length > MOST_POINTS) return undefined;
  const kinds = kindsOf(answer);
  const across = choice.across ?? acrossOf(kinds, rows);
  const numbers = kinds.flatMap((kind, at) => (kind === 'number' && at !== across ? [at] : []));
  const chosen = (choice.up ?? numbers).filter((at) => at !== across).slice(0, MOST_SERIES);
  if (across < 0 || chosen.length === 0) return undefined;
  const repeats = distinct(rows, across).length < rows.length;
  const by = choice.by === undefined ? (repeats ? byOf(answer, across) : undefined) : (choice.by ?? undefined);
  // Each value of `by` is a series: then one number is enough to look at.
  const up = by === undefined ? chosen : chosen.slice(0, 1);
  const isName = kinds[across] === 'name';
  const kind = choice.kind ?? (isName ? 'bar' : repeats && by === undefined ? 'point' : 'line');
  const places = distinct(rows, across);
  if (kind === 'bar' && (repeats && by === undefined ? rows : places).length > MOST_BARS) return undefined;

  const series =
    by === undefined
      ? up.map((at) => ({ name: columns[at]!.name, rows, at }))
      : distinct(rows, by).map((name) => ({
          name,
          rows: rows.filter((row) => textOf(row[by]) === name),
          at: up[0] as number,
        }));
  const measure = up.length === 1 ? columns[up[0]!]!.name : '';
  const values = { type: 'value', name: measure, scale: kind !== 'bar' };
  const legend = series.length > 1 && { legend: {} };
  const tooltip = { trigger: kind === 'point' ? 'item' : 'axis' };
  const found = { kind, across, up, by };

  if (kind === 'bar') {
    // Without a column that tells them apart, rows of one name are bars of their own.
    const isApart = repeats && by === undefined;
    const names = isApart ? rows.map((row) => textOf(row[across])) : places;
    const height = 70 + names.length * Math.max(BAR_PX, series.length * 9);
    return {
      ...found,
      heightPx: Math.max(160, height),
      option: {
        tooltip,
        ...legend,
        grid: { left: 8, right: 24, top: series.length > 1 ? 36 : 12, bottom: 32, containLabel: true },
        xAxis: { ...values, nameLocation: 'middle', nameGap: 28 },
        yAxis: {
          type: 'category',
          inverse: true,
          data: names,
          axisTick: { show: false },
          axisLabel: { width: labelPx, overflow: 'truncate', interval: 0 },
        },
        series: series.map(({ name, rows: mine, at }) => {
          const byName = new Map(mine.map((row) => [textOf(row[across]), numberOf(row[at])]));
          const data = isApart ? rows.map((row) => numberOf(row[at])) : names.map((each) => byName.get(each) ?? null);
          return { type: 'bar', name, data, barMaxWidth: 22 };
        }),
      },
    };
  }
  const isNumber = kinds[across] === 'number';
  const order = (a: Row, b: Row) =>
    isNumber ? Number(a[across]) - Number(b[across]) : textOf(a[across]) < textOf(b[across]) ? -1 : 1;
  return {
    ...found,
    heightPx: PLOT_PX,
    option: {
      tooltip,
      ...legend,
      grid: { left: 8, right: 24, top: 36, bottom: 32, containLabel: true },
      xAxis: isName
        ? { type: 'category', data: places, axisLabel: { hideOverlap: true } }
        : {
            type: isNumber ? 'value' : 'time',
            name: columns[across]!.name,
            nameLocation: 'middle',
            nameGap: 30,
            scale: true,
            axisLabel: { hideOverlap: true },
          },
      yAxis: values,
      series: series.map(({ name, rows: mine, at }) => ({
        type: kind === 'point' ? 'scatter' : 'line',
        name,
        symbolSize: kind === 'point' ? 7 : 4,
        data: (isName ? mine : [...mine].sort(order)).map((row) => [
          isName ? textOf(row[across]) : row[across],
          numberOf(row[at]),
        ]),
        showSymbol: kind === 'point' || rows.length <= 60,
      })),
    },
  };
}

/** Time before names before numbers; of names the column that says it in words, where it tells as many rows apart as a code does. */
function acrossOf(kinds: readonly Kind[], rows: Answer['rows']): number {
  const time = kinds.indexOf('time');
  if (time >= 0) return time;
  const names = kinds.flatMap((kind, at) => (kind === 'name' ? [at] : []));
  if (names.length === 0) return kinds.indexOf('number');
  const most = Math.max(...names.map((at) => distinct(rows, at).length));
  const telling = names.filter((at) => distinct(rows, at).length === most);
  return telling.find((at) => isWords(distinct(rows, at))) ?? (telling[0] as number);
}

/** The column of few names that makes every place across unique. */
function byOf(answer: Shown, across: number): number | undefined {
  const { rows } = answer;
  return drawable(answer).by.find((at) => {
    if (at === across) return false;
    const pairs = new Set(rows.map((row) => JSON.stringify([textOf(row[across]), textOf(row[at])])));
    return pairs.size === rows.length;
  });
}

function isWords(texts: readonly string[]): boolean {
  const all = texts.join('');
  const letters = all.match(/[\p{L}\s]/gu)?.length ?? 0;
  return letters > 0.6 * all.length;
}

function distinct(rows: Answer['rows'], at: number): string[] {
  return [...new Set(rows.map((row) => textOf(row[at])))];
}

function textOf(value: unknown): string {
  return String(value ?? '∅');
}

/** Whole numbers beyond 2^53 come as texts. */
function numberOf(value: unknown): number | null {
  return value === null ? null : Number(value);
}

function kindsOf({ columns, rows }: Shown): Kind[] {
  return columns.map(({ type }, at) => kindOf(type, rows, at));
}

function kindOf(type: string, rows: Answer['rows'], at: number): Kind {
  const plain = type.replace(/^LowCardinality\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
  if (/^(U?Int|Float|Decimal|BFloat)/.test(plain)) return 'number';
  if (/^Date/.test(plain)) return 'time';
  if (!/^(String|FixedString|Enum|Bool|UUID)/.test(plain)) return 'other';
  const texts = rows.flatMap((row) => (row[at] === null ? [] : [String(row[at])]));
  const isTime = texts.length > 0 && texts.every((text) => /^\d{4}-\d\d(-\d\d)?([T ]|$)/.test(text));
  return isTime ? 'time' : 'name';
}
