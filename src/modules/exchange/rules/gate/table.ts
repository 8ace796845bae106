import {
  Attacker,
  type Code,
  type Contributions,
  type Dimension,
  differenceLayer,
  exposed,
  type Frame,
  flatDimension,
  jointLayer,
  type Layer,
  makeFrame,
  type PrimaryRule,
  type Protection,
  primary,
  type Solver,
  suppress,
  type ToldBefore,
} from '#standards/disclosure-control';
import {
  type CandidateColumn,
  type Cell,
  type GateCheck,
  type GateSettings,
  type TableReport,
  TOTAL,
} from '../../model.ts';
import {
  cellOf,
  codesTold,
  type EarlierRelease,
  type EncodedCandidate,
  type EncodedColumn,
  plainColumn,
  textOf,
} from './encoded.ts';
import type { Examined, GateTools } from './microdata.ts';
import { check } from './settings.ts';

const MOST_CELLS = 20_000;
/** Up to so many cells the cheapest pattern of all is looked for. */
const MOST_OPTIMAL = 60;
const SUPPRESS_MS = 15_000;
const MOST_LISTED = 200;
/** Up to so many hidden cells the attacker may use that persons are whole. */
const MOST_WHOLE = 40;
/** Cells of all releases that are solved together, the newest first; older ones are compared one by one. */
const MOST_JOINT = 4_000;
/** Of another offering's table: so many cells in common, and this share of them alike, and it counts the same persons. */
const LEAST_SHARED = 3;
const SHARED_ALIKE = 0.5;

interface TableTools extends GateTools {
  solve: Solver;
}

/** A table of counts, and sums where there are any: small and dominated cells hidden, with others so that no attacker can work them out. */
export function examineTable(
  candidate: EncodedCandidate,
  leavingColumns: readonly EncodedColumn[],
  { settings, earlier }: { settings: GateSettings; earlier: readonly EarlierRelease[] },
  tools: TableTools,
): Examined & { report: TableReport } {
  const parts = partsOf(candidate, leavingColumns, settings);
  const past = earlier.filter(({ own }) => own).map((release) => readEarlier(release, parts));
  const frame = makeFrame(dimensionsOf(parts, past), { mostCells: MOST_CELLS });
  const data = fill(frame, parts, candidate, settings);
  const found = findPrimary(frame, data, settings);
  const layers = layersOf(frame, data, found);
  const comparable = past.every((each) => each !== undefined);
  const differences = past.flatMap((each) =>
    each === undefined ? [] : [differenceTo(frame, layers[0]!, each, { parts, settings })],
  );
  const costs = data.counts.map((count) => (count === 0 ? Number.POSITIVE_INFINITY : 1 + Math.log2(1 + count)));
  const told = earlier.flatMap((release) => {
    if (!release.own) return toldElsewhere(release, frame, { parts, counts: data.counts }) ?? [];
    const own = past.find((each) => each?.release === release);
    return own === undefined ? [] : toldBefore(own, frame);
  });
  const series = fitting(told, frame.size);
  const counted =
    series.length === 0 ? layers[0]! : solvedTogether(layers[0]!, series, { frame, costs, settings, tools });
  const problem = { relations: frame.relations, layers: [counted, ...layers.slice(1), ...differences], costs };
  const pattern = suppress(problem, {
    solve: tools.solve,
    mostOptimal: MOST_OPTIMAL,
    now: tools.now,
    untilMs: tools.now() + SUPPRESS_MS,
    onProgress: tools.progress,
  });
  const hidden = pattern?.hidden ?? new Set(found.keys());
  // Asked once more of the finished pattern, whatever way it was found.
  const open =
    pattern === undefined ? [...found.keys()] : exposed(problem, hidden, tools.solve).map(({ cell }) => cell);
  const rows = open.length > 0 ? [] : releasedRows(frame, { parts, candidate, hidden, settings });
  const columns = leavingColumns.map(plainColumn);
  const described = describe(
    frame,
    { data, found, hidden, differences, counted, optimal: pattern?.optimal ?? false },
    tools,
  );
  return {
    checks: checksOf(frame, {
      data,
      found,
      hidden,
      open,
      settings,
      described,
      past: past.length,
      comparable,
      differences,
      together: series.length,
      elsewhere: told.length - past.filter((each) => each !== undefined).length,
      hasSums: parts.sums !== undefined,
    }),
    columns,
    rows,
    told: {
      method: 'table',
      dimensions: parts.dimensions.map(({ column }) => column.name),
      margins: settings.margins,
      codes: codesTold(columns, rows),
      ...keptOfTable(frame, data.counts, { found, hidden }),
    },
    report: described,
  };
}

/** What the columns are to the table. */
interface Parts {
  columns: readonly EncodedColumn[];
  dimensions: TableDimension[];
  count: EncodedColumn;
  /** Sums whose contributions are known. */
  sums: EncodedColumn | undefined;
  largest: readonly EncodedColumn[];
}
interface TableDimension {
  column: EncodedColumn;
  /** Columns that its codes fix: names of the codes, or what they lie in, the finest first. */
  fixed: readonly EncodedColumn[];
}

/** @throws RangeError where a table cannot be made of the columns */
function partsOf(candidate: EncodedCandidate, columns: readonly EncodedColumn[], settings: GateSettings): Parts {
  const count = columns.find(({ role }) => role === 'count');
  if (count === undefined) throw new RangeError('a table needs a column that counts persons');
  const largest = settings.contributions.map((name) => {
    const column = candidate.columns.find((each) => each.name === name);
    if (column === undefined) throw new RangeError('a column of contributions is missing');
    return column;
  });
  const coded = columns
    .filter((column) => !isNumber(column))
    .sort((a, b) => b.dictionary.length - a.dictionary.length || columns.indexOf(a) - columns.indexOf(b));
  const dimensions: { column: EncodedColumn; fixed: EncodedColumn[] }[] = [];
  for (const column of coded) {
    const holder = dimensions.find((dimension) => {
      const finest = dimension.fixed.at(-1) ?? dimension.column;
      return fixes(dimension.column, column) && fixes(finest, column);
    });
    if (holder === undefined) dimensions.push({ column, fixed: [] });
    else holder.fixed.push(column);
  }
  if (dimensions.length === 0) throw new RangeError('a table needs a column of codes');
  const sums = largest.length === 0 ? undefined : columns.find(({ role }) => role === 'measure');
  return { columns, dimensions, count, sums, largest };
}

/** Told of a cell, and hidden with it: a mean is no code, whatever it is called. */
function isNumber({ role, type }: CandidateColumn): boolean {
  return role === 'count' || role === 'measure' || role === 'weight' || (role === 'plain' && type === 'decimal');
}

/** Whether each code of the one goes with a single code of the other. */
function fixes(one: EncodedColumn, other: EncodedColumn): boolean {
  const with_ = new Int32Array(one.dictionary.length).fill(-1);
  for (const [row, code] of one.codes.entries()) {
    const its = other.codes[row]!;
    if (with_[code] === -1) with_[code] = its;
    else if (with_[code] !== its) return false;
  }
  return true;
}

/** An earlier release by the codes of its cells; undefined where it was made by other columns. */
interface Earlier {
  release: EarlierRelease;
  /** By codes of the finest level, a line each: how many, null where it was hidden. */
  cells: ReadonlyMap<string, { codes: string[]; above: string[][]; count: number | null }>;
  totals: readonly { codes: string[]; count: number | null }[];
}

function readEarlier(release: EarlierRelease, parts: Parts): Earlier | undefined {
  const { told } = release;
  if (
    told.method !== 'table' ||
    told.dimensions.join('\n') !== parts.dimensions.map(({ column }) => column.name).join('\n')
  )
    return undefined;
  const place = (name: string): number => release.columns.findIndex((column) => column.name === name);
  const counts = place(parts.count.name);
  const at = parts.dimensions.map(({ column, fixed }) => [place(column.name), ...fixed.map(({ name }) => place(name))]);
  if (counts < 0 || at.flat().some((each) => each < 0)) return undefined;
  const cells = new Map<string, { codes: string[]; above: string[][]; count: number | null }>();
  const totals: { codes: string[]; count: number | null }[] = [];
  for (const row of release.rows) {
    const codes = at.map(([first]) => textOf(row[first!]!));
    const cell = row[counts] ?? null;
    const count = cell === null ? null : Number(cell);
    if (codes.includes(TOTAL)) totals.push({ codes, count });
    else
      cells.set(JSON.stringify(codes), {
        codes,
        above: at.map((places) => places.slice(1).map((each) => textOf(row[each]!))),
        count,
      });
  }
  return { release, cells, totals };
}

/** Codes below what they lie in, below the total; those of earlier releases too. */
function dimensionsOf({ dimensions }: Parts, past: readonly (Earlier | undefined)[]): Dimension[] {
  return dimensions.map(({ column, fixed }, at) => {
    const chains = new Map<string, string[]>();
    const note = (code: string, above: readonly string[]): void => {
      // A level with as many codes as the one below only names it.
      if (!chains.has(code)) chains.set(code, [...above]);
    };
    const first = new Map<number, number>();
    for (const [row, code] of column.codes.entries()) if (!first.has(code)) first.set(code, row);
    for (const [code, row] of first)
      note(
        textOf(column.dictionary[code]!),
        fixed.map((each) => textOf(cellOf(each, row))),
      );
    for (const earlier of past)
      for (const { codes, above } of earlier?.cells.values() ?? []) note(codes[at]!, above[at]!);
    const levels = fixed.map((_, level) => new Set([...chains.values()].map((above) => above[level]!)));
    const grouping = levels.flatMap(({ size }, level) =>
      size > 1 && size < (level === 0 ? chains.size : levels[level - 1]!.size) ? [level] : [],
    );
    const codes = new Map<string, Code>([[TOTAL, { code: TOTAL }]]);
    for (const [code, above] of chains) {
      if (code === TOTAL) throw new RangeError('a code has the name of the total');
      const path = [code, ...grouping.map((level) => `${level}/${above[level]}`)];
      for (const [step, name] of path.entries()) {
        const parent = path[step + 1] ?? TOTAL;
        const known = codes.get(name);
        if (known !== undefined && known.parent !== parent) throw new RangeError('a code lies in two groups');
        codes.set(name, { code: name, parent });
      }
    }
    return { name: column.name, codes: [...codes.values()] };
  });
}

interface TableData {
  counts: Float64Array;
  sums: Float64Array | undefined;
  largest: (readonly number[] | undefined)[];
}

/** @throws RangeError for counts that are none */
function fill(
  frame: Frame,
  { dimensions, count, sums, largest }: Parts,
  candidate: EncodedCandidate,
  { dominance }: GateSettings,
): TableData {
  const counts = new Float64Array(frame.size);
  const totals = sums === undefined ? undefined : new Float64Array(frame.size);
  const top: (readonly number[] | undefined)[] = Array.from({ length: frame.size });
  for (let row = 0; row < candidate.rowCount; row += 1) {
    const cell = frame.cellOf(dimensions.map(({ column }) => textOf(cellOf(column, row))))!;
    const persons = Number(cellOf(count, row) ?? Number.NaN);
    if (!Number.isSafeInteger(persons) || persons < 0)
      throw new RangeError('a count of persons is not a whole number from 0');
    counts[cell]! += persons;
    if (totals === undefined || sums === undefined) continue;
    totals[cell]! += Number(cellOf(sums, row) ?? 0);
    const mine = largest.map((column) => Number(cellOf(column, row) ?? 0)).filter((value) => value !== 0);
    top[cell] = [...(top[cell] ?? []), ...mine].sort((a, b) => b - a);
  }
  frame.sumUp(counts);
  if (totals !== undefined) frame.sumUp(totals);
  frame.mergeUp(top, Math.max(2, dominance.n));
  return { counts, sums: totals, largest: top };
}

type Reason = TableReport['reasons'][number]['reason'];
interface Primary {
  /** The first is why it was found first. */
  reasons: Reason[];
  count?: Protection;
  sum?: Protection;
}

function findPrimary(frame: Frame, { counts, sums, largest }: TableData, settings: GateSettings): Map<number, Primary> {
  const found = new Map<number, Primary>();
  const { k, dominance, pPercent } = settings;
  const onSums: [Reason, PrimaryRule][] = [
    ['dominance', { rule: 'dominance', ...dominance }],
    ['p-percent', { rule: 'p-percent', percent: pPercent }],
  ];
  for (let cell = 0; cell < frame.size; cell += 1) {
    const contributions: Contributions = { count: counts[cell]!, sum: sums?.[cell] ?? 0, largest: largest[cell] ?? [] };
    const small = primary({ rule: 'frequency', least: k }, contributions);
    if (small !== undefined) found.set(cell, { reasons: ['cell-size'], count: small });
    if (sums === undefined) continue;
    for (const [reason, rule] of onSums) {
      const need = primary(rule, contributions);
      if (need === undefined) continue;
      const known = found.get(cell);
      found.set(cell, {
        reasons: [...(known?.reasons ?? []), reason],
        ...(known?.count && { count: known.count }),
        sum: wider(known?.sum, need),
      });
    }
  }
  return found;
}

function wider(a: Protection | undefined, b: Protection): Protection {
  if (a === undefined) return b;
  return { lower: Math.max(a.lower, b.lower), upper: Math.max(a.upper, b.upper), width: Math.max(a.width, b.width) };
}

/** Counts, and sums where there are any: nobody knows more of a cell beforehand than that it is not below 0. */
function layersOf(frame: Frame, { counts, sums }: TableData, found: ReadonlyMap<number, Primary>): Layer[] {
  const layer = (values: Float64Array, whole: boolean, of: 'count' | 'sum'): Layer => ({
    values,
    low: new Float64Array(frame.size),
    high: new Float64Array(frame.size).fill(Number.POSITIVE_INFINITY),
    whole,
    needs: new Map([...found].flatMap(([cell, need]) => (need[of] === undefined ? [] : [[cell, need[of]]]))),
  });
  const layers = [layer(counts, true, 'count')];
  if (sums !== undefined) layers.push(layer(sums, false, 'sum'));
  return layers;
}

/** Cells that the earlier release does not have had nobody in them. */
function differenceTo(
  frame: Frame,
  now: Layer,
  { cells, totals, release }: Earlier,
  { settings }: { parts: Parts; settings: GateSettings },
): Layer {
  const values = new Float64Array(frame.size);
  const hidden = new Set<number>();
  for (const { codes, count } of cells.values()) {
    const cell = frame.cellOf(codes);
    if (cell === undefined) continue;
    if (count === null) {
      hidden.add(cell);
      // What it was is not kept: what it is now stands for it, which changes no bound.
      values[cell] = now.values[cell]!;
    } else values[cell] = count;
  }
  frame.sumUp(values);
  for (const { codes, count } of totals) {
    const cell = frame.cellOf(codes);
    if (cell !== undefined && count === null) hidden.add(cell);
  }
  // A total over a hidden cell is known when it was told, and guarded as if known when it was not.
  const told = release.told.method === 'table' && release.told.margins;
  if (told)
    for (const { codes, count } of totals) {
      const cell = frame.cellOf(codes);
      if (cell !== undefined && count !== null) values[cell] = count;
    }
  const difference = differenceLayer(now, { values, hidden }, (change) =>
    primary({ rule: 'frequency', least: settings.k }, { count: change, sum: 0, largest: [] }),
  );
  return difference;
}

/** What an earlier release of the same columns told, with what was taken to be known of its totals. */
function toldBefore({ cells, totals, release }: Earlier, frame: Frame): ToldBefore {
  const every = Array.from({ length: frame.size }, (_, cell) => cell);
  const told = toldOf(frame, release, [...cells.values(), ...totals]);
  return { ...told, same: new Map(every.map((cell) => [cell, cell])) };
}

/** @param lines of the finest cells: those without a line had nobody */
function toldOf(
  frame: Frame,
  { told }: EarlierRelease,
  lines: readonly { codes: string[]; count: number | null }[],
): Omit<ToldBefore, 'same'> {
  const values = new Float64Array(frame.size);
  const finest = new Set(leavesOf(frame));
  const hidden = new Set(Array.from({ length: frame.size }, (_, cell) => cell).filter((cell) => !finest.has(cell)));
  const note = (codes: readonly string[], count: number | null): void => {
    const cell = frame.cellOf(codes);
    if (cell === undefined) return;
    if (count === null) hidden.add(cell);
    else {
      values[cell] = count;
      hidden.delete(cell);
    }
  };
  const { totals = {}, guarded = [] } = told.method === 'table' ? told : {};
  for (const [codes, count] of Object.entries(totals)) note(JSON.parse(codes) as string[], count);
  for (const { codes, count } of lines) note(codes, count);
  return {
    values,
    hidden,
    relations: frame.relations,
    guarded: guarded.flatMap((codes) => frame.cellOf(JSON.parse(codes) as string[]) ?? []),
  };
}

/** What another offering of the holder told of the same persons; undefined where it does not count the same, as far as the numbers show. */
function toldElsewhere(
  release: EarlierRelease,
  frame: Frame,
  { parts, counts }: { parts: Parts; counts: Float64Array },
): ToldBefore | undefined {
  const { told, columns } = release;
  const place = (name: string): number => columns.findIndex((column) => column.name === name);
  const count = columns.findIndex(({ role }) => role === 'count');
  if (told.method !== 'table' || count < 0) return undefined;
  const lines = release.rows.map((row) => ({
    codes: told.dimensions.map((name) => textOf(row[place(name)] ?? null)),
    count: row[count] == null ? null : Number(row[count]),
  }));
  const dimensions = told.dimensions.map((name, at) =>
    flatDimension(
      name,
      [...new Set(lines.map(({ codes }) => codes[at]!))].filter((code) => code !== TOTAL),
      TOTAL,
    ),
  );
  if (dimensions.reduce((size, { codes }) => size * codes.length, 1) > MOST_JOINT) return undefined;
  const its = makeFrame(dimensions);
  const shared = parts.dimensions.map(({ column }) => told.dimensions.indexOf(column.name));
  const same = new Map<number, number>();
  for (let cell = 0; cell < frame.size; cell += 1) {
    const codes = frame.codesOf(cell);
    if (codes.some((code, at) => shared[at] === -1 && code !== TOTAL)) continue;
    const theirs = its.cellOf(told.dimensions.map((_, at) => codes[shared.indexOf(at)] ?? TOTAL));
    if (theirs !== undefined) same.set(cell, theirs);
  }
  const known = toldOf(its, release, lines);
  const both = [...same].filter(
    ([mine, other]) => !known.hidden.has(other) && counts[mine]! + known.values[other]! > 0,
  );
  const alike = both.filter(([mine, other]) => counts[mine] === known.values[other]).length;
  return both.length >= LEAST_SHARED && alike >= SHARED_ALIKE * both.length ? { ...known, same } : undefined;
}

/** The newest that can be solved together, the oldest first. */
function fitting(newestFirst: readonly ToldBefore[], size: number): ToldBefore[] {
  let cells = size;
  const taken: ToldBefore[] = [];
  for (const each of newestFirst) {
    cells += each.values.length;
    if (cells > MOST_JOINT) break;
    taken.unshift(each);
  }
  return taken;
}

/** The present counts with all that was told before as one table. */
function solvedTogether(
  now: Layer,
  past: readonly ToldBefore[],
  {
    frame,
    costs,
    settings: { k },
    tools: { solve },
  }: { frame: Frame; costs: Float64Array; settings: GateSettings; tools: TableTools },
): Layer {
  const needOf = (count: number) => primary({ rule: 'frequency', least: k }, { count, sum: 0, largest: [] });
  const joint = jointLayer(now, { relations: frame.relations, past, least: k }, solve, needOf);
  if (joint === undefined) return now;
  // What is open even if nothing more is told was opened by others: this release cannot close it.
  const all = new Set([...costs.keys()].filter((cell) => Number.isFinite(costs[cell])));
  const lost = exposed({ relations: frame.relations, layers: [joint], costs }, all, solve);
  const changes = past.reduce((size, { values }) => size + values.length, frame.size);
  const beyond = new Set(lost.map(({ cell }) => cell).filter((cell) => cell >= frame.size && cell < changes));
  return { ...joint, needs: new Map([...joint.needs].filter(([cell]) => !beyond.has(cell))) };
}

/** What later releases must know of this one: totals that everybody is taken to know, and which cells were hidden for being small. */
function keptOfTable(
  frame: Frame,
  counts: Float64Array,
  { found, hidden }: { found: ReadonlyMap<number, Primary>; hidden: ReadonlySet<number> },
): { totals: Record<string, number>; guarded: string[] } {
  const key = (cell: number): string => JSON.stringify(frame.codesOf(cell));
  const totals = new Set(frame.relations.map(({ total }) => total));
  return {
    totals: Object.fromEntries(
      [...totals].filter((cell) => !hidden.has(cell)).map((cell) => [key(cell), counts[cell]!]),
    ),
    guarded: [...hidden].filter((cell) => found.get(cell)?.count !== undefined).map(key),
  };
}

function releasedRows(
  frame: Frame,
  {
    parts,
    candidate,
    hidden,
    settings,
  }: { parts: Parts; candidate: EncodedCandidate; hidden: ReadonlySet<number>; settings: GateSettings },
): Cell[][] {
  const { columns, dimensions } = parts;
  const rows: Cell[][] = [];
  for (let row = 0; row < candidate.rowCount; row += 1) {
    const cell = frame.cellOf(dimensions.map(({ column }) => textOf(cellOf(column, row))))!;
    rows.push(columns.map((column) => (isNumber(column) && hidden.has(cell) ? null : cellOf(column, row))));
  }
  return settings.margins ? [...rows, ...marginRows(frame, { parts, candidate, hidden })] : rows;
}

/** A line for each total; only counts and sums add up, other numbers stay empty. */
function marginRows(
  frame: Frame,
  { parts, candidate, hidden }: { parts: Parts; candidate: EncodedCandidate; hidden: ReadonlySet<number> },
): Cell[][] {
  const { columns, dimensions, count, sums } = parts;
  const added = new Map<EncodedColumn, Float64Array>();
  for (const column of [count, ...(sums === undefined ? [] : [sums])]) {
    const values = new Float64Array(frame.size);
    for (let row = 0; row < candidate.rowCount; row += 1)
      values[frame.cellOf(dimensions.map((each) => textOf(cellOf(each.column, row))))!]! += Number(
        cellOf(column, row) ?? 0,
      );
    frame.sumUp(values);
    added.set(column, values);
  }
  const rows: Cell[][] = [];
  for (let cell = 0; cell < frame.size; cell += 1) {
    const codes = frame.codesOf(cell);
    // Totals of groups within a column are left to the reader: they have no line of their own in these columns.
    if (!codes.includes(TOTAL) || codes.some((code, at) => code !== TOTAL && !isCode(dimensions[at]!.column, code)))
      continue;
    rows.push(
      columns.map((column) => {
        const values = added.get(column);
        if (values !== undefined) return hidden.has(cell) ? null : values[cell]!;
        const at = dimensions.findIndex((each) => each.column === column);
        if (at >= 0) return codes[at]!;
        const owner = dimensions.findIndex(({ fixed }) => fixed.includes(column));
        return owner >= 0 && codes[owner] === TOTAL ? TOTAL : null;
      }),
    );
  }
  return rows;
}

function isCode({ dictionary }: EncodedColumn, code: string): boolean {
  return dictionary.some((cell) => textOf(cell) === code);
}

function describe(
  frame: Frame,
  {
    data,
    found,
    hidden,
    differences,
    counted,
    optimal,
  }: {
    data: TableData;
    found: ReadonlyMap<number, Primary>;
    hidden: ReadonlySet<number>;
    differences: readonly Layer[];
    counted: Layer;
    optimal: boolean;
  },
  { solve }: TableTools,
): TableReport {
  const finest = leavesOf(frame);
  const persons = finest.reduce((sum, cell) => sum + data.counts[cell]!, 0);
  const kept = finest.reduce((sum, cell) => sum + (hidden.has(cell) ? 0 : data.counts[cell]!), 0);
  const isPrimary = (cell: number): boolean => found.has(cell) || differences.some(({ needs }) => needs.has(cell));
  const cells = [...hidden].sort((a, b) => a - b);
  const whole = cells.length + (counted.hiddenAnyhow?.size ?? 0) <= MOST_WHOLE;
  const attacker = new Attacker({ ...counted, whole }, frame.relations, hidden, solve);
  const listed = [...cells].sort((a, b) => Number(isPrimary(b)) - Number(isPrimary(a)) || a - b).slice(0, MOST_LISTED);
  const reasons = new Map<Reason, number>();
  for (const cell of cells) {
    const its: readonly Reason[] = found.get(cell)?.reasons ?? (isPrimary(cell) ? ['differencing'] : []);
    for (const reason of its) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return {
    dimensions: frame.dimensions.map(({ name, codes }) => ({ column: name, codes: codes.length })),
    cells: frame.size,
    primary: cells.filter(isPrimary).length,
    secondary: cells.filter((cell) => !isPrimary(cell)).length,
    reasons: [...reasons].map(([reason, count]) => ({ reason, cells: count })),
    keptShare: persons === 0 ? 0 : kept / persons,
    optimal,
    suppressed: listed.map((cell) => {
      const { low, high } = attacker.interval(cell);
      return {
        codes: readable(frame.codesOf(cell)),
        state: isPrimary(cell) ? 'primary' : 'secondary',
        low,
        high: Number.isFinite(high) ? high : null,
      };
    }),
    more: cells.length - listed.length,
  };
}

/** Groups within a column are named by their code alone. */
function readable(codes: readonly string[]): string[] {
  return codes.map((code) => code.replace(/^\d+\//, ''));
}

function leavesOf({ size, relations }: Frame): number[] {
  const totals = new Set(relations.map(({ total }) => total));
  return Array.from({ length: size }, (_, cell) => cell).filter((cell) => !totals.has(cell));
}

interface Judged {
  data: TableData;
  found: ReadonlyMap<number, Primary>;
  hidden: ReadonlySet<number>;
  /** Sensitive cells that an attacker still works out. */
  open: readonly number[];
  settings: GateSettings;
  described: TableReport;
  past: number;
  comparable: boolean;
  differences: readonly Layer[];
  /** Releases that were solved together with this one, and how many of all are of other offerings. */
  together: number;
  elsewhere: number;
  hasSums: boolean;
}

function checksOf(frame: Frame, judged: Judged): GateCheck[] {
  const { data, found, hidden, open, settings, described, past, comparable, differences, hasSums } = judged;
  const { together, elsewhere } = judged;
  const { k, dominance, pPercent, suppressionLimit } = settings;
  const told = Array.from({ length: frame.size }, (_, cell) => cell).filter(
    (cell) => !hidden.has(cell) && data.counts[cell]! > 0,
  );
  const smallest = told.reduce((least, cell) => Math.min(least, data.counts[cell]!), Number.POSITIVE_INFINITY);
  const by = (reason: Reason): number => [...found.values()].filter(({ reasons }) => reasons.includes(reason)).length;
  const mended = (cells: number): 'mended' | 'passed' => (cells > 0 ? 'mended' : 'passed');
  const openBefore = open.filter((cell) => found.has(cell));
  const changed = differences.reduce((sum, { needs }) => sum + needs.size, 0);
  const lost = 1 - described.keptShare;
  return [
    check('cell-size', {
      verdict: told.every((cell) => data.counts[cell]! >= k) ? mended(by('cell-size')) : 'failed',
      numbers: [
        { name: 'smallCells', value: by('cell-size') },
        ...(told.length > 0 ? [{ name: 'smallestGroup', value: smallest, limit: k }] : []),
      ],
    }),
    check('dominance', {
      verdict: hasSums ? mended(by('dominance')) : 'not-applicable',
      numbers: hasSums
        ? [
            { name: 'dominatedCells', value: by('dominance') },
            { name: 'dominancePercent', value: dominance.percent },
          ]
        : [],
    }),
    check('p-percent', {
      verdict: hasSums ? mended(by('p-percent')) : 'not-applicable',
      numbers: hasSums
        ? [
            { name: 'estimableCells', value: by('p-percent') },
            { name: 'pPercent', value: pPercent },
          ]
        : [],
    }),
    check('attack', {
      verdict: openBefore.length > 0 ? 'failed' : found.size === 0 ? 'passed' : mended(described.secondary),
      numbers: [
        { name: 'sensitiveCells', value: found.size },
        { name: 'hiddenWithThem', value: described.secondary },
        { name: 'openCells', value: openBefore.length, limit: 0 },
      ],
      where: openBefore.slice(0, 20).map((cell) => readable(frame.codesOf(cell)).join(' / ')),
    }),
    check('differencing', {
      verdict:
        past + elsewhere === 0
          ? 'not-applicable'
          : !comparable || open.some((cell) => !found.has(cell))
            ? 'failed'
            : mended(changed),
      numbers:
        past + elsewhere === 0
          ? []
          : [
              { name: 'earlierReleases', value: past },
              { name: 'otherOfferings', value: elsewhere },
              { name: 'solvedTogether', value: together },
              { name: 'smallChanges', value: changed },
            ],
    }),
    check('loss', {
      verdict: told.length > 0 && lost <= suppressionLimit + 1e-9 ? 'passed' : 'failed',
      numbers: [
        { name: 'leftOut', value: lost, limit: suppressionLimit },
        { name: 'cellsLeft', value: told.length },
      ],
    }),
  ];
}
