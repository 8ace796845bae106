import { performance } from 'node:perf_hooks';
import { MIGRATIONS, migrate, type Pool, sql } from '#kernel/sql';
import { findMatches, judge } from '../../src/modules/cluster/actions/imports.ts';
import { readRows } from '../../src/modules/cluster/intake/index.ts';
import { keysOf } from '../../src/modules/cluster/rules/index.ts';
import { meanWithin } from '../../tests/support/retrieval.ts';
import { type Bench, optionOf } from '../bench.ts';
import { type CorruptRow, makeRows } from './corrupt.ts';
import { makeRegisteredFirms, type RegisteredFirm } from './firms.ts';
import { withPostgres } from './search-postgres.ts';

const ROWS = 10_000;
const PEER_ROWS = 360;
const AT_ONCE = 20_000;
const LIMIT_S = 60;
/** The peer chooses its threshold on the first half of its rows; the second is its test. */
const THRESHOLDS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1];

/** What was found for a row: nothing, somebody is asked, or a firm. */
type Found = number | 'asked' | undefined;

/** Rows of a file, as people write them, matched with the enterprises on file as an import does it, beside trigrams of names. */
export const bench: Bench = {
  name: 'matching',
  summary: '10,000 rows with slips matched with the enterprises on file',
  options: '[--things 1000000] [--no-peer]',
  run(args, say) {
    const things = Number(optionOf(args, '--things') ?? 1_000_000);
    return withPostgres(async (pool) => {
      await migrate(pool, MIGRATIONS);
      const firms = makeRegisteredFirms(things);
      await load(pool, firms, say);
      const rows = makeRows(firms, ROWS);

      const start = performance.now();
      const read = await readRows({
        kind: 'enterprise',
        columns: ['企业名称', '所在城市', '统一社会信用代码'],
        mapping: ['nameZh', 'place', 'uscc'],
        places: [],
        rows: rows.map(({ name, city, uscc }, at) => ({ row: at + 1, cells: [name, city, uscc] })),
      });
      const readS = (performance.now() - start) / 1_000;
      let asked = 0;
      const matches = await findMatches({ db: pool }, 'enterprise', read);
      const allS = (performance.now() - start) / 1_000;
      const found = read.map((row, at): Found => {
        const { verdict, target } = judge(row, matches[at]!, undefined);
        if (verdict !== 'ambiguous') return target === null ? undefined : Number(target.slice(1));
        if (matches[at]!.some(({ thing }) => thing === `f${rows[at]!.meant}`)) asked += 1;
        return 'asked';
      });
      const memoryMb = process.resourceUsage().maxRSS / 1_024;

      const told = [...new Set(rows.map(({ kind }) => kind)), 'all'].map((kind) => {
        const own = rows.flatMap((row, at) => (kind === 'all' || row.kind === kind ? [at] : []));
        return { rows: `${kind} (${own.length})`, ...measuresOf(own.map((at) => [rows[at]!, found[at]])) };
      });
      say(`matched in ${allS.toFixed(1)} s`);
      const peer = args.includes('--no-peer') ? [] : [await trigrams(pool, rows.slice(0, PEER_ROWS), say)];
      return {
        rows: [...told, ...peer],
        notes: [
          `${ROWS} rows against ${things} enterprises in ${allS.toFixed(1)} s (limit ${LIMIT_S} s, ${Math.round(ROWS / allS)} rows/s): read ${readS.toFixed(1)} s, sought and compared ${(allS - readS).toFixed(1)} s; the process held at most ${memoryMb.toFixed(0)} MB with the made-up firms`,
          `of the rows left to a person ${asked} showed the right one among at most five`,
        ],
      };
    });
  },
};

async function load(pool: Pool, firms: readonly RegisteredFirm[], say: (text: string) => void): Promise<void> {
  const columns = 'id kind name name_zh owner review_every_days reviewed_at made_by made_at changed_at due_at'.split(
    ' ',
  );
  const said = 'thing id property value source said_by said_by_name said_at'.split(' ');
  const now = new Date();
  for (let at = 0; at < firms.length; at += AT_ONCE) {
    const part = firms.slice(at, at + AT_ONCE).map((firm, place) => ({ ...firm, id: `f${at + place}` }));
    await pool.transaction(async (tx) => {
      await tx.copy(
        'cluster.thing',
        columns,
        part.map(({ id, name, nameEn }) => {
          return [id, 'enterprise', nameEn, name, 'role/regulator', 180, now, 'bench', now, now, now];
        }),
      );
      await tx.copy(
        'cluster.statement',
        said,
        part.map(({ id, uscc }) => {
          return [id, crypto.randomUUID(), 'uscc', JSON.stringify(uscc), 'bench', 'bench', 'bench', now];
        }),
      );
      await tx.copy(
        'cluster.match_key',
        ['thing', 'key'],
        part.flatMap(({ id, name, nameEn, uscc }) => keysOf({ names: [nameEn, name], uscc }).map((key) => [id, key])),
      );
    });
    if ((at / AT_ONCE) % 10 === 9) say(`${at + part.length} on file`);
  }
  for (const table of [sql`cluster.thing`, sql`cluster.statement`, sql`cluster.match_key`])
    await pool.run(sql`analyze ${table}`);
}

function measuresOf(judged: readonly (readonly [CorruptRow, Found])[]) {
  const called = judged.filter(([, found]) => typeof found === 'number');
  const there = judged.filter(([{ meant }]) => meant !== undefined);
  const isRight = (all: typeof judged) => all.map(([{ meant }, found]) => (found === meant ? 1 : 0));
  const share = (count: number) => `${((100 * count) / judged.length).toFixed(1)} %`;
  return {
    precision: shown(isRight(called)),
    recall: shown(isRight(there)),
    'left to a person': share(judged.filter(([, found]) => found === 'asked').length),
    'wrongly new': share(there.filter(([, found]) => found === undefined).length),
  };
}

function shown(values: readonly number[]): string {
  if (values.length === 0) return '';
  const { mean, low, high } = meanWithin(values);
  return `${mean.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})`;
}

/** The name most like by trigrams (pg_trgm, GIN), from the threshold on that is best for it. */
async function trigrams(pool: Pool, rows: readonly CorruptRow[], say: (text: string) => void) {
  await pool.run(
    sql`create table firm_name as select id, name_zh as name from cluster.thing union all select id, name from cluster.thing`,
  );
  await pool.run(sql`create index firm_name_like on firm_name using gin (name gin_trgm_ops)`);
  await pool.run(sql`analyze firm_name`);
  say('trigrams indexed');
  const best: { at: number; likeness: number }[] = [];
  const start = performance.now();
  for (const { name } of rows) {
    const [first] = await pool.transaction(async (tx) => {
      await tx.run(sql`select set_config('pg_trgm.similarity_threshold', ${String(THRESHOLDS[0])}, true)`);
      return tx.rows<{ id: string; likeness: number }>(
        sql`select id, similarity(name, ${name}) as likeness from firm_name where name % ${name} order by likeness desc, id limit 1`,
      );
    });
    best.push({ at: first === undefined ? -1 : Number(first.id.slice(1)), likeness: first?.likeness ?? 0 });
  }
  const seconds = (performance.now() - start) / 1_000;
  const from = (threshold: number, which: (at: number) => boolean) =>
    rows.flatMap((row, at): [CorruptRow, Found][] =>
      which(at) ? [[row, best[at]!.likeness >= threshold && best[at]!.at >= 0 ? best[at]!.at : undefined]] : [],
    );
  const worth = (judged: readonly [CorruptRow, Found][]) => {
    const right = judged.filter(([{ meant }, found]) => found !== undefined && found === meant).length;
    const sum =
      judged.filter(([, found]) => found !== undefined).length +
      judged.filter(([{ meant }]) => meant !== undefined).length;
    return (2 * right) / sum;
  };
  const isTuning = (at: number) => at < rows.length / 2;
  const threshold = THRESHOLDS.toSorted((a, b) => worth(from(b, isTuning)) - worth(from(a, isTuning)))[0]!;
  return {
    rows: `pg_trgm from ${threshold} on (${rows.length / 2}; ${(rows.length / seconds).toFixed(1)} rows/s)`,
    ...measuresOf(from(threshold, (at) => !isTuning(at))),
  };
}
