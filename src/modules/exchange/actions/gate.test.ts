import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '#kernel/context';
import { type Pool, sql } from '#kernel/sql';
import { testContext } from '../../../../tests/support/context.ts';
import { exampleCandidate, exampleDefinition, exchangeActors } from '../../../../tests/support/exchange.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import type { Candidate, Cell, GateQuestion } from '../model.ts';
import {
  answerThroughGate,
  createOffering,
  endPassages,
  listPassages,
  listReports,
  readBudget,
  readRelease,
  readReport,
  release,
} from './index.ts';

const NOW = new Date('2026-11-22T04:00:00Z');
let pool: Pool;
let seller: Context;
let stranger: Context;
let assessor: Context;

beforeAll(async () => {
  pool = await testDatabase();
  const ctx = testContext(pool, { now: () => NOW });
  const actors = exchangeActors(ctx);
  seller = actors.seller;
  assessor = actors.assessor;
  stranger = testContext(pool, {
    now: () => NOW,
    actor: { id: 'stranger', organizations: ['other'], permissions: new Set(['exchange.offer@organization']) },
  });
});

/** An offering of its own for each test, so that none is held against another's releases. */
async function offer(gate: Record<string, unknown> = {}): Promise<string> {
  return (await createOffering(seller, exampleDefinition({ gate }))).id;
}

/** Persons of its own for each offering too, unless said. */
const pass = (offeringId: string, candidate: Candidate, settings: Record<string, unknown> = {}) =>
  release(seller, {
    offeringId,
    version: 1,
    candidate,
    settings: { population: `of-${offeringId.slice(0, 8)}`, ...settings },
  });

const verdicts = ({ checks }: { checks: { key: string; verdict: string }[] }) =>
  Object.fromEntries(checks.map(({ key, verdict }) => [key, verdict]));

/** The example with some counts changed, by district, year, subtype. */
function counts(changed: Record<string, number> = {}): Candidate {
  const { columns, rows } = exampleCandidate();
  return { columns, rows: rows.map((row) => [...row.slice(0, 3), changed[row.slice(0, 3).join('/')] ?? row[3]!]) };
}

async function rowsOf(releaseId: string | undefined): Promise<Cell[][]> {
  return Array.fromAsync((await readRelease(seller, releaseId!)).rows);
}

/**
 * Goal: what is safe leaves as it is, what can be mended is mended, the rest stays, and each passage is told, audited and can be read again.
 * Method: a real database, the real thread and the real solver.
 */
describe('a table', () => {
  test('without small cells leaves as it is, by the hash of its bytes', async () => {
    const id = await offer();
    const { report, releaseId } = await pass(id, counts());
    expect(report.verdict).toBe('passed');
    const content = await readRelease(seller, releaseId!);
    const rows = await Array.fromAsync(content.rows);
    expect(rows).toEqual(counts().rows);
    const lines = [{ columns: content.columns }, ...rows].map((line) => `${JSON.stringify(line)}\n`).join('');
    expect(content.digest).toBe(createHash('sha256').update(lines).digest('hex'));
    expect(await readReport(seller, report.id)).toEqual(report);
    expect(await readReport(assessor, report.id)).toEqual(report);
    await expect(readReport(stranger, report.id)).rejects.toMatchObject({ kind: 'not-found' });
    expect((await listReports(seller, id)).reports).toMatchObject([{ id: report.id, verdict: 'passed', failed: [] }]);
    expect((await listReports(stranger)).reports).toEqual([]);
  });

  test('with a small cell hides it together with others, and no true value of a hidden cell is anywhere in the report', async () => {
    const id = await offer();
    const { report, releaseId } = await pass(id, counts({ '440103/2024/HER2': 3 }), { suppressionLimit: 0.5 });
    expect(verdicts(report)).toMatchObject({ 'cell-size': 'mended', attack: 'mended', loss: 'passed' });
    expect(report.table).toMatchObject({ primary: 1 });
    expect(report.table!.secondary).toBeGreaterThanOrEqual(3);
    for (const { low, high } of report.table!.suppressed)
      expect((high ?? Number.POSITIVE_INFINITY) - low).toBeGreaterThan(0);
    const small = report.table!.suppressed.find(({ state }) => state === 'primary')!;
    expect(small.high ?? 99).toBeGreaterThanOrEqual(11);
    const rows = await rowsOf(releaseId);
    expect(rows.filter((row) => row[3] === null).map((row) => row.slice(0, 3).join('/'))).toContain('440103/2024/HER2');
  });

  test('whose cells are all small is refused, and the refusal is audited', async () => {
    const id = await offer();
    const few = counts(Object.fromEntries(counts().rows.map((row) => [row.slice(0, 3).join('/'), 2])));
    const { report, releaseId } = await pass(id, few);
    expect(releaseId).toBeUndefined();
    expect(report).toMatchObject({ verdict: 'refused', digest: null, releaseId: null, rows: { after: 0 } });
    const audited = await pool.rows(
      sql`select outcome from access.audit where act = 'exchange.release-refused' and subject = ${`offering/${id}/1`}`,
    );
    expect(audited).toEqual([{ outcome: 'denied' }]);
  });

  test('with a sum that one contributor dominates hides the sum', async () => {
    const id = await offer();
    const columns: Candidate['columns'] = [
      ...counts().columns,
      { name: 'cost', label: { en: 'Cost', zh: '费用' }, type: 'decimal', role: 'measure' },
      ...['first', 'second'].map(
        (name) => ({ name, label: { en: name, zh: name }, type: 'decimal', role: 'measure' }) as const,
      ),
    ];
    const rows = counts().rows.map((row, at) => [...row, 1_100 + at, at === 5 ? 990 : 30, 20]);
    const { report, releaseId } = await pass(
      id,
      { columns, rows },
      {
        contributions: ['first', 'second'],
        suppressionLimit: 0.5,
      },
    );
    expect(verdicts(report)).toMatchObject({ dominance: 'mended', 'p-percent': 'mended' });
    expect(report.removed.map(({ name }) => name)).toEqual(['first', 'second']);
    expect((await rowsOf(releaseId))[5]).toEqual([...rows[5]!.slice(0, 3), null, null]);
  });

  test('with a mean beside the count: the mean is no code, and is hidden with its cell', async () => {
    const id = await offer();
    const mean = { name: 'mean', label: { en: 'Mean', zh: '均值' }, type: 'decimal', role: 'plain' } as const;
    const { columns, rows } = counts({ '440103/2024/HER2': 3 });
    const candidate = { columns: [...columns, mean], rows: rows.map((row, at) => [...row, at / 7]) };
    const { report, releaseId } = await pass(id, candidate, { suppressionLimit: 0.5 });
    expect(report.table!.dimensions.map(({ column }) => column)).not.toContain('mean');
    const hidden = (await rowsOf(releaseId)).filter((row) => row[3] === null);
    expect(hidden.length).toBeGreaterThanOrEqual(4);
    expect(hidden.every((row) => row[4] === null)).toBe(true);
  });

  test('that names persons is refused before anything is counted', async () => {
    const id = await offer();
    const { columns, rows } = counts();
    const withName: Candidate = {
      columns: [...columns, { name: 'contact', label: { en: 'Contact', zh: '联系' }, type: 'text', role: 'plain' }],
      rows: rows.map((row, at) => [...row, at === 3 ? '请致电13812345678' : '检验科']),
    };
    const { report } = await pass(id, withName);
    expect(verdicts(report)).toEqual({ columns: 'passed', identifiers: 'passed', 'free-text': 'failed' });
    expect(JSON.stringify(report)).not.toContain('13812345678');
  });

  test('of another seller is not taken', async () => {
    const id = await offer();
    await expect(
      release(stranger, { offeringId: id, version: 1, candidate: counts(), settings: {} }),
    ).rejects.toMatchObject({ kind: 'not-found' });
  });

  test.each([
    { k: 5 },
    { k: Number.NaN },
    { suppressionLimit: 0.9 },
    { t: 0.9 },
    { unknown: 1 },
    { dominance: { n: 2, percent: 99 } },
    { population: 'X' },
  ])('settings that ask for less protection are refused: %o', async (settings) => {
    const id = await offer();
    await expect(pass(id, counts(), settings)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('a series of releases', () => {
  test('one person more in a cell is hidden in the later release, so that the difference tells nothing', async () => {
    const id = await offer();
    const first = await pass(id, counts());
    const second = await pass(id, counts({ '440103/2024/HER2': 63 }));
    expect(first.report.verdict).toBe('passed');
    expect(verdicts(second.report)).toMatchObject({
      differencing: second.report.verdict === 'passed' ? 'mended' : 'failed',
    });
    if (second.releaseId !== undefined) {
      const rows = await rowsOf(second.releaseId);
      expect(rows.find((row) => row.slice(0, 3).join('/') === '440103/2024/HER2')![3]).toBeNull();
    }
  });

  test('enough persons more pass, and the same content again too', async () => {
    const id = await offer();
    await pass(id, counts());
    const same = await pass(id, counts());
    const more = await pass(id, counts({ '440103/2024/HER2': 90, '440106/2024/HER2': 100, '440103/2025/HER2': 120 }));
    expect([same.report.verdict, more.report.verdict]).toEqual(['passed', 'passed']);
    expect(verdicts(more.report)['differencing']).toBe('passed');
  });

  test('two at once: the later is held against the earlier', async () => {
    const id = await offer();
    const both = await Promise.all([pass(id, counts()), pass(id, counts({ '440103/2024/HER2': 63 }))]);
    const differing = both.map(({ report }) => verdicts(report)['differencing']);
    expect(differing.filter((verdict) => verdict === 'not-applicable')).toHaveLength(1);
  });
});

/**
 * Goal: two tables that each hide a small cell do not tell it together.
 * Method: a row of counts whose total is known; the cheapest partner of the small cell is another one each time.
 */
describe('releases solved together', () => {
  const line = (a: number, b: number, c: number): Candidate => ({
    columns: [
      { name: 'district', label: { en: 'District', zh: '区' }, type: 'text', role: 'quasi' },
      { name: 'persons', label: { en: 'Persons', zh: '人数' }, type: 'integer', role: 'count' },
    ],
    rows: [
      ['a', a],
      ['b', b],
      ['c', c],
      ['d', 300],
    ],
  });
  const hiddenOf = async (releaseId: string | undefined) =>
    (await rowsOf(releaseId)).filter((row) => row[1] === null).map((row) => row[0]);
  const ALL = { suppressionLimit: 0.6 };

  test('what an earlier release told of the partner bounds the small cell: another pattern is found, or it stays', async () => {
    const id = await offer();
    const first = await pass(id, line(5, 30, 40), ALL);
    expect(await hiddenOf(first.releaseId)).toEqual(['a', 'b']);
    // Alone, a and c would be hidden now: c was 40 and nobody left, so that a is 5 at the most.
    expect(await hiddenOf((await pass(await offer(), line(5, 60, 40), ALL)).releaseId)).toEqual(['a', 'c']);
    const second = await pass(id, line(5, 60, 40), ALL);
    expect(verdicts(second.report)['differencing']).toBe('passed');
    expect(await hiddenOf(second.releaseId)).toEqual(['a', 'b']);
    const [small] = second.report.table!.suppressed;
    expect(small!.high).toBeGreaterThanOrEqual(11);
  });

  test('another offering of the holder over the same persons is held against the first', async () => {
    const population = 'shared-persons';
    const byAge = (cells: Record<string, [number, number]>): Candidate => {
      const { columns } = line(0, 0, 0);
      const age = { name: 'age', label: { en: 'Age', zh: '年龄' }, type: 'text', role: 'quasi' } as const;
      return {
        columns: [columns[0]!, age, columns[1]!],
        rows: Object.entries(cells).flatMap(([district, [young, old]]) => [
          [district, 'young', young],
          [district, 'old', old],
        ]),
      };
    };
    const finer = byAge({ a: [40, 50], b: [30, 34], c: [20, 70], d: [140, 160] });
    const told = await pass(await offer(), line(90, 64, 90), { population });
    expect(verdicts(told.report)['differencing']).toBe('not-applicable');
    // Three more in b, told by nobody: the totals of the finer table must not tell it.
    const more = byAge({ a: [40, 50], b: [30, 37], c: [20, 70], d: [140, 160] });
    const alone = await pass(await offer(), more, { ...ALL, margins: true });
    expect((await rowsOf(alone.releaseId)).find((row) => row.join('/') === 'b/total/67')).toBeDefined();
    const held = await pass(await offer(), more, { ...ALL, population, margins: true });
    expect(held.report.checks.find(({ key }) => key === 'differencing')!.numbers).toContainEqual({
      name: 'otherOfferings',
      value: 1,
    });
    if (held.releaseId !== undefined) {
      const rows = await rowsOf(held.releaseId);
      expect(rows.map((row) => row.join('/'))).not.toContain('b/total/67');
      expect(rows.filter((row) => row[0] === 'b' && row[2] !== null).length).toBeLessThan(2);
    }
    // Of other persons, as the numbers show: not compared.
    const others = await pass(await offer(), finer, { ...ALL, population: 'other-persons' });
    expect(verdicts(others.report)['differencing']).toBe('not-applicable');
  });
});

/** Rows of persons: age, district, sex, a diagnosis. */
function persons(count: number): Candidate {
  const rows = Array.from({ length: count }, (_, at) => [
    `p${at}`,
    20 + ((at * 7) % 60),
    ['440103', '440106', '440304', '440305'][at % 4]!,
    at % 3 === 0 ? 'male' : 'female',
    ['C50', 'D24', 'N60'][(at * 5) % 3]!,
  ]);
  const column = (
    name: string,
    type: 'text' | 'integer',
    role: 'identifier' | 'quasi' | 'sensitive',
    hierarchy?: string,
  ) => ({
    name,
    label: { en: name, zh: name },
    type,
    role,
    ...(hierarchy !== undefined && { hierarchy }),
  });
  return {
    columns: [
      column('key', 'text', 'identifier'),
      column('age', 'integer', 'quasi', 'age'),
      column('district', 'text', 'quasi', 'place'),
      column('sex', 'text', 'quasi'),
      column('diagnosis', 'text', 'sensitive'),
    ],
    rows,
  };
}

describe('rows of persons', () => {
  test('leave generalised, none in a group below k, without their keys', async () => {
    const id = await offer();
    const { report, releaseId } = await pass(id, persons(900));
    expect(verdicts(report)).toMatchObject({
      'k-anonymity': 'passed',
      'l-diversity': 'passed',
      't-closeness': 'passed',
      risk: 'passed',
      loss: 'passed',
    });
    const content = await readRelease(seller, releaseId!);
    expect(content.columns.map(({ name }) => name)).toEqual(['age', 'district', 'sex', 'diagnosis']);
    const classes = new Map<string, Set<Cell>>();
    const sizes = new Map<string, number>();
    for (const row of await Array.fromAsync(content.rows)) {
      const key = row.slice(0, 3).join('|');
      sizes.set(key, (sizes.get(key) ?? 0) + 1);
      classes.set(key, (classes.get(key) ?? new Set()).add(row[3]!));
    }
    expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(11);
    expect(Math.min(...[...classes.values()].map(({ size }) => size))).toBeGreaterThanOrEqual(2);
    expect(report.microdata!.risk.before.highest).toBeGreaterThan(report.microdata!.risk.after!.highest);
  });

  test('of too few persons do not leave', async () => {
    const { report } = await pass(await offer(), persons(8));
    expect(report.verdict).toBe('refused');
    expect(verdicts(report)['k-anonymity']).toBe('failed');
  });

  test('a few persons more since an earlier release: their groups are taken out of the later', async () => {
    const id = await offer();
    await pass(id, persons(900));
    const { report, releaseId } = await pass(id, persons(903), { suppressionLimit: 0.5 });
    expect(verdicts(report)['differencing']).toBe('mended');
    if (releaseId === undefined) return;
    const groups = (rows: Cell[][]) => new Set(rows.map((row) => row.slice(0, 3).join('|')));
    const later = groups(await rowsOf(releaseId));
    expect(later.size).toBeLessThan(report.microdata!.risk.before.records);
  });

  test('a plain column in which nearly every row has a value of its own points at persons', async () => {
    const { columns, rows } = persons(300);
    const plain = { name: 'result', label: { en: 'Result', zh: '结果' }, type: 'decimal', role: 'plain' } as const;
    const { report } = await pass(await offer(), {
      columns: [...columns, plain],
      rows: rows.map((row, at) => [...row, at * 1.37]),
    });
    expect(verdicts(report)['columns']).toBe('failed');
  });
});

/** Goal: no way around the gate, not even by SQL. */
describe('by SQL', () => {
  const uuid = () => crypto.randomUUID();
  const insertRelease = (report: string, digest: string, offering = 'x', verdict = 'passed') => sql`
    insert into exchange.release (id, offering, version, gate_report, verdict, digest, columns, row_count, told, made_at)
    values (${uuid()}, ${offering}, 1, ${report}, ${verdict}, ${digest}, '[]', 0, '{}', ${NOW})`;
  const insertReport = (id: string, verdict: string, check: string) => sql`
    insert into exchange.gate_report (id, offering, version, verdict, method, checks, body, digest, row_count, asked_by, asked_by_name, made_at, took_ms)
    values (${id}, 'x', 1, ${verdict}, 'table', ${JSON.stringify([{ key: 'attack', verdict: check }])}::jsonb, '{}', ${verdict === 'passed' ? 'a'.repeat(64) : null}, 0, 'a', 'a', ${NOW}, 1)`;

  test('no release without a report, of a refused one, or of other content than the report stands for', async () => {
    await expect(pool.run(insertRelease(uuid(), 'a'.repeat(64)))).rejects.toThrow(/foreign key/);
    const refused = uuid();
    await pool.run(insertReport(refused, 'refused', 'failed'));
    await expect(pool.run(insertRelease(refused, 'a'.repeat(64)))).rejects.toThrow(/foreign key/);
    await expect(pool.run(insertRelease(refused, 'a'.repeat(64), 'x', 'refused'))).rejects.toThrow(/check constraint/);
    const passed = uuid();
    await pool.run(insertReport(passed, 'passed', 'passed'));
    await expect(pool.run(insertRelease(passed, 'b'.repeat(64)))).rejects.toThrow(/foreign key/);
    await expect(pool.run(insertRelease(passed, 'a'.repeat(64), 'y'))).rejects.toThrow(/foreign key/);
    await expect(
      pool.run(
        sql`update exchange.gate_report set verdict = 'passed', digest = ${'a'.repeat(64)} where id = ${refused}`,
      ),
    ).rejects.toThrow(/check constraint/);
  });

  test('no report that passes with a check that failed, and none without checks', async () => {
    await expect(pool.run(insertReport(uuid(), 'passed', 'failed'))).rejects.toThrow(/check constraint/);
    await expect(pool.run(insertReport(uuid(), 'refused', 'passed'))).rejects.toThrow(/check constraint/);
  });

  test('a released report is not turned round, and content that was changed is not told', async () => {
    const { report, releaseId } = await pass(await offer(), counts());
    await expect(
      pool.run(
        sql`update exchange.gate_report set checks = '[{"verdict":"failed"}]', verdict = 'refused', digest = null where id = ${report.id}`,
      ),
    ).rejects.toThrow(/foreign key/);
    const { digest } = await readRelease(seller, releaseId!);
    const changed = Buffer.from('{"columns":[]}\n');
    await expect(
      pool.run(sql`update exchange.content_chunk set bytes = ${changed} where digest = ${digest}`),
    ).rejects.toThrow(/check constraint/);
    await pool.run(
      sql`update exchange.content_chunk set bytes = ${changed}, sha256 = ${createHash('sha256').update(changed).digest('hex')} where digest = ${digest}`,
    );
    await expect(rowsOf(releaseId)).rejects.toThrow('not what its hash says');
  });

  test('no budget is overdrawn', async () => {
    await pool.run(
      sql`insert into exchange.privacy_account (id, limit_nano, opened_at) values ('product:overdrawn', 10, ${NOW})`,
    );
    await expect(
      pool.run(sql`update exchange.privacy_account set spent_nano = 11 where id = 'product:overdrawn'`),
    ).rejects.toThrow(/check constraint/);
  });
});

describe('answers with noise', () => {
  const count = (parts: Partial<GateQuestion> = {}): GateQuestion => ({
    measure: { kind: 'count' },
    by: [],
    where: [],
    ...parts,
  });
  const ask = (offeringId: string, question: GateQuestion, candidate = counts()) =>
    answerThroughGate(seller, {
      offeringId,
      version: 1,
      agreementId: 'agreement',
      question,
      content: async () => candidate,
    });

  test('the same question has the same answer, however it is put, and costs once', async () => {
    const id = await offer({ population: 'same' });
    await pass(id, counts());
    const first = await ask(
      id,
      count({ by: ['subtype', 'district'], where: [{ column: 'year', values: ['2025', '2024'] }] }),
    );
    const again = await ask(
      id,
      count({ by: ['district', 'subtype'], where: [{ column: 'year', values: ['2024', '2025', '2024'] }] }),
    );
    expect(again).toMatchObject({ rows: first.rows, remembered: true, spent: { rho: 0 } });
    expect(first).toMatchObject({ remembered: false, spent: { rho: 0.005 }, noise: { sigma: 10 } });
    expect((await readBudget(seller, id)).product.spent.rho).toBeCloseTo(0.005, 12);
  });

  test('many at once spend what they cost, each once, and never beyond the limit', async () => {
    const id = await offer({ population: 'many' });
    await pass(id, counts());
    const questions = ['440103', '440106', '440305'].flatMap((district) =>
      ['2024', '2025'].map((year) =>
        count({
          where: [
            { column: 'district', values: [district] },
            { column: 'year', values: [year] },
          ],
          milliRho: 100,
        }),
      ),
    );
    const asked = await Promise.allSettled([...questions, ...questions].map((question) => ask(id, question)));
    const told = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const refused = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason.message] : []));
    expect(new Set(refused)).toEqual(new Set(['the budget for answers about these persons is spent']));
    expect(told.filter(({ remembered }) => !remembered)).toHaveLength(5);
    expect((await readBudget(seller, id)).product).toMatchObject({ spent: { rho: 0.5 }, limit: { rho: 0.5 } });
  });

  test('another offering over the same persons spends from the same budget', async () => {
    const ids = [];
    for (let at = 0; at < 5; at += 1) ids.push(await offer({ population: 'shared' }));
    for (const id of ids) await pass(id, counts());
    const questions = ['440103', '440106', '440305'].map((district) =>
      count({ where: [{ column: 'district', values: [district] }], milliRho: 100 }),
    );
    const all = [];
    for (const id of ids)
      for (const question of [...questions, count({ milliRho: 100 }), count({ by: ['year'], milliRho: 100 })])
        all.push([id, question] as const);
    let [told, refused] = [0, 0];
    for (const [id, question] of all)
      await ask(id, question).then(
        () => (told += 1),
        () => (refused += 1),
      );
    expect({ told, refused }).toEqual({ told: 20, refused: 5 });
  });

  test.each([
    count({ by: ['secret'] }),
    count({ where: [{ column: 'district', values: ['440999'] }] }),
    count({ by: ['persons'] }),
    count({ milliRho: 101 }),
    count({ milliRho: 0.5 }),
    { measure: { kind: 'sum', column: 'persons' }, by: [], where: [] } as GateQuestion,
  ])('a question about what was not released is refused: %o', async (question) => {
    const id = await offer();
    await pass(id, counts());
    await expect(ask(id, question)).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('nothing is answered of an offering of which nothing was released', async () => {
    await expect(ask(await offer(), count())).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('a person with many rows counts no more than promised, and sums are cut at their bounds', async () => {
    const gate = { population: 'bounded', rowsPerPerson: 1, bounds: { dose: { low: 0, high: 10 } } };
    const id = await offer(gate);
    const { columns, rows } = persons(600);
    const dose = { name: 'dose', label: { en: 'Dose', zh: '剂量' }, type: 'integer', role: 'measure' } as const;
    const candidate: Candidate = { columns: [...columns, dose], rows: rows.map((row, at) => [...row, at % 5]) };
    await pass(id, candidate, gate);
    const heavy = Array.from({ length: 5_000 }, () => [...candidate.rows[0]!.slice(0, 5), 1_000_000]);
    const crowded = { columns: candidate.columns, rows: [...candidate.rows, ...heavy] };
    const people = await ask(id, count({ milliRho: 100 }), crowded);
    expect(Math.abs(Number(people.rows[0]![0]) - 600)).toBeLessThan(6 * people.noise.sigma);
    const sum = await ask(id, { measure: { kind: 'sum', column: 'dose' }, by: [], where: [], milliRho: 100 }, crowded);
    expect(Math.abs(Number(sum.rows[0]![0]) - 1_200)).toBeLessThan(6 * sum.noise.sigma);
    expect(sum.noise.sigma).toBeCloseTo(10 * people.noise.sigma, 6);
  });
});

test('a passage that is under way is told, and can be ended by its holder alone', async () => {
  const id = await offer();
  await pool.run(sql`
    insert into exchange.gate_passage (id, offering, version, stage, done, asked_by, started_at, seen_at)
    values (${crypto.randomUUID()}, ${id}, 1, 'searching', 0.5, 'a', ${NOW}, ${NOW})`);
  expect((await listPassages(seller, id)).passages).toMatchObject([{ stage: 'searching', done: 0.5 }]);
  await expect(endPassages(stranger, id)).rejects.toMatchObject({ kind: 'not-found' });
  expect(await endPassages(seller, id)).toEqual({ ended: 1 });
  const leaving = new AbortController();
  leaving.abort();
  await expect(
    release(seller, { offeringId: id, version: 1, candidate: counts(), settings: {}, signal: leaving.signal }),
  ).rejects.toThrow('was ended');
  expect((await listReports(seller, id)).reports).toEqual([]);
});
