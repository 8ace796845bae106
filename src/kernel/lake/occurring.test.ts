import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { makeContext } from '#kernel/context';
import { silentLog } from '#kernel/log';
import { sql } from '#kernel/sql';
import { testActor } from '../../../tests/support/context.ts';
import { testLake } from '../../../tests/support/lake.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { lakeRelation, type Reach, SMALLEST } from './access.ts';
import type { Lake } from './client.ts';
import { type Choice, findOccurring } from './occurring.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const DAY_MS = 86_400_000;

const db = await testDatabase();
const lake = await testLake();
const actor = testActor('regulator', { permissions: new Set(['*']) });
const ctx = makeContext({ actor, db, log: silentLog, now: () => NOW });

const CHOICE: Omit<Choice, 'relation' | 'reach'> = {
  where: sql`code != ''`,
  by: { code: sql`code`, unit: sql`ifNull(unit, '')` },
  any: { text: sql`text` },
  most: 100,
};

interface Line {
  code: string;
  unit: string | null;
  patient: number;
  daysAgo: number;
}

beforeAll(async () => {
  await lake.run(sql`
    create table condition (code LowCardinality(String), unit LowCardinality(Nullable(String)), text Nullable(String), _patient UInt64, time DateTime64(3, 'UTC'))
    engine = MergeTree order by (code, time)`);
});

async function put(lines: readonly Line[]): Promise<void> {
  await lake.run(sql`truncate table condition`);
  const rows = lines.map(({ code, unit, patient, daysAgo }) => {
    const time = new Date(NOW.getTime() - daysAgo * DAY_MS).toISOString();
    return JSON.stringify({ code, unit, text: `about ${code}`, _patient: patient, time });
  });
  if (rows.length > 0) await lake.insert('condition', rows.join('\n'));
}

async function within(reach: Reach): Promise<Pick<Choice, 'relation' | 'reach'>> {
  return { relation: await lakeRelation(ctx, 'condition', { reach }), reach };
}

/** A lake that remembers no answers of another. */
function fresh(): Lake {
  return { ...lake };
}

/**
 * Goal: exactly what enough persons have is told, whether they had it lately or long ago.
 * Method: random rows; persons counted by hand.
 */
test('tells what occurs, of the population only what enough persons have', async () => {
  const line = fc.record({
    code: fc.constantFrom('a', 'b', 'c', ''),
    unit: fc.constantFrom('g', null),
    patient: fc.integer({ min: 1, max: SMALLEST + 4 }),
    daysAgo: fc.constantFrom(1, 30, 32, 400),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 160 }), async (lines) => {
      await put(lines);
      const groups = Map.groupBy(
        lines.filter(({ code }) => code !== ''),
        ({ code, unit }) => `${code} ${unit ?? ''}`,
      );
      const expected = [...groups].map(([key, of]) => ({
        key,
        results: of.length,
        persons: new Set(of.map(({ patient }) => patient)).size,
      }));
      for (const reach of ['rows', 'population'] as const) {
        const found = await findOccurring<'code' | 'unit' | 'text'>(ctx, fresh(), {
          ...CHOICE,
          ...(await within(reach)),
        });
        expect(found.map(({ code, unit, results }) => ({ key: `${code} ${unit}`, results }))).toEqual(
          expected
            .filter(({ persons }) => reach === 'rows' || persons >= SMALLEST)
            .map(({ key, results }) => ({ key, results }))
            .sort((one, other) => other.results - one.results || (one.key < other.key ? -1 : 1)),
        );
        expect(found.every(({ code, text }) => text === `about ${code}`)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('an answer is shared while it is kept, by those who reach the same rows; a failure is not kept', async () => {
  let asked = 0;
  let fails = true;
  const counting: Lake = {
    ...lake,
    rows: (query, options) => {
      asked += 1;
      return fails ? Promise.reject(new Error('not now')) : lake.rows(query, options);
    },
  };
  await put([{ code: 'a', unit: 'g', patient: 1, daysAgo: 1 }]);
  const rows = await within('rows');
  const ask = (choice: Partial<Choice> = {}) => findOccurring(ctx, counting, { ...CHOICE, ...rows, ...choice });
  await expect(ask()).rejects.toThrow('not now');
  fails = false;
  expect(await Promise.all([ask(), ask()])).toMatchObject([[{ code: 'a', results: 1 }], [{ code: 'a', results: 1 }]]);
  await put([]);
  expect(await ask()).toHaveLength(1);
  expect(asked).toBe(2);
  expect(await ask({ where: sql`code = 'b'` })).toHaveLength(0);
});
