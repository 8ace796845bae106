import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import {
  anonymise,
  type Column,
  type Hierarchy,
  type Metric,
  makeHierarchy,
  type PrivacyModel,
  type Settings,
  type Table,
} from './index.ts';

const SEED = 20_260_731;
const TABLES = 150;

/** A row as its texts, and whether it is released. */
interface Row {
  quasi: string[];
  secret: string;
  released: boolean;
}

interface World {
  rows: Row[];
  hierarchies: Hierarchy[];
  subset: Uint32Array;
}

interface ModelsOf {
  name: string;
  models: (random: Random, world: World) => PrivacyModel[];
  /** Those by which it does not matter which of two classes of one size is suppressed; absent is all. */
  metrics?: Metric[];
}

const attribute = 'secret';
const kAnonymity = (random: Random): PrivacyModel => ({ model: 'k-anonymity', k: 2 + random.whole(4) });
const MODELS: ModelsOf[] = [
  { name: 'k-anonymity', models: (random) => [kAnonymity(random)] },
  { name: 'distinct diversity', models: () => [{ model: 'distinct-l-diversity', attribute, l: 2 }] },
  {
    name: 'entropy diversity',
    models: (random) => [{ model: 'entropy-l-diversity', attribute, l: 1.2 + random.next() }],
  },
  { name: 'recursive diversity', models: () => [{ model: 'recursive-c-l-diversity', attribute, c: 2, l: 2 }] },
  {
    name: 'k-anonymity with equal closeness',
    models: (random) => [
      kAnonymity(random),
      { model: 't-closeness', attribute, t: 0.1 + random.next() / 2, distance: 'equal' },
    ],
  },
  {
    name: 'ordered closeness',
    models: (random) => [{ model: 't-closeness', attribute, t: 0.05 + random.next() / 3, distance: 'ordered' }],
  },
  {
    name: 'basic likeness',
    models: (random) => [{ model: 'basic-beta-likeness', attribute, beta: 0.3 + random.next() * 2 }],
  },
  {
    name: 'disclosure privacy',
    models: (random) => [{ model: 'd-disclosure-privacy', attribute, d: 0.5 + random.next() * 2 }],
  },
  {
    name: 'presence',
    models: (random, { subset }) => [
      { model: 'delta-presence', dMin: 0.1 * random.next(), dMax: 0.5 + random.next() / 2, subset },
    ],
  },
  { name: 'k-map', models: (random, { subset }) => [{ model: 'k-map', k: 2 + random.whole(5), subset }] },
  {
    name: 'average risk',
    models: (random) => [{ model: 'average-reidentification-risk', threshold: 0.1 + random.next() / 3 }],
    metrics: [{ name: 'discernibility' }, { name: 'average-equivalence-class-size' }],
  },
  {
    name: 'uniqueness in the sample',
    models: (random) => [{ model: 'sample-uniqueness', threshold: random.next() / 5 }],
    metrics: [{ name: 'discernibility' }, { name: 'average-equivalence-class-size' }],
  },
];

/**
 * Goal: the search returns the least loss that keeps the models, whatever the table, and the table it returns keeps them.
 * Method: small random tables and hierarchies; every node of the lattice is judged from the texts by the definitions, written out
 * again without any of the search's parts. Then what must never happen.
 */
describe('the optimum', () => {
  test.each(MODELS)('of $name is that of an exhaustive search', ({ name, models, metrics = METRICS }) => {
    const random = new Random(SEED + name.length);
    let solved = 0;
    for (let round = 0; round < TABLES; round += 1) {
      const world = makeWorld(random);
      const settings: Settings = {
        models: models(random, world),
        suppressionLimit: [0, 0.05, 0.2, 0.5, 1][random.whole(5)]!,
        metric: metrics[random.whole(metrics.length)]!,
      };
      const expected = leastLoss(world, settings);
      const { solution, complete } = anonymise(tableOf(world), settings);
      const said = `seed ${SEED}, table ${round}, ${JSON.stringify(settings.metric)}, limit ${settings.suppressionLimit}`;
      expect(complete).toBe(true);
      expect(solution === undefined, said).toBe(expected === undefined);
      if (solution === undefined || expected === undefined) continue;
      solved += 1;
      expect(Math.abs(solution.score - expected), said).toBeLessThanOrEqual(1e-8 * Math.max(1, expected));
    }
    expect(solved).toBeGreaterThan(TABLES / 10);
  });

  test('does not depend on the order of rows and columns', () => {
    const random = new Random(SEED);
    for (let round = 0; round < TABLES; round += 1) {
      const world = makeWorld(random);
      const settings: Settings = {
        models: [{ model: 'k-anonymity', k: 3 }],
        suppressionLimit: 0.1,
        metric: { name: 'loss' },
      };
      const before = anonymise(tableOf(world), settings).solution;
      const [one, ...others] = tableOf({ ...world, rows: world.rows.toReversed() }).columns;
      const after = anonymise({ columns: [...others, one!], rowCount: world.rows.length }, settings).solution;
      expect(after?.score).toBeCloseTo(before?.score ?? Number.NaN, 9);
    }
  });

  test('is found where the values of all columns multiply beyond 2^64', () => {
    const random = new Random(SEED + 4);
    const values = Array.from({ length: 1500 }, (_, value) => `v${value}`);
    const hierarchies = Array.from({ length: 7 }, () =>
      makeHierarchy(values.map((value) => [value, value.slice(0, 2), '*'])),
    );
    const people = Array.from({ length: 30 }, () => hierarchies.map(() => values[random.whole(values.length)]!));
    const rows = Array.from({ length: 120 }, () => ({ quasi: people[random.whole(30)]!, secret: '', released: true }));
    const settings: Settings = {
      models: [{ model: 'k-anonymity', k: 5 }],
      suppressionLimit: 0.2,
      metric: { name: 'discernibility' },
    };
    const world = { rows, hierarchies, subset: new Uint32Array() };
    expect(anonymise(tableOf(world), settings).solution?.score).toBe(leastLoss(world, settings));
  });

  test('loses no less with a larger k, and no more with a larger limit', () => {
    const random = new Random(SEED + 1);
    const scoreOf = (world: World, k: number, suppressionLimit: number): number =>
      anonymise(tableOf(world), { models: [{ model: 'k-anonymity', k }], suppressionLimit, metric: { name: 'loss' } })
        .solution?.score ?? Number.POSITIVE_INFINITY;
    for (let round = 0; round < TABLES; round += 1) {
      const world = makeWorld(random);
      expect(scoreOf(world, 4, 0.1)).toBeGreaterThanOrEqual(scoreOf(world, 3, 0.1));
      expect(scoreOf(world, 3, 0.3)).toBeLessThanOrEqual(scoreOf(world, 3, 0.1));
    }
  });

  test('is left for the best found when time is up', () => {
    let now = 0;
    const { complete, solution } = anonymise(tableOf(makeWorld(new Random(SEED))), {
      models: [{ model: 'k-anonymity', k: 2 }],
      suppressionLimit: 0.5,
      metric: { name: 'loss' },
      timeLimitMs: 1,
      now: () => now++,
    });
    expect({ complete, solution }).toEqual({ complete: false, solution: undefined });
  });
});

describe('the table returned', () => {
  test.each([false, true])(
    'never shows a class smaller than k, nor with fewer than l values (local recoding: %s)',
    (localRecoding) => {
      const random = new Random(SEED + 2);
      let [shownOnce, shownAgain] = [0, 0];
      for (let round = 0; round < TABLES; round += 1) {
        const world = makeWorld(random);
        const { solution, risks } = anonymise(tableOf(world), {
          models: [
            { model: 'k-anonymity', k: 3 },
            { model: 'distinct-l-diversity', attribute: 'secret', l: 2 },
          ],
          suppressionLimit: 0.6,
          metric: { name: 'loss', gsFactor: 0.2 },
          localRecoding,
        });
        if (solution === undefined) continue;
        const classes = Map.groupBy(textsOf(solution.table), (row) => row.slice(0, -1).join(';'));
        const hidden = classes.get(world.hierarchies.map(() => '*').join(';'))?.length ?? 0;
        expect(hidden).toBeGreaterThanOrEqual(solution.suppressedRows);
        for (const [key, rows] of classes) {
          if (/^[*;]*$/.test(key)) continue;
          expect(rows.length).toBeGreaterThanOrEqual(3);
          expect(new Set(rows.map((row) => row.at(-1))).size).toBeGreaterThanOrEqual(2);
        }
        expect(risks.after!.prosecutor.highest).toBeLessThanOrEqual(1 / 3);
        expect(solution.rounds.reduce((sum, { records }) => sum + records, 0)).toBe(
          world.rows.length - solution.suppressedRows,
        );
        shownOnce += solution.rounds[0]!.records;
        shownAgain += world.rows.length - solution.suppressedRows;
      }
      expect(shownAgain > shownOnce).toBe(localRecoding);
    },
  );

  test('generalises each value along its own path', () => {
    const random = new Random(SEED + 3);
    const world = makeWorld(random);
    const { solution } = anonymise(tableOf(world), {
      models: [{ model: 'k-anonymity', k: 2 }],
      suppressionLimit: 0.3,
      metric: { name: 'loss' },
    });
    for (const [index, shown] of textsOf(solution!.table).entries()) {
      const row = world.rows[index]!;
      const paths = world.hierarchies.map(({ paths }, at) => paths.get(row.quasi[at]!)![solution!.levels[at]!]);
      const isShown = shown.slice(0, -1).join() === paths.join();
      expect(isShown || shown.slice(0, -1).every((label) => label === '*')).toBe(true);
      expect(shown.at(-1)).toBe(row.secret);
    }
  });
});

test('risks and losses are told as they are before and after', () => {
  const ages = makeHierarchy([
    ['1', 'young', '*'],
    ['2', 'young', '*'],
    ['3', 'old', '*'],
    ['4', 'old', '*'],
  ]);
  const columns = [
    columnOf({ name: 'sex', role: 'quasi' }, ['m', 'm', 'f', 'f', 'f']),
    columnOf({ name: 'age', role: 'quasi', hierarchy: ages }, ['1', '2', '3', '4', '1']),
  ];
  const { solution, risks, utility } = anonymise(
    { columns, rowCount: 5 },
    { models: [{ model: 'k-anonymity', k: 2 }], suppressionLimit: 0.2, metric: { name: 'loss' } },
  );
  expect(solution).toMatchObject({ levels: [0, 1], suppressedRows: 1, releasedRows: 5 });
  expect(textsOf(solution!.table)).toEqual([
    ['m', 'young'],
    ['m', 'young'],
    ['f', 'old'],
    ['f', 'old'],
    ['*', '*'],
  ]);
  const all = { highest: 1, average: 1, lowest: 1, aboveThreshold: 1, atHighest: 1 };
  const half = { highest: 0.5, average: 0.5, lowest: 0.5, aboveThreshold: 0, atHighest: 1 };
  expect(risks).toEqual({
    before: {
      prosecutor: all,
      journalist: all,
      marketer: 1,
      sampleUniques: 1,
      classSizes: [{ size: 1, classes: 5 }],
      records: 5,
      suppressed: 0,
    },
    after: {
      prosecutor: half,
      journalist: half,
      marketer: 0.5,
      sampleUniques: 0,
      classSizes: [{ size: 2, classes: 2 }],
      records: 4,
      suppressed: 1,
    },
  });
  expect(utility.before).toEqual({
    attributes: [
      { name: 'sex', loss: 0, entropy: 0 },
      { name: 'age', loss: 0, entropy: 0 },
    ],
    loss: 0,
    averageClassSize: 1,
    discernibility: 5,
  });
  const [sex, age] = utility.after!.attributes;
  // One of five covers both sexes; four cells cover two ages of four and one covers all.
  expect(sex!.loss).toBeCloseTo(0.2, 12);
  expect(sex!.entropy).toBeCloseTo(0, 12);
  expect(age!.loss).toBeCloseTo((4 * (1 / 3) + 1) / 5, 12);
  // Two young ones cannot be told apart, nor two old ones; the age 1 that is not shown is told from the young by being hidden.
  const ofAges = 5 * Math.log(5) - 2 * Math.log(2);
  expect(age!.entropy).toBeCloseTo((4 * Math.log(2)) / ofAges, 12);
  expect(utility.after).toMatchObject({ averageClassSize: 5 / 3, discernibility: 2 ** 2 + 2 ** 2 + 5 });
});

test('the risk of a released part is that of finding a person in the whole', () => {
  const columns = [columnOf({ name: 'sex', role: 'quasi' }, ['m', 'm', 'f', 'f', 'f', 'f'])];
  const { risks } = anonymise(
    { columns, rowCount: 6 },
    {
      models: [{ model: 'k-map', k: 2, subset: Uint32Array.of(0, 2, 3) }],
      suppressionLimit: 0,
      metric: { name: 'loss' },
    },
  );
  expect(risks.after!.prosecutor).toMatchObject({ highest: 1, average: 2 / 3 });
  expect(risks.after!.journalist).toMatchObject({ highest: 0.5, average: (0.5 + 2 * 0.25) / 3, lowest: 0.25 });
});

test('a table without quasi-identifiers is one class', () => {
  const columns = [
    columnOf(
      { name: 'secret', role: 'sensitive' },
      Array.from({ length: 3000 }, (_, row) => `s${row % 7}`),
    ),
  ];
  const { solution } = anonymise(
    { columns, rowCount: 3000 },
    { models: [{ model: 'k-anonymity', k: 5 }], suppressionLimit: 0, metric: { name: 'loss' } },
  );
  expect(solution).toMatchObject({ levels: [], suppressedRows: 0, releasedRows: 3000 });
});

test('as many combinations of levels as could not be ordered are refused', () => {
  const columns = Array.from({ length: 23 }, (_, at) => columnOf({ name: `q${at}`, role: 'quasi' }, ['a', 'b']));
  const settings: Settings = {
    models: [{ model: 'k-anonymity', k: 2 }],
    suppressionLimit: 0,
    metric: { name: 'loss' },
  };
  expect(() => anonymise({ columns, rowCount: 2 }, settings)).toThrow('too many');
});

test.each([
  [{ models: [] }, 'a model'],
  [{ suppressionLimit: 1.1 }, 'limit'],
  [{ suppressionLimit: Number.NaN }, 'limit'],
  [{ models: [{ model: 't-closeness', attribute: 'quasi 0', t: 0.2, distance: 'equal' }] }, 'sensitive'],
  [{ timeLimitMs: 1 }, 'clock'],
  [{ metric: { name: 'loss', gsFactor: 2 } }, 'gsFactor'],
] as [Partial<Settings>, string][])('settings %j are refused', (part, reason) => {
  const table = tableOf(makeWorld(new Random(SEED)));
  const settings: Settings = {
    models: [{ model: 'k-anonymity', k: 2 }],
    suppressionLimit: 0,
    metric: { name: 'loss' },
    ...part,
  };
  expect(() => anonymise(table, settings)).toThrow(reason);
});

const METRICS: Metric[] = [
  { name: 'loss' },
  { name: 'loss', gsFactor: 0.2, aggregate: 'arithmetic-mean' },
  { name: 'loss', gsFactor: 0.9, aggregate: 'maximum' },
  { name: 'loss', aggregate: 'sum', weights: { 'quasi 0': 1, 'quasi 1': 0.1 } },
  { name: 'non-uniform-entropy' },
  { name: 'non-uniform-entropy', monotonic: true },
  { name: 'precision' },
  { name: 'precision', gsFactor: 0.1 },
  { name: 'discernibility' },
  { name: 'discernibility', monotonic: true },
  { name: 'average-equivalence-class-size' },
  { name: 'average-equivalence-class-size', gsFactor: 0.1 },
  { name: 'height' },
  { name: 'ambiguity' },
];

function makeWorld(random: Random): World {
  const hierarchies = Array.from({ length: 2 + random.whole(3) }, () => makeRandomHierarchy(random));
  const rows = Array.from({ length: 15 + random.whole(50) }, () => ({
    quasi: hierarchies.map(({ paths }) => [...paths.keys()][Math.floor(paths.size * random.next() ** 2)]!),
    secret: `s${random.whole(4)}`,
    released: random.next() < 0.6,
  }));
  rows[0]!.released = true;
  return { rows, hierarchies, subset: Uint32Array.from([...rows.keys()].filter((row) => rows[row]!.released)) };
}

/** A tree: each level joins the groups below at random, the last is `*`. */
function makeRandomHierarchy(random: Random): Hierarchy {
  let groups = Array.from({ length: 2 + random.whole(5) }, (_, value) => [`v${value}`]);
  const paths = groups.map(([value]) => [value!]);
  for (let level = 1; level < 1 + random.whole(3); level += 1) {
    const joined = new Map<number, string[]>();
    for (const group of groups) {
      const to = random.whole(Math.max(2, groups.length - 1));
      joined.set(to, [...(joined.get(to) ?? []), ...group]);
    }
    groups = [...joined.values()];
    for (const path of paths) path.push(`l${level}-${groups.findIndex((group) => group.includes(path[0]!))}`);
  }
  return makeHierarchy(paths.map((path) => [...path, '*']));
}

function tableOf({ rows, hierarchies }: World): Table {
  const columns = hierarchies.map((hierarchy, at) =>
    columnOf(
      { name: `quasi ${at}`, role: 'quasi', hierarchy },
      rows.map(({ quasi }) => quasi[at]!),
    ),
  );
  const secret = columnOf(
    { name: 'secret', role: 'sensitive' },
    rows.map((row) => row.secret),
  );
  return { columns: [...columns, secret], rowCount: rows.length };
}

function columnOf(of: Omit<Column, 'dictionary' | 'codes'>, values: readonly string[]): Column {
  const dictionary = [...new Set(values)];
  return { ...of, dictionary, codes: Uint16Array.from(values, (value) => dictionary.indexOf(value)) };
}

function textsOf({ columns, rowCount }: Table): string[][] {
  return Array.from({ length: rowCount }, (_, row) => columns.map(({ codes, dictionary }) => dictionary[codes[row]!]!));
}

/** A class as an exhaustive search sees it. */
interface Class {
  /** Rows of the population, of which `shown` are released. */
  all: Row[];
  shown: Row[];
  labels: string[];
}

/** The least loss over all nodes, from the definitions. */
function leastLoss(world: World, settings: Settings): number | undefined {
  const usesSubset = settings.models.some((model) => 'subset' in model);
  const rows = usesSubset ? world.rows : world.rows.map((row) => ({ ...row, released: true }));
  const released = rows.filter((row) => row.released);
  let least: number | undefined;
  for (const levels of nodesOf(world.hierarchies.map(({ height }) => height))) {
    const labelsOf = (row: Row): string[] =>
      world.hierarchies.map(({ paths }, at) => paths.get(row.quasi[at]!)![levels[at]!]!);
    const classes = [...Map.groupBy(rows, (row) => labelsOf(row).join(';')).values()].map(
      (all): Class => ({ all, shown: all.filter((row) => row.released), labels: labelsOf(all[0]!) }),
    );
    const broken = classes.filter((each) => !settings.models.every((model) => keeps(model, each, released)));
    if (
      broken.some(({ shown }) => shown.length === 0) &&
      settings.models.some(({ model }) => model === 'delta-presence')
    )
      continue;
    const hidden = new Set([...broken, ...tooRisky(settings.models, classes)].flatMap(({ shown }) => shown));
    if (hidden.size > Math.floor(settings.suppressionLimit * released.length)) continue;
    const score = lossOf(settings.metric, {
      world,
      levels,
      released,
      hidden,
      classes: classes.filter(({ shown }) => shown.length > 0),
    });
    if (least === undefined || score < least) least = score;
  }
  return least;
}

/** The smallest classes until the rest keeps the models of the sample; what shows nothing is no risk. */
function tooRisky(models: readonly PrivacyModel[], classes: readonly Class[]): Class[] {
  const shown = classes
    .filter(({ labels }) => labels.some((label) => label !== '*'))
    .sort((one, other) => one.shown.length - other.shown.length);
  const holds = (from: number): boolean => {
    const sizes = shown.slice(from).map((each) => each.shown.length);
    const records = sizes.reduce((sum, size) => sum + size, 0);
    return models.every((model) => {
      if (records === 0) return true;
      if (model.model === 'average-reidentification-risk') return sizes.length / records <= model.threshold;
      if (model.model === 'sample-uniqueness')
        return sizes.filter((size) => size === 1).length / records <= model.threshold;
      return true;
    });
  };
  let from = 0;
  while (!holds(from)) from += 1;
  return shown.slice(0, from);
}

function keeps(model: PrivacyModel, { all, shown }: Class, released: readonly Row[]): boolean {
  const share = (rows: readonly Row[], value: string): number =>
    rows.filter(({ secret }) => secret === value).length / rows.length;
  const values = [...new Set(released.map(({ secret }) => secret))].sort();
  const present = values.filter((value) => share(shown, value) > 0);
  switch (model.model) {
    case 'average-reidentification-risk':
    case 'sample-uniqueness':
      return true;
    case 'k-anonymity':
      return shown.length >= model.k;
    case 'k-map':
      return all.length >= model.k;
    case 'delta-presence':
      return shown.length / all.length >= model.dMin && shown.length / all.length <= model.dMax;
    case 'distinct-l-diversity':
      return present.length >= model.l;
    case 'entropy-l-diversity':
      return (
        Math.exp(-present.reduce((sum, value) => sum + share(shown, value) * Math.log(share(shown, value)), 0)) >=
        model.l - 1e-12
      );
    case 'recursive-c-l-diversity': {
      const counts = present.map((value) => share(shown, value) * shown.length).sort((one, other) => other - one);
      const rest = counts.slice(model.l - 1).reduce((sum, count) => sum + count, 0);
      return counts.length >= model.l && counts[0]! < model.c * rest - 1e-9;
    }
    case 't-closeness': {
      const differences = values.map((value) => share(shown, value) - share(released, value));
      if (model.distance === 'equal') return differences.reduce((sum, part) => sum + Math.abs(part), 0) / 2 <= model.t;
      const moved = differences.map((_, until) =>
        Math.abs(differences.slice(0, until + 1).reduce((sum, part) => sum + part, 0)),
      );
      return moved.reduce((sum, part) => sum + part, 0) / (values.length - 1) <= model.t;
    }
    case 'basic-beta-likeness':
      return values.every(
        (value) => (share(shown, value) - share(released, value)) / share(released, value) <= model.beta,
      );
    case 'd-disclosure-privacy':
      return present.every((value) => Math.abs(Math.log2(share(shown, value) / share(released, value))) < model.d);
    default:
      throw new Error(`no definition of ${model.model} here`);
  }
}

interface Node {
  world: World;
  levels: number[];
  released: Row[];
  hidden: Set<Row>;
  classes: Class[];
}

function lossOf(metric: Metric, node: Node): number {
  const { world, levels, released, hidden, classes } = node;
  const factor = metric.gsFactor ?? 0.5;
  const [s, g] = [Math.min(1, 2 * factor), Math.min(1, 2 - 2 * factor)];
  const n = released.length;
  const shownClasses = classes.filter(({ shown }) => !hidden.has(shown[0]!));
  switch (metric.name) {
    case 'discernibility': {
      const squares = (those: readonly Class[]): number => those.reduce((sum, { shown }) => sum + shown.length ** 2, 0);
      return metric.monotonic === true ? squares(classes) : squares(shownClasses) + hidden.size * n;
    }
    case 'average-equivalence-class-size':
      return n / (shownClasses.length * s + (hidden.size > 0 ? g : 0));
    case 'ambiguity':
      return classes.reduce((sum, { shown, labels }) => {
        const cells = world.hierarchies.map((hierarchy, at) =>
          hidden.has(shown[0]!) ? hierarchy.paths.size : leavesOf(hierarchy, levels[at]!, labels[at]!),
        );
        return sum + shown.length * cells.reduce((product, count) => product * count, 1);
      }, 0);
    default:
      return aggregate(
        metric,
        world.hierarchies.map((_, at) => attributeLoss(metric, node, { at, s, g })),
      );
  }
}

function attributeLoss(
  metric: Metric,
  { world, levels, released, hidden }: Node,
  { at, s, g }: { at: number; s: number; g: number },
): number {
  const hierarchy = world.hierarchies[at]!;
  const level = levels[at]!;
  const labelAt = (row: Row, up: number): string => hierarchy.paths.get(row.quasi[at]!)![up]!;
  const count = (rows: readonly Row[], label: string, up: number): number =>
    rows.filter((row) => labelAt(row, up) === label).length;
  const n = released.length;
  const total = (part: (row: Row) => number): number => released.reduce((sum, row) => sum + part(row), 0);
  switch (metric.name) {
    case 'height':
      return level;
    case 'precision': {
      const share = (level / (hierarchy.height - 1)) * g;
      return metric.monotonic === true ? share : total((row) => (hidden.has(row) ? s : share)) / n;
    }
    case 'non-uniform-entropy': {
      const bits = total((row) =>
        Math.log2(count(released, labelAt(row, level), level) / count(released, labelAt(row, 0), 0)),
      );
      if (metric.monotonic === true) return g * bits;
      const gone = [...hidden];
      return (
        g * bits +
        s * gone.reduce((sum, row) => sum + Math.log2(gone.length / count(gone, labelAt(row, level), level)), 0)
      );
    }
    default: {
      const size = hierarchy.paths.size;
      const covered = total((row) => {
        const share = leavesOf(hierarchy, level, labelAt(row, level)) / size;
        return hidden.has(row) ? share + s * (1 - share) : g * share;
      });
      const least = (g * n) / size;
      return Math.max(0, (covered - least) / (n - least));
    }
  }
}

function aggregate({ name, aggregate: way, weights }: Metric, values: number[]): number {
  const raw = values.map((_, at) => weights?.[`quasi ${at}`] ?? 0.5);
  const weighed = values.map((value, at) => (value * raw[at]!) / Math.max(...raw));
  const sum = weighed.reduce((total, value) => total + value, 0);
  switch (way ?? { loss: 'geometric-mean', precision: 'arithmetic-mean' }[name as string] ?? 'sum') {
    case 'sum':
      return sum;
    case 'maximum':
      return Math.max(...weighed);
    case 'arithmetic-mean':
      return sum / values.length;
    default:
      return weighed.reduce((product, value) => product * (1 + value), 1) ** (1 / values.length) - 1;
  }
}

function leavesOf({ paths }: Hierarchy, level: number, label: string): number {
  return [...paths.values()].filter((path) => path[level] === label).length;
}

function nodesOf(heights: readonly number[]): number[][] {
  return heights.reduce<number[][]>(
    (nodes, height) => nodes.flatMap((node) => Array.from({ length: height }, (_, level) => [...node, level])),
    [[]],
  );
}
