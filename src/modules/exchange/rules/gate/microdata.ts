import {
  anonymise,
  type Column,
  type Hierarchy,
  type Outcome,
  type PrivacyModel,
  type Risks,
} from '#standards/anonymity';
import type { CandidateColumn, Cell, GateCheck, GateSettings, MicrodataReport, RiskFigures } from '../../model.ts';
import {
  codesTold,
  type EarlierRelease,
  type EncodedCandidate,
  type EncodedColumn,
  plainColumn,
  type Told,
  textOf,
} from './encoded.ts';
import { hierarchyOf } from './hierarchies.ts';
import { check } from './settings.ts';

export interface Examined {
  checks: GateCheck[];
  columns: CandidateColumn[];
  rows: Cell[][];
  told: Told;
}

export interface GateTools {
  now(): number;
  progress(done: number): void;
}

const SEARCH_MS = 60_000;
/** What stands where a person's row was taken out. */
const SUPPRESSED = '*';

/** Rows of persons: generalised to the optimum, what cannot be kept taken out, and the result judged again from nothing but itself. */
export function examineMicrodata(
  candidate: EncodedCandidate,
  leavingColumns: readonly EncodedColumn[],
  { settings, earlier }: { settings: GateSettings; earlier: readonly EarlierRelease[] },
  tools: GateTools,
): Examined & { report: MicrodataReport } {
  const least = leastLevels(earlier);
  const fitted = leavingColumns.map((column) => fitColumn(column, least[column.name] ?? 0));
  const outcome = anonymise(
    { columns: fitted.map(({ column }) => column), rowCount: candidate.rowCount },
    {
      models: modelsOf(leavingColumns, settings),
      suppressionLimit: settings.suppressionLimit,
      metric: { name: 'loss' },
      timeLimitMs: SEARCH_MS,
      now: tools.now,
      localRecoding: settings.localRecoding,
      onProgress: ({ checked, lattice }) => tools.progress(checked / lattice),
    },
  );
  const columns = leavingColumns.map(plainColumn);
  const levels = Object.fromEntries(levelsOf(outcome, fitted).map(({ column, level }) => [column, level]));
  const { rows: generalised, differencing } = heldAgainst(releasedRows(outcome, leavingColumns), columns, {
    earlier,
    settings,
    fitted,
    levels,
  });
  const classes = classesOf(generalised, columns);
  const suppressed = candidate.rowCount - generalised.length;
  return {
    checks: [
      ...classChecks(classes, columns, { settings, rows: generalised }),
      differencing,
      lossCheck(suppressed, candidate.rowCount, settings),
    ],
    columns,
    rows: generalised,
    told: {
      method: 'microdata',
      levels,
      localRecoding: settings.localRecoding,
      codes: codesTold(columns, generalised),
    },
    report: reportOf(outcome, { fitted, classes, suppressed, settings }),
  };
}

function modelsOf(columns: readonly EncodedColumn[], { k, l, t }: GateSettings): PrivacyModel[] {
  return [
    { model: 'k-anonymity', k },
    ...columns
      .filter(({ role }) => role === 'sensitive')
      .flatMap(({ name, type }): PrivacyModel[] => [
        { model: 'distinct-l-diversity', attribute: name, l },
        {
          model: 't-closeness',
          attribute: name,
          t,
          distance: type === 'integer' || type === 'decimal' ? 'ordered' : 'equal',
        },
      ]),
  ];
}

/** A column for the search; a quasi-identifier that was released coarser before stays at least as coarse. */
interface Fitted {
  column: Column;
  name: string;
  /** Levels that are not searched since an earlier release was coarser. */
  skipped: number;
  height: number;
  /** Of the whole hierarchy. */
  paths: ReadonlyMap<string, readonly string[]>;
}

function fitColumn(column: EncodedColumn, least: number): Fitted {
  const { name, role, dictionary, codes } = column;
  const texts = dictionary.map(textOf);
  if (role !== 'quasi') {
    const kind = role === 'sensitive' ? 'sensitive' : 'plain';
    return { name, column: { name, role: kind, dictionary: texts, codes }, skipped: 0, height: 1, paths: new Map() };
  }
  const { paths, height } = hierarchyOf(column);
  const skipped = Math.min(least, height - 1);
  if (skipped === 0)
    return {
      name,
      column: { name, role, dictionary: texts, codes, hierarchy: { paths, height } },
      skipped,
      height,
      paths,
    };
  const rests = new Map<string, readonly string[]>();
  for (const path of paths.values()) rests.set(path[skipped]!, path.slice(skipped));
  const coarser = texts.map((text) => paths.get(text)![skipped]!);
  const places = new Map([...new Set(coarser)].map((value, at) => [value, at]));
  const hierarchy: Hierarchy = { paths: rests, height: height - skipped };
  return {
    name,
    skipped,
    height,
    paths,
    column: {
      name,
      role,
      dictionary: [...places.keys()],
      codes: codes.map((code) => places.get(coarser[code]!)!),
      hierarchy,
    },
  };
}

function leastLevels(earlier: readonly EarlierRelease[]): Record<string, number> {
  const least: Record<string, number> = {};
  for (const { told } of earlier)
    if (told.method === 'microdata')
      for (const [name, level] of Object.entries(told.levels)) least[name] = Math.max(least[name] ?? 0, level);
  return least;
}

function levelsOf(
  { solution }: Outcome,
  fitted: readonly Fitted[],
): { column: string; level: number; height: number }[] {
  return fitted
    .filter(({ column }) => column.role === 'quasi')
    .map(({ name, skipped, height }, at) => ({ column: name, level: (solution?.levels[at] ?? 0) + skipped, height }));
}

/** The rows that the search shows; those that it suppressed are gone, not starred. */
function releasedRows({ solution }: Outcome, columns: readonly EncodedColumn[]): Cell[][] {
  if (solution === undefined) return [];
  const { table, suppressedRows } = solution;
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const parts = columns.map((column) => ({ column, shown: byName.get(column.name)! }));
  const quasi = parts.filter(({ column }) => column.role === 'quasi').map(({ shown }) => shown);
  const rows: Cell[][] = [];
  for (let row = 0; row < table.rowCount; row += 1) {
    if (
      suppressedRows > 0 &&
      quasi.length > 0 &&
      quasi.every(({ dictionary, codes }) => dictionary[codes[row]!] === SUPPRESSED)
    )
      continue;
    rows.push(
      parts.map(({ column, shown }) => {
        if (column.role !== 'quasi') return column.dictionary[column.codes[row]!]!;
        const text = shown.dictionary[shown.codes[row]!]!;
        return text === '' ? null : text;
      }),
    );
  }
  // The order of the source may tell who came when.
  return rows.sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows by their quasi-identifiers. */
type Classes = ReadonlyMap<string, Cell[][]>;

function classesOf(rows: readonly Cell[][], columns: readonly { role: string }[]): Classes {
  const quasi = columns.flatMap(({ role }, at) => (role === 'quasi' ? [at] : []));
  const classes = new Map<string, Cell[][]>();
  for (const row of rows) {
    const key = JSON.stringify(quasi.map((at) => row[at]));
    const known = classes.get(key);
    if (known === undefined) classes.set(key, [row]);
    else known.push(row);
  }
  return classes;
}

/** The models counted again in what would leave, by another way than the search's. */
function classChecks(
  classes: Classes,
  columns: readonly CandidateColumn[],
  { settings, rows }: { settings: GateSettings; rows: readonly Cell[][] },
): GateCheck[] {
  const { k, l, t } = settings;
  let smallest = Number.POSITIVE_INFINITY;
  for (const members of classes.values()) smallest = Math.min(smallest, members.length);
  if (rows.length === 0) smallest = 0;
  const sensitive = columns.flatMap(({ role, name, type }, at) => (role === 'sensitive' ? [{ at, name, type }] : []));
  let [fewest, furthest] = [Number.POSITIVE_INFINITY, 0];
  for (const { at, type } of sensitive) {
    const order = [...new Set(rows.map((row) => textOf(row[at]!)))].sort(
      type === 'integer' || type === 'decimal' ? (a, b) => Number(a) - Number(b) : compare,
    );
    const all = sharesOf(rows, at, order);
    for (const members of classes.values()) {
      const shares = sharesOf(members, at, order);
      fewest = Math.min(fewest, shares.filter((share) => share > 0).length);
      furthest = Math.max(
        furthest,
        type === 'integer' || type === 'decimal' ? ordered(shares, all) : equal(shares, all),
      );
    }
  }
  const none = sensitive.length === 0 || rows.length === 0;
  const names = sensitive.map(({ name }) => name);
  return [
    check('k-anonymity', {
      verdict: smallest >= k ? 'passed' : 'failed',
      numbers: [
        { name: 'smallestGroup', value: smallest, limit: k },
        { name: 'groups', value: classes.size },
      ],
    }),
    check('l-diversity', {
      verdict: none ? 'not-applicable' : fewest >= l ? 'passed' : 'failed',
      numbers: none ? [] : [{ name: 'fewestValues', value: fewest, limit: l }],
      where: names,
    }),
    check('t-closeness', {
      verdict: none ? 'not-applicable' : furthest <= t + 1e-9 ? 'passed' : 'failed',
      numbers: none ? [] : [{ name: 'largestDistance', value: furthest, limit: t }],
      where: names,
    }),
    check('risk', {
      verdict: smallest >= k ? 'passed' : 'failed',
      numbers: [
        { name: 'highestRisk', value: smallest > 0 ? 1 / smallest : 1, limit: 1 / k },
        { name: 'averageRisk', value: rows.length > 0 ? classes.size / rows.length : 1 },
      ],
    }),
  ];
}

function sharesOf(rows: readonly Cell[][], at: number, order: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(textOf(row[at]!), (counts.get(textOf(row[at]!)) ?? 0) + 1);
  return order.map((value) => (counts.get(value) ?? 0) / rows.length);
}

function equal(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, share, at) => sum + Math.abs(share - b[at]!), 0) / 2;
}

function ordered(a: readonly number[], b: readonly number[]): number {
  let [carried, moved] = [0, 0];
  for (const [at, share] of a.entries()) {
    carried += share - b[at]!;
    moved += Math.abs(carried);
  }
  return a.length > 1 ? moved / (a.length - 1) : 0;
}

/**
 * Takes out the classes in which a few persons came or went since an earlier release: with both tables their rows would stand alone.
 */
function heldAgainst(
  rows: Cell[][],
  columns: readonly CandidateColumn[],
  {
    earlier,
    settings,
    fitted,
    levels,
  }: {
    earlier: readonly EarlierRelease[];
    settings: GateSettings;
    fitted: readonly Fitted[];
    levels: Readonly<Record<string, number>>;
  },
): { rows: Cell[][]; differencing: GateCheck } {
  if (earlier.length === 0) return { rows, differencing: check('differencing', { verdict: 'not-applicable' }) };
  const numbers = [{ name: 'earlierReleases', value: earlier.length }];
  const differs = earlier.find(
    ({ told }) => told.method !== 'microdata' || told.localRecoding || settings.localRecoding,
  );
  const names = columns.map(({ name }) => name).join('\n');
  const otherColumns = earlier.find((release) => release.columns.map(({ name }) => name).join('\n') !== names);
  // Releases of other columns, or of classes at mixed levels, cannot be compared class by class.
  if (differs !== undefined || otherColumns !== undefined)
    return {
      rows,
      differencing: check('differencing', {
        verdict: 'failed',
        numbers,
        where: [(differs ?? otherColumns)!.releaseId],
      }),
    };

  const lifts = columns.map(({ name, role }) =>
    role === 'quasi' ? liftsOf(fitted.find((each) => each.name === name)!, levels[name] ?? 0) : undefined,
  );
  const lift = (cell: Cell, at: number): Cell => {
    const known = lifts[at]?.get(textOf(cell));
    return known === undefined ? cell : known === '' ? null : known;
  };
  const now = classesOf(rows, columns);
  const unsafe = new Set<string>();
  for (const release of earlier) {
    const lifted = release.rows.map((row) => row.map(lift));
    const before = classesOf(lifted, columns);
    for (const key of new Set([...now.keys(), ...before.keys()])) {
      const { gained, lost } = difference(before.get(key) ?? [], now.get(key) ?? []);
      if ((gained > 0 && gained < settings.k) || (lost > 0 && lost < settings.k)) unsafe.add(key);
    }
  }
  const kept = [...now].filter(([key]) => !unsafe.has(key)).flatMap(([, members]) => members);
  return {
    rows: kept,
    differencing: check('differencing', {
      verdict: unsafe.size > 0 ? 'mended' : 'passed',
      numbers: [...numbers, { name: 'classesTakenOut', value: unsafe.size }],
    }),
  };
}

/** From every value at any level to the one at which it is released now. */
function liftsOf({ paths }: Fitted, level: number): ReadonlyMap<string, string> {
  const lifts = new Map<string, string>();
  for (const path of paths.values()) for (const value of path.slice(0, level + 1)) lifts.set(value, path[level]!);
  return lifts;
}

/** How many rows are only in the one or only in the other, equal rows counted as often as they are there. */
function difference(before: readonly Cell[][], now: readonly Cell[][]): { gained: number; lost: number } {
  const counts = new Map<string, number>();
  for (const row of now) counts.set(JSON.stringify(row), (counts.get(JSON.stringify(row)) ?? 0) + 1);
  for (const row of before) counts.set(JSON.stringify(row), (counts.get(JSON.stringify(row)) ?? 0) - 1);
  let [gained, lost] = [0, 0];
  for (const count of counts.values()) {
    if (count > 0) gained += count;
    else lost -= count;
  }
  return { gained, lost };
}

function lossCheck(suppressed: number, rows: number, { suppressionLimit }: GateSettings): GateCheck {
  const share = rows === 0 ? 1 : suppressed / rows;
  return check('loss', {
    verdict: rows > suppressed && share <= suppressionLimit + 1e-9 ? 'passed' : 'failed',
    numbers: [
      { name: 'leftOut', value: share, limit: suppressionLimit },
      { name: 'rowsLeft', value: rows - suppressed },
    ],
  });
}

function reportOf(
  outcome: Outcome,
  {
    fitted,
    classes,
    suppressed,
    settings,
  }: { fitted: readonly Fitted[]; classes: Classes; suppressed: number; settings: GateSettings },
): MicrodataReport {
  const { risks, utility, solution } = outcome;
  const before = new Map(utility.before.attributes.map(({ name, loss }) => [name, loss]));
  return {
    risk: {
      before: figuresOf(risks.before),
      after: solution === undefined ? null : figuresOfClasses(classes, settings.k),
    },
    levels: solution === undefined ? [] : levelsOf(outcome, fitted),
    loss: (utility.after?.attributes ?? []).map(({ name, loss }) => ({
      column: name,
      before: before.get(name) ?? 0,
      after: loss,
    })),
    suppressedRows: suppressed,
    checkedNodes: outcome.checked,
    latticeNodes: outcome.lattice,
    complete: outcome.complete,
  };
}

function figuresOf({ prosecutor, marketer, sampleUniques, records, classSizes }: Risks): RiskFigures {
  const { highest, average, aboveThreshold } = prosecutor;
  return {
    highest,
    average,
    aboveLimit: aboveThreshold,
    marketer,
    uniques: sampleUniques,
    records,
    classSizes: [...classSizes],
  };
}

/** Of what really leaves, after what the comparison with earlier releases took out. */
function figuresOfClasses(classes: Classes, k: number): RiskFigures {
  const sizes = new Map<number, number>();
  let [records, above, highest] = [0, 0, 0];
  for (const { length } of classes.values()) {
    sizes.set(length, (sizes.get(length) ?? 0) + 1);
    records += length;
    highest = Math.max(highest, 1 / length);
    if (length < k) above += length;
  }
  const average = records === 0 ? 0 : classes.size / records;
  return {
    highest,
    average,
    marketer: average,
    records,
    aboveLimit: records === 0 ? 0 : above / records,
    uniques: records === 0 ? 0 : (sizes.get(1) ?? 0) / records,
    classSizes: [...sizes].sort(([a], [b]) => a - b).map(([size, count]) => ({ size, classes: count })),
  };
}
