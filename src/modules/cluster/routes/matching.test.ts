import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, type Context, ROLES, type Role, type Tx } from '#kernel/context';
import type { Door } from '#kernel/http';
import { type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import { enterThing, getProfile, startSearching, state } from '../actions/index.ts';
import { renewKeys } from '../actions/merging.ts';
import { enterThings } from '../actions/record.ts';
import { clusterRoutes } from '../index.ts';
import type { DuplicatePair, ImportedRow, ImportPage, Merge, SearchAnswer } from '../model.ts';

/**
 * Goal: a file of enterprises comes in once, each row to the thing that it means, and goes out again; two ids become one thing and two again, exactly; whoever may not, may not.
 * Method: files with planted wrongs at the routes of a real database, with the real threads; random merges and undoings against a plain model (printed seed).
 */
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
const roles = new Map<Role, ReadonlySet<string>>();
const become = (role: Role): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: ['o1'] });
};
const ctxOf = (): Context => testContext(pool, { actor });

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = problemApp();
  await clusterRoutes(app, { context: async () => ctxOf() } as unknown as Door);
  become('regulator');
  await enter('guangzhou', 'place', 'Guangzhou', '广州');
  await enter('zhenghe', 'enterprise', '广州正禾生物科技有限公司', undefined, { uscc: '91350100M000100Y43' });
  await enter('bosheng', 'enterprise', 'Guangzhou Bosheng Pharma Co., Ltd.');
  await enter('bosheng-2', 'enterprise', 'Guangzhou Bosheng Pharmaceutical');
  await enter('ruize', 'enterprise', 'Ruize');
});
beforeEach(() => become('regulator'));
afterAll(() => app?.close());

async function enter(
  id: string,
  kind: 'enterprise' | 'place',
  name: string,
  nameZh?: string,
  said: Record<string, string> = {},
): Promise<void> {
  const ctx = ctxOf();
  await pool.transaction(async (tx) => {
    await enterThing(ctx, tx, { id, kind, name, ...(nameZh !== undefined && { nameZh }) });
    for (const [property, value] of Object.entries(said)) await state(ctx, tx, { thing: id, property, value });
    await renewKeys(tx as Tx, [id]);
  });
}

async function send<T>(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, status?: number): Promise<T> {
  const answer = await app.inject({ method, url: `/api/cluster${path}`, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBe(status ?? (answer.body === '' ? 204 : 200));
  return answer.body === '' ? (undefined as T) : answer.json<T>();
}

const upload = (text: string | Buffer, fileName = 'firms.csv') =>
  send<{ id: string; isKnown: boolean }>('POST', '/imports', {
    kind: 'enterprise',
    fileName,
    file: Buffer.from(text as string).toString('base64'),
  });
async function finish(id: string): Promise<ImportPage> {
  for (let turn = 0; turn < 50; turn += 1) {
    const page = await send<ImportPage>('POST', `/imports/${id}/continue`);
    if (page.state === 'open' ? page.judged === page.rows : page.state === 'done' || page.state === 'undone')
      return page;
  }
  throw new Error('the import does not end');
}

const CSV = `企业名称,统一社会信用代码,所在区,注册资本（万元）,成立日期,员工数,备注列
广州正禾生物科技股份有限公司,91350100M000100Y43,广东省广州市,"1,200",2015年3月2日,80,x
广州博晟医药有限公司,,广州,500,2019-01-15,,
瑞泽,,,,,,
深圳海岚基因科技有限公司,91440300708461136T,火星,300,2020,12,
深圳海岚基因科技有限公司,91440300708461136T,,,,,
坏码有限公司,91350100M000100Y44,,,,,
坏数有限公司,,,many,31/12/2020,,
`;

describe('a file of enterprises', () => {
  test('is read, judged row by row with why, decided, applied once, and undone', async () => {
    const { id } = await upload(CSV);
    const page = await finish(id);
    expect(page.mapping).toEqual(['nameZh', 'uscc', 'place', 'registered-capital', 'established', 'employees', null]);
    expect(page.counts).toEqual({ new: 1, match: 1, ambiguous: 2, repeated: 1, invalid: 2 });
    const { rows } = await send<{ rows: ImportedRow[] }>('GET', `/imports/${id}/rows`);
    expect(rows.map(({ verdict, target }) => [verdict, target])).toEqual([
      ['match', 'zhenghe'],
      ['ambiguous', null],
      ['ambiguous', null],
      ['new', null],
      ['repeated', null],
      ['invalid', null],
      ['invalid', null],
    ]);
    expect(rows[0]!.matches[0]!.evidence).toContainEqual(
      expect.objectContaining({ about: 'identifier', finding: 'same' }),
    );
    // Two things on file are this row: a person says which.
    expect(rows[1]!.matches.map(({ thing, verdict }) => [thing, verdict])).toEqual([
      ['bosheng', 'same'],
      ['bosheng-2', 'same'],
    ]);
    expect(rows[2]!.matches).toMatchObject([{ thing: 'ruize', verdict: 'unresolved' }]);
    expect(rows[3]!.problems).toMatchObject([{ column: 2, what: 'unknown-place', found: '火星', isCaution: true }]);
    expect(rows[4]!.problems).toMatchObject([{ what: 'repeats-row', expected: '4' }]);
    expect(rows[5]!.problems).toMatchObject([{ column: 1, what: 'identifier', expected: '3', isCaution: false }]);
    expect(rows[6]!.problems.map(({ what }) => what)).toEqual(['not-a-number', 'not-a-date']);

    await send('POST', `/imports/${id}/decide`, { rows: [2], decision: 'match', target: 'bosheng-2' });
    await send('POST', `/imports/${id}/decide`, { verdict: 'invalid', decision: 'new' });
    await send('POST', `/imports/${id}/apply`);
    const done = await finish(id);
    expect(done).toMatchObject({ state: 'done', decided: { new: 1, match: 2, applied: 3, skip: 3, none: 1 } });

    const profile = await getProfile(ctxOf(), 'zhenghe');
    const value = (property: string) => profile.said.find((said) => said.property === property)?.statements[0]?.value;
    expect(value('registered-capital')).toBe(1_200_000_000);
    expect(value('established')).toBe('2015-03-02');
    expect(value('alias')).toBe('广州正禾生物科技股份有限公司');
    expect(profile.links).toMatchObject([{ predicate: 'located-in', other: { id: 'guangzhou' } }]);
    const before = await count();
    await send('POST', `/imports/${id}/continue`);
    expect(await count()).toEqual(before);
    expect(await upload(CSV)).toEqual({ id, isKnown: true });

    await send('POST', `/imports/${id}/undo`, { reason: 'the wrong list' });
    expect((await finish(id)).state).toBe('undone');
    const after = await getProfile(ctxOf(), 'zhenghe');
    expect(after.said.map(({ property }) => property)).toEqual(['uscc']);
    expect(after.links).toEqual([]);
    expect(await pool.rows(sql`select id from cluster.thing where name like '深圳海岚%'`)).toEqual([]);
    expect((await upload(CSV)).isKnown).toBe(false);
  });

  test('in GB18030 with semicolons and another meaning of a column', async () => {
    // 名称;简称 / 甲乙丙医药有限公司;甲乙丙 in GB18030.
    const bytes = Buffer.from('c3fbb3c63bbcf2b3c60abcd7d2d2b1fbd2bdd2a9d3d0cfdeb9abcbbe3bbcd7d2d2b1fb0a', 'hex');
    const { id } = await upload(bytes, 'gb.csv');
    const page = await finish(id);
    expect([page.columns, page.mapping]).toEqual([
      ['名称', '简称'],
      ['nameZh', 'alias'],
    ]);
    await send('PUT', `/imports/${id}/mapping`, { mapping: ['nameZh', 'description'] });
    await send('PUT', `/imports/${id}/mapping`, { mapping: ['nameZh', 'rent-per-m2'] }, 400);
    await send('PUT', `/imports/${id}/mapping`, { mapping: ['nameZh', 'nameZh'] }, 400);
    await send('POST', `/imports/${id}/apply`, undefined, 409);
    expect((await finish(id)).counts.new).toBe(1);
  });

  test('of 1,200 rows takes batches, each by itself', async () => {
    const lines = Array.from({ length: 1_200 }, (_, at) => `Firm ${word(at)} Biotech Co., Ltd.,Guangzhou`);
    const { id } = await upload(`name,city\n${lines.join('\n')}\n`);
    const page = await finish(id);
    expect(page.counts.new + page.counts.repeated + page.counts.ambiguous + page.counts.match).toBe(1_200);
    await send('POST', `/imports/${id}/apply`);
    const first = await send<ImportPage>('POST', `/imports/${id}/continue`);
    expect([first.state, first.decided.applied]).toEqual(['applying', 500]);
    expect((await finish(id)).decided.applied).toBe(page.counts.new);
  }, 120_000);

  test.each([
    ['', 413],
    ['only heads', 400],
    ['a,"b\n', 400],
  ])('%j is refused', async (text, status) => {
    await send(
      'POST',
      '/imports',
      { kind: 'enterprise', fileName: 'x.csv', file: Buffer.from(text).toString('base64') },
      status,
    );
  });
});

/** Letters that no other number has. */
function word(number: number): string {
  return [...String(number).padStart(4, '0')]
    .map((digit) => 'kuzomiwevapytohilesa'.slice(2 * Number(digit), 2 * Number(digit) + 2))
    .join('');
}

async function count(): Promise<unknown> {
  return pool.one(sql`
    select (select count(*)::int from cluster.thing) as things, (select count(*)::int from cluster.statement) as statements,
      (select count(*)::int from cluster.relation) as relations
  `);
}

describe('two ids of one thing', () => {
  test('stand on the desk with why, are merged, read together, and parted again', async () => {
    const { pairs } = await send<{ pairs: DuplicatePair[] }>('GET', '/duplicates');
    const pair = pairs.find(({ one }) => one.id === 'bosheng')!;
    expect([pair.other.id, pair.verdict]).toEqual(['bosheng-2', 'same']);
    expect(pair.evidence.reduce((sum, { weight }) => sum + weight, 0)).toBe(pair.weight);
    const { id } = await send<{ id: string }>('POST', '/merges', {
      thing: 'bosheng',
      into: 'bosheng-2',
      reason: 'one licence',
    });
    expect((await getProfile(ctxOf(), 'bosheng-2')).merged.map((name) => name.id)).toContain('bosheng');
    const desk = await send<{ pairs: DuplicatePair[]; merges: Merge[] }>('GET', '/duplicates');
    expect(desk.pairs.some(({ one }) => one.id === 'bosheng')).toBe(false);
    expect(desk.merges[0]).toMatchObject({ id, thing: 'bosheng', into: 'bosheng-2', reason: 'one licence' });
    await send('POST', `/merges/${id}/undo`, { reason: 'two after all' });
    await send('POST', `/merges/${id}/undo`, { reason: 'again' }, 409);
    await send('POST', '/apart', { one: 'bosheng-2', other: 'bosheng', reason: 'two licences' });
    expect(
      (await send<{ pairs: DuplicatePair[] }>('GET', '/duplicates')).pairs.some(({ one }) => one.id === 'bosheng'),
    ).toBe(false);
  });

  test('any course of merges and undoings leaves what a plain model says, and all undone is as before', async () => {
    const ids = Array.from({ length: 6 }, (_, at) => `m${at}`);
    for (const id of ids) await enter(id, 'enterprise', `Merge ${id}`);
    const snapshot = () =>
      pool.rows<{ id: string; into: string | null }>(
        sql`select id, merged_into as into from cluster.thing where id = any(${ids}::text[]) order by id`,
      );
    const first = await snapshot();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.boolean(), fc.nat(20)), { maxLength: 14 }),
        async (steps) => {
          const into = new Map<string, string>();
          const done: { id: string; thing: string; into: string; before: Map<string, string> }[] = [];
          const undo = async (at: number): Promise<void> => {
            const merge = done[at]!;
            // What a later merge stands upon cannot be undone first.
            const isBuried = into.has(merge.into);
            await send('POST', `/merges/${merge.id}/undo`, { reason: 'x' }, isBuried ? 409 : 204);
            if (isBuried) return;
            done.splice(at, 1);
            into.delete(merge.thing);
            for (const [id, target] of merge.before) if (target === merge.thing) into.set(id, merge.thing);
          };
          for (const [a, b, isUndo, pick] of steps) {
            if (isUndo && done.length > 0) {
              await undo(pick % done.length);
              continue;
            }
            const [thing, other] = [ids[a]!, ids[b]!];
            const mayNot = thing === other ? 400 : into.has(thing) || into.has(other) ? 409 : 200;
            const merge = await send<{ id: string }>('POST', '/merges', { thing, into: other, reason: 'x' }, mayNot);
            if (mayNot !== 200) continue;
            done.push({ id: merge.id, thing, into: other, before: new Map(into) });
            for (const [id, target] of into) if (target === thing) into.set(id, other);
            into.set(thing, other);
          }
          expect(await snapshot()).toEqual(ids.map((id) => ({ id, into: into.get(id) ?? null })));
          for (let at = done.length - 1; at >= 0; at -= 1) await undo(at);
          expect(await snapshot()).toEqual(first);
        },
      ),
      { numRuns: 12, seed: 20261122 },
    );
  }, 120_000);
});

describe('search', () => {
  test('by the database until the index is ready, then by the index, which hears of changes', async () => {
    expect(await send<SearchAnswer>('GET', `/search?q=${encodeURIComponent('正禾')}`)).toMatchObject({
      by: 'database',
      things: [{ id: 'zhenghe' }],
    });
    const { searchThings } = await import('../actions/index.ts');
    const searching = startSearching(pool, { info: () => undefined, error: () => undefined } as never);
    const ask = (text: string) =>
      searchThings(ctxOf(), searching, { text, kinds: ['enterprise'], examples: false, most: 5, skip: 0 });
    const until = async (text: string, id: string): Promise<SearchAnswer> => {
      for (let turn = 0; turn < 200; turn += 1) {
        const answer = await ask(text);
        if (answer.by === 'index' && answer.things[0]?.id === id) return answer;
        await sleep(50);
      }
      throw new Error(`${id} is not found by ${text}`);
    };
    try {
      const found = await until('zhenghe shengwu', 'zhenghe');
      expect(found.things[0]!.why.map(({ how }) => how)).toContain('pinyin');
      expect(found.facets['kind']![0]).toMatchObject({ value: 'enterprise' });
      await enter('lanyue', 'enterprise', '澜岳细胞治疗有限公司');
      await until('lanyue', 'lanyue');
      await until('CGT lanyue', 'lanyue');
      // More than are read at once, all at one time.
      const many = Array.from({ length: 1_100 }, (_, n) => ({
        id: `many-${n}`,
        kind: 'enterprise' as const,
        name: `Qingshan ${n}`,
      }));
      await pool.transaction((tx) => enterThings(ctxOf(), tx, many));
      await until('qingshan 1099', 'many-1099');
      await enter('yuhe', 'enterprise', '屿和基因有限公司');
      await until('屿和基因', 'yuhe');
    } finally {
      await searching.stop();
    }
  });
});

describe('who may', () => {
  const NEEDS: Record<string, ['GET' | 'POST', string, object?]> = {
    'cluster.read': ['GET', '/search?q=bio'],
    'cluster.import': ['GET', '/imports'],
    'cluster.merge': ['GET', '/duplicates'],
  };
  test.each(ROLES)('%s', async (role) => {
    become(role);
    for (const [permission, [method, path]] of Object.entries(NEEDS))
      await send(method, path, undefined, actor.permissions.has(permission) ? 200 : 403);
    if (role !== 'regulator') {
      await send('POST', '/imports', { kind: 'enterprise', fileName: 'x', file: 'YQ==' }, 403);
      await send('POST', '/merges', { thing: 'bosheng', into: 'zhenghe', reason: 'x' }, 403);
      await send('POST', '/apart', { one: 'bosheng', other: 'zhenghe', reason: 'x' }, 403);
    }
  });
});
