import { performance } from 'node:perf_hooks';
import { MIGRATIONS, migrate, sql } from '#kernel/sql';
import { compareAll, readRows } from '../../src/modules/cluster/intake/index.ts';
import { keysOf } from '../../src/modules/cluster/rules/index.ts';
import { findByKeys, findKnown } from '../../src/modules/cluster/store/index.ts';
import { type Bench, optionOf } from '../bench.ts';
import { makeFirms } from './firms.ts';
import { withPostgres } from './search-postgres.ts';

const ROWS = 10_000;
const AT_ONCE = 50_000;
const LIMIT_S = 60;

/** Rows of a file matched with the enterprises on file, as an import does it. */
export const bench: Bench = {
  name: 'matching',
  summary: '10,000 rows matched with the enterprises on file',
  options: '[--things 1000000]',
  run(args, say) {
    const things = Number(optionOf(args, '--things') ?? 1_000_000);
    return withPostgres(async (pool) => {
      const firms = makeFirms(things);
      await migrate(pool, MIGRATIONS);
      const now = new Date();
      for (let at = 0; at < firms.length; at += AT_ONCE) {
        const part = firms.slice(at, at + AT_ONCE).map((firm, place) => ({ ...firm, id: `f${at + place}` }));
        const columns = [
          'id',
          'kind',
          'name',
          'name_zh',
          'owner',
          'review_every_days',
          'reviewed_at',
          'made_by',
          'made_at',
          'changed_at',
          'due_at',
        ];
        await pool.transaction(async (tx) => {
          await tx.copy(
            'cluster.thing',
            columns,
            part.map(({ id, name, nameEn }) => [
              id,
              'enterprise',
              nameEn,
              name,
              'role/regulator',
              180,
              now,
              'bench',
              now,
              now,
              now,
            ]),
          );
          await tx.copy(
            'cluster.match_key',
            ['thing', 'key'],
            part.flatMap(({ id, name, nameEn }) => keysOf({ names: [nameEn, name] }).map((key) => [id, key])),
          );
        });
        say(`${at + part.length} on file`);
      }
      await pool.run(sql`analyze cluster.thing`);
      await pool.run(sql`analyze cluster.match_key`);

      const start = performance.now();
      const every = Math.max(1, Math.floor(things / ROWS));
      const rows = Array.from({ length: ROWS }, (_, at) => ({
        row: at + 1,
        cells: [firms[(at * every) % things]!.name.replace('有限公司', '股份有限公司')],
      }));
      const read = await readRows({ columns: ['名称'], mapping: ['nameZh'], places: [], rows });
      const readS = (performance.now() - start) / 1_000;
      const byKey = await findByKeys(pool, { kind: 'enterprise', keys: read.flatMap(({ keys }) => keys) });
      const candidates = read.map(({ keys }) => [...new Set(keys.flatMap((key) => byKey.get(key) ?? []))].slice(0, 20));
      const known = await findKnown(pool, candidates.flat());
      const foundS = (performance.now() - start) / 1_000 - readS;
      const compared = await compareAll(
        read.map(({ known: one }, at) => ({ one, others: candidates[at]!.flatMap((id) => known.get(id) ?? []) })),
      );
      const allS = (performance.now() - start) / 1_000;
      const matched = compared.filter((all) => all.some(({ verdict }) => verdict === 'same')).length;
      return {
        rows: [
          {
            questions: `${ROWS} rows against ${things}`,
            seconds: allS.toFixed(1),
            'limit s': LIMIT_S,
            'read s': readS.toFixed(1),
            'sought s': foundS.toFixed(1),
            'compared s': (allS - readS - foundS).toFixed(1),
            comparisons: compared.reduce((sum, all) => sum + all.length, 0),
            matched,
          },
        ],
        notes: [
          'a key that more than 20 things share is not compared: common brands of the made-up names are left to their code',
        ],
      };
    });
  },
};
