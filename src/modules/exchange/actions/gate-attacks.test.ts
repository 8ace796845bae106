import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Context } from '#kernel/context';
import type { Pool } from '#kernel/sql';
import {
  Attacker,
  determined,
  differenceLayer,
  type Frame,
  flatDimension,
  type Layer,
  makeFrame,
  primary,
  suppress,
} from '#standards/disclosure-control';
import { Random } from '#standards/statistics';
import { testContext } from '../../../../tests/support/context.ts';
import { exampleDefinition, exchangeActors } from '../../../../tests/support/exchange.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import type { Candidate, CandidateColumn, Cell } from '../model.ts';
import { openSolver } from './gate/solver.ts';
import { answerThroughGate, createOffering, readRelease, release } from './index.ts';

/**
 * Goal: what attackers get from raw tables, they do not get from what the gate lets out.
 * Method: synthetic persons (printed seed) through the true gate; each attack is carried out on both, and what it got is the table of the guide (UPDATE_DOCS=1 writes it).
 */
const SEED = 20261122;
const K = 11;
const NOW = new Date('2026-11-22T04:00:00Z');
const DOCUMENT = new URL('../../../../docs/release-gate.md', import.meta.url);
const BEGIN = '<!-- attacks: written by gate-attacks.test.ts -->';
const END = '<!-- /attacks -->';

const solve = await openSolver();
const lines: string[][] = [];
let pool: Pool;
let seller: Context;

beforeAll(async () => {
  pool = await testDatabase();
  seller = exchangeActors(testContext(pool, { now: () => NOW })).seller;
});

afterAll(() => {
  if (lines.length < 5) return;
  const table = [
    '| attack | before the gate | after the gate |',
    '|---|---|---|',
    ...lines.map((line) => `| ${line.join(' | ')} |`),
  ].join('\n');
  const text = readFileSync(DOCUMENT, 'utf8');
  const made = text.replace(new RegExp(`${BEGIN}[\\s\\S]*${END}`), `${BEGIN}\n${table}\n${END}`);
  if (process.env.UPDATE_DOCS === '1') return writeFileSync(DOCUMENT, made);
  expect(text, 'the guide tells other figures: UPDATE_DOCS=1 writes them').toBe(made);
});

async function offer(gate: Record<string, unknown> = {}): Promise<string> {
  return (await createOffering(seller, exampleDefinition({ gate }))).id;
}

async function through(offeringId: string, candidate: Candidate, settings: Record<string, unknown>): Promise<Cell[][]> {
  const { report, releaseId } = await release(seller, {
    offeringId,
    version: 1,
    candidate,
    // Persons of its own.
    settings: { population: `of-${offeringId.slice(0, 8)}`, ...settings },
  });
  expect(releaseId, JSON.stringify(report.checks.filter(({ verdict }) => verdict === 'failed'))).toBeDefined();
  return Array.fromAsync((await readRelease(seller, releaseId!)).rows);
}

const column = (
  name: string,
  type: CandidateColumn['type'],
  role: CandidateColumn['role'],
  hierarchy?: string,
): CandidateColumn => ({
  name,
  label: { en: name, zh: name },
  type,
  role,
  ...(hierarchy !== undefined && { hierarchy }),
});

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

test(`linkage with a register of everybody's age, sex and district (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  const districts = [
    '440103',
    '440104',
    '440106',
    '440111',
    '440303',
    '440304',
    '440305',
    '440306',
    '440402',
    '440604',
  ];
  const people = Array.from({ length: 6_000 }, (_, id) => ({
    id,
    age: 18 + Math.floor(random.gamma(6, 0.15)),
    sex: random.next() < 0.8 ? 'female' : 'male',
    district: districts[Math.floor(random.next() ** 2 * districts.length)]!,
    subtype: ['luminal A', 'luminal B', 'HER2', 'triple negative'][random.whole(4)]!,
  }));
  const candidate: Candidate = {
    columns: [
      column('age', 'integer', 'quasi', 'age'),
      column('sex', 'text', 'quasi'),
      column('district', 'text', 'quasi', 'place'),
      column('subtype', 'text', 'sensitive'),
    ],
    rows: people.map(({ age, sex, district, subtype }) => [age, sex, district, subtype]),
  };
  const released = await through(await offer(), candidate, { suppressionLimit: 0.1 });

  const attack = (rows: readonly Cell[][]) => {
    const groups = Map.groupBy(rows, (row) => JSON.stringify(row.slice(0, 3)));
    const fitsOf = (value: number | string, shown: Cell): boolean => {
      const text = shown === null ? '' : String(shown);
      const range = /^(\d+)-(\d+)$/.exec(text);
      if (range !== null) return Number(value) >= Number(range[1]) && Number(value) <= Number(range[2]);
      return (
        text === '*' ||
        text === String(value) ||
        (typeof value === 'string' && /^\d+$/.test(text) && value.startsWith(text))
      );
    };
    const known = [...groups].map(([key, members]) => ({ shown: JSON.parse(key) as Cell[], members }));
    let [certain, guessed, learnt] = [0, 0, 0];
    for (const { age, sex, district } of people) {
      const mine = known
        .filter(({ shown }) => fitsOf(age, shown[0]!) && fitsOf(sex, shown[1]!) && fitsOf(district, shown[2]!))
        .flatMap(({ members }) => members);
      if (mine.length === 0) continue;
      if (mine.length === 1) certain += 1;
      guessed += 1 / mine.length;
      if (new Set(mine.map((row) => row[3])).size === 1) learnt += 1;
    }
    return { certain, guessed: guessed / people.length, learnt };
  };
  const [before, after] = [attack(candidate.rows), attack(released)];
  lines.push([
    'linkage: 6,000 persons, a register of age, sex and district',
    `${before.certain} persons found for certain, subtype of ${before.learnt} learnt; a guess is right for ${percent(before.guessed)}`,
    `${after.certain} found, ${after.learnt} learnt; ${percent(after.guessed)}`,
  ]);
  expect(before.certain).toBeGreaterThan(100);
  expect(after).toMatchObject({ certain: 0, learnt: 0 });
  expect(after.guessed).toBeLessThanOrEqual(1 / K);
});

const REGIONS = Array.from({ length: 8 }, (_, at) => `r${at}`);
const YEARS = Array.from({ length: 6 }, (_, at) => String(2020 + at));
const COLUMNS = [
  column('region', 'text', 'quasi'),
  column('year', 'text', 'quasi'),
  column('persons', 'integer', 'count'),
];
const tableOf = (cells: ReadonlyMap<string, number>): Candidate => ({
  columns: COLUMNS,
  rows: REGIONS.flatMap((region) => YEARS.map((year) => [region, year, cells.get(`${region}/${year}`) ?? 0])),
});
const frame = makeFrame([flatDimension('region', REGIONS), flatDimension('year', YEARS)]);

/** What is told of a table, with all totals of what is told in full: null is hidden. */
function told(rows: readonly Cell[][]): { values: Float64Array; hidden: Set<number> } {
  const values = new Float64Array(frame.size);
  const hidden = new Set<number>();
  for (const [region, year, persons] of rows) {
    const cell = frame.cellOf([String(region), String(year)])!;
    if (persons === null) hidden.add(cell);
    else values[cell] = Number(persons);
  }
  return { values, hidden };
}

test(`differencing over a series of six releases, a few persons more each time (seed ${SEED})`, async () => {
  const random = new Random(SEED + 1);
  const cells = new Map(
    REGIONS.flatMap((region) => YEARS.map((year) => [`${region}/${year}`, 30 + random.whole(60)] as const)),
  );
  const id = await offer();
  const raw: Cell[][][] = [];
  const released: Cell[][][] = [];
  for (let time = 0; time < 6; time += 1) {
    if (time > 0)
      for (const key of cells.keys()) {
        // Most cells do not move, some gain a crowd, a few gain one to ten persons.
        const draw = random.next();
        if (draw < 0.06) cells.set(key, cells.get(key)! + 1 + random.whole(10));
        else if (draw < 0.5) cells.set(key, cells.get(key)! + K + random.whole(20));
      }
    const candidate = tableOf(cells);
    raw.push(candidate.rows);
    released.push(await through(id, candidate, { suppressionLimit: 0.6 }));
  }
  const attack = (series: readonly Cell[][][]): number => {
    let seen = 0;
    for (let later = 1; later < series.length; later += 1)
      for (let earlier = 0; earlier < later; earlier += 1)
        for (const [at, row] of series[later]!.entries()) {
          const [now, then] = [row[2] ?? null, series[earlier]![at]![2] ?? null];
          if (now === null || then === null) continue;
          const change = Math.abs(Number(now) - Number(then));
          if (change > 0 && change < K) seen += 1;
        }
    return seen;
  };
  const [before, after] = [attack(raw), attack(released)];
  lines.push([
    'differencing: 6 releases of 48 cells, every pair compared',
    `${before} changes by fewer than ${K} persons seen`,
    `${after} seen`,
  ]);
  expect(before).toBeGreaterThan(20);
  expect(after).toBe(0);
});

test(`reconstruction by linear programming, all totals known (seed ${SEED})`, async () => {
  const random = new Random(SEED + 2);
  const cells = new Map(
    REGIONS.flatMap((region) =>
      YEARS.map(
        (year) => [`${region}/${year}`, random.next() < 0.15 ? 1 + random.whole(10) : 20 + random.whole(60)] as const,
      ),
    ),
  );
  const candidate = tableOf(cells);
  const truth = told(candidate.rows).values;
  frame.sumUp(truth);
  const small = new Set(Array.from(truth.keys()).filter((cell) => truth[cell]! > 0 && truth[cell]! < K));
  const rows = await through(await offer(), candidate, { suppressionLimit: 0.6 });
  const [before, after] = [
    reconstruct(frame, truth, small, small),
    reconstruct(frame, truth, told(rows).hidden, small),
  ];
  lines.push([
    `reconstruction: ${small.size} small cells of 48, hidden, all totals known`,
    `${before.exact} worked out exactly (${before.span} of them by elimination alone), ${before.exposed} shown to be below ${K}`,
    `${after.exact} exactly, ${after.exposed} shown to be below ${K}`,
  ]);
  expect(before.exact + before.exposed).toBeGreaterThan(0);
  expect(after).toEqual({ exact: 0, span: 0, exposed: 0 });
});

test(`a series solved as one: four releases in which nobody leaves, each total known (seed ${SEED})`, async () => {
  const random = new Random(SEED + 4);
  const small = makeFrame([flatDimension('region', REGIONS.slice(0, 4)), flatDimension('year', YEARS.slice(0, 4))]);
  const leaves = REGIONS.slice(0, 4).flatMap((region) => YEARS.slice(0, 4).map((year) => [region, year] as const));
  const needOf = (count: number) => primary({ rule: 'frequency', least: K }, { count, sum: 0, largest: [] });
  let [open, after, guarded] = [0, 0, 0];
  for (let series = 0; series < 3; series += 1) {
    const cells = new Map(
      leaves.map((codes) => [codes.join('/'), random.next() < 0.2 ? 1 + random.whole(10) : 15 + random.whole(60)]),
    );
    const id = await offer();
    const pairwise: Told[] = [];
    const gated: Told[] = [];
    for (let time = 0; time < 4; time += 1) {
      if (time > 0)
        for (const [key, count] of cells)
          if (count >= K && random.next() < 0.4) cells.set(key, count + K + random.whole(40));
      const truth = new Float64Array(small.size);
      for (const codes of leaves) truth[small.cellOf(codes)!] = cells.get(codes.join('/'))!;
      small.sumUp(truth);
      pairwise.push({ truth, hidden: hideInPairs(small, truth, pairwise) });
      const candidate = { columns: COLUMNS, rows: leaves.map((codes) => [...codes, cells.get(codes.join('/'))!]) };
      const rows = await through(id, candidate, { suppressionLimit: 0.6, margins: true });
      gated.push({
        truth,
        hidden: new Set(
          rows.flatMap(([region, year, n]) => (n === null ? small.cellOf([String(region), String(year)])! : [])),
        ),
      });
    }
    guarded += pairwise.reduce((sum, { truth }) => sum + [...truth].filter((n) => n > 0 && n < K).length, 0);
    open += shownSmall(small, pairwise);
    after += shownSmall(small, gated);
  }
  lines.push([
    `a series solved as one: 3 of 4 releases of 16 cells, ${guarded} small cells, nobody leaves`,
    `${open} shown to be below ${K} where releases were compared in pairs`,
    `${after} shown`,
  ]);
  expect(open).toBeGreaterThan(0);
  expect(after).toBe(0);

  function hideInPairs(of: Frame, truth: Float64Array, earlier: readonly Told[]): ReadonlySet<number> {
    const needs = new Map(
      [...truth].flatMap((count, cell) => {
        const need = needOf(count);
        return need === undefined ? [] : [[cell, need] as const];
      }),
    );
    const now: Layer = {
      values: truth,
      low: new Float64Array(of.size),
      high: new Float64Array(of.size).fill(Number.POSITIVE_INFINITY),
      whole: true,
      needs,
    };
    const pairs = earlier.map((each) => differenceLayer(now, { values: each.truth, hidden: each.hidden }, needOf));
    const costs = truth.map((count) => 1 + Math.log2(1 + count));
    return suppress({ relations: of.relations, layers: [now, ...pairs], costs }, { solve })!.hidden;
  }
});

interface Told {
  truth: Float64Array;
  hidden: ReadonlySet<number>;
}

/** Small cells of which one program over every cell of all releases shows that they are: written apart from the gate's own. */
function shownSmall(of: Frame, series: readonly Told[]): number {
  const at = (time: number, cell: number): number => time * of.size + cell;
  const rows = series.flatMap((_, time) => [
    ...of.relations.map(({ total, parts }) => ({
      variables: [...parts, total].map((cell) => at(time, cell)),
      coefficients: [...parts.map(() => 1), -1],
      low: 0,
      high: 0,
    })),
    ...(time === 0
      ? []
      : Array.from({ length: of.size }, (_, cell) => ({
          variables: [at(time, cell), at(time - 1, cell)],
          coefficients: [1, -1],
          low: 0,
          high: Number.POSITIVE_INFINITY,
        }))),
  ]);
  let shown = 0;
  for (const [time, { truth, hidden }] of series.entries())
    for (const cell of hidden) {
      if (!(truth[cell]! > 0 && truth[cell]! < K)) continue;
      const { objective } = solve({
        sense: 'max',
        rows,
        variables: series.flatMap((each, then) =>
          Array.from(each.truth, (count, other) => ({
            cost: then === time && other === cell ? 1 : 0,
            low: each.hidden.has(other) ? 0 : count,
            high: each.hidden.has(other) ? 1e6 : count,
          })),
        ),
      });
      if (objective < K - 1e-6) shown += 1;
    }
  return shown;
}

/** Small cells that an attacker works out; @param hidden what is not told. */
function reconstruct(
  of: Frame,
  truth: Float64Array,
  hidden: ReadonlySet<number>,
  small: ReadonlySet<number>,
): { exact: number; span: number; exposed: number } {
  const layer: Layer = {
    values: truth,
    low: new Float64Array(of.size),
    high: new Float64Array(of.size).fill(Number.POSITIVE_INFINITY),
    whole: true,
    needs: new Map(),
  };
  const attacker = new Attacker(layer, of.relations, hidden, solve);
  const statements = of.relations.map(({ total, parts }) => ({
    terms: new Map(
      [...parts.map((part) => [part, 1n] as const), [total, -1n] as const].filter(([cell]) => hidden.has(cell)),
    ),
  }));
  const cells = [...small];
  const span = determined(
    statements,
    cells.map((cell) => ({ terms: new Map([[cell, 1n]]) })),
  ).filter(Boolean).length;
  const intervals = cells.map((cell) => attacker.interval(cell));
  return {
    exact: intervals.filter(({ low, high }) => high - low < 0.5).length,
    span,
    exposed: intervals.filter(({ low, high }) => high - low >= 0.5 && high < K).length,
  };
}

test(`averaging: one question asked a thousand times in a hundred wordings (seed ${SEED})`, async () => {
  const random = new Random(SEED + 3);
  const cells = new Map(
    REGIONS.flatMap((region) => YEARS.map((year) => [`${region}/${year}`, 40 + random.whole(60)] as const)),
  );
  const candidate = tableOf(cells);
  const id = await offer({ population: 'averaging' });
  await through(id, candidate, {});
  const wanted = ['r1', 'r2', 'r3'];
  const truth = candidate.rows
    .filter(([region]) => wanted.includes(String(region)))
    .reduce((sum, row) => sum + Number(row[2]), 0);
  const answers: number[] = [];
  let [spent, sigma] = [0, 0];
  for (let at = 0; at < 1_000; at += 1) {
    const values = random.shuffle([...wanted, wanted[at % 3]!]);
    const answer = await answerThroughGate(seller, {
      offeringId: id,
      version: 1,
      agreementId: `buyer-${at % 20}`,
      question: {
        measure: { kind: 'count' },
        by: [],
        where: [{ column: 'region', values }, ...(at % 2 === 0 ? [{ column: 'year', values: YEARS }] : [])],
      },
      content: async () => candidate,
    });
    answers.push(Number(answer.rows[0]![0]));
    spent += answer.spent.rho;
    sigma = answer.noise.sigma;
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  // The same noise, drawn anew each time, as an interface without memory would.
  const naive = mean(Array.from({ length: 1_000 }, () => truth + random.normal(0, sigma)));
  const paid = Math.round(spent / 0.005);
  lines.push([
    `averaging: 1,000 answers to one question, noise of standard deviation ${sigma.toFixed(0)}`,
    `the mean is off by ${Math.abs(naive - truth).toFixed(1)} (standard error ${(sigma / Math.sqrt(1_000)).toFixed(1)})`,
    `${paid} answers were drawn (with and without naming all years), standard error ${(sigma / Math.sqrt(paid)).toFixed(1)}; rho ${spent.toFixed(3)} spent in all`,
  ]);
  expect(Math.abs(naive - truth)).toBeLessThan(2);
  expect(new Set(answers).size).toBeLessThanOrEqual(2);
  expect(spent).toBeCloseTo(0.01, 9);
});
