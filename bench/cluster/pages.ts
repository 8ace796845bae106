import { performance } from 'node:perf_hooks';
import { MIGRATIONS, migrate, type Pool, sql } from '#kernel/sql';
import { loadFacts } from '../../src/modules/cluster/actions/facts.ts';
import { clusterRoutes } from '../../src/modules/cluster/routes/index.ts';
import { clusterApp } from '../../tests/support/cluster.ts';
import { testContext } from '../../tests/support/context.ts';
import { type Bench, optionOf } from '../bench.ts';
import { makeFirms } from './firms.ts';
import { withPostgres } from './search-postgres.ts';

const LIMIT_MS = 1_000;
const ASKED = 15;
const AT_ONCE = 20_000;
const CITIES = [
  'guangzhou',
  'shenzhen',
  'foshan',
  'dongguan',
  'zhuhai',
  'zhongshan',
  'huizhou',
  'jiangmen',
  'zhaoqing',
];

/** What pages ask for. `{n}` is another firm each time. */
const ROUTES: Readonly<Record<string, string>> = {
  overview: '/api/cluster/overview',
  map: '/api/cluster/map',
  list: '/api/cluster/things?kind=enterprise&limit=50',
  'list, later page': '/api/cluster/things?kind=enterprise&limit=50&skip=5000',
  'list of a place': '/api/cluster/things?kind=enterprise&place=foshan&limit=50',
  'list of a sector': '/api/cluster/things?kind=enterprise&sector=s1&limit=50',
  'list by name': '/api/cluster/things?text=%E5%8D%8E%E5%BA%B7&limit=50',
  'list by a rare name': '/api/cluster/things?text=Firm%20{n}&limit=50',
  profile: '/api/cluster/things/f{n}',
  facts: '/api/cluster/facts',
  graph: '/api/cluster/graph?thing=f{n}&steps=2',
  path: '/api/cluster/graph?thing=f{n}&to=foshan',
  chains: '/api/cluster/chains',
  'chains in a place': '/api/cluster/chains?place=guangzhou',
  due: '/api/cluster/due?limit=50',
  duplicates: '/api/cluster/duplicates',
  policies: '/api/cluster/policies',
  reach: '/api/cluster/policies/reach',
  ladder: '/api/cluster/ladder',
  targets: '/api/cluster/targets',
  report: '/api/cluster/report',
  space: '/api/cluster/space?areaM2=1000',
  catalogues: '/api/cluster/catalogues',
  needs: '/api/cluster/needs',
  'open data, a page': '/api/open/cluster/things?kind=enterprise&after=f5',
  'open statements, a page': '/api/open/cluster/statements.csv?kind=enterprise&after=f5',
  'open map': '/api/open/cluster/map.geojson',
};

/** What every page asks for, over as many enterprises as there may ever be. */
export const bench: Bench = {
  name: 'pages',
  summary: 'what the pages ask for, over 1 M enterprises',
  options: '[--things 1000000]',
  run(args, say) {
    const things = Number(optionOf(args, '--things') ?? 1_000_000);
    return withPostgres(async (pool) => {
      await migrate(pool, MIGRATIONS);
      await loadFacts(testContext(pool));
      await load(pool, things, say);
      const { app } = await clusterApp(pool, (part, door) => clusterRoutes(part, door));
      try {
        const rows = [];
        for (const [page, path] of Object.entries(ROUTES)) {
          const times: number[] = [];
          let [status, bytes] = [0, 0];
          for (let at = 0; at < ASKED; at += 1) {
            const url = path.replaceAll('{n}', String((at * 7_919) % things));
            const start = performance.now();
            const answer = await app.inject({ url, headers: { 'x-who': 'regulator' } });
            times.push(performance.now() - start);
            [status, bytes] = [answer.statusCode, answer.rawPayload.length];
            if (times.at(-1)! > 20_000) break;
          }
          times.sort((a, b) => a - b);
          const row = {
            page,
            status,
            'p50 ms': Math.round(times[Math.floor(times.length / 2)]!),
            'p99 ms': Math.round(times.at(-1)!),
            'limit ms': LIMIT_MS,
            kB: Math.round(bytes / 1_024),
          };
          say(JSON.stringify(row));
          rows.push(row);
        }
        return {
          rows,
          notes: [`${things} enterprises with place, sector, employees and code; the worst of ${ASKED} stands as p99`],
        };
      } finally {
        await app.close();
      }
    });
  },
};

async function load(pool: Pool, things: number, say: (text: string) => void): Promise<void> {
  const columns = 'id kind name name_zh owner review_every_days reviewed_at made_by made_at changed_at due_at'.split(
    ' ',
  );
  const said = 'thing id property value source said_by said_by_name said_at'.split(' ');
  const linked = 'subject id predicate object source said_by said_by_name said_at'.split(' ');
  const now = new Date();
  const tail = ['bench', 'bench', 'bench', now];
  const firms = makeFirms(things);
  const places = await pool.rows<{ id: string; name: string }>(
    sql`select id, name from cluster.thing where kind = 'place' and name = any(${CITIES.map((city) => city[0]!.toUpperCase() + city.slice(1))}::text[])`,
  );
  const placeOf = new Map(places.map(({ id, name }) => [name, id]));
  const sectors = await pool.rows<{ id: string }>(
    sql`select id from cluster.thing where kind = 'sector' order by id limit 20`,
  );
  for (let at = 0; at < things; at += AT_ONCE) {
    const part = firms.slice(at, at + AT_ONCE).map((firm, place) => ({ ...firm, n: at + place, id: `f${at + place}` }));
    await pool.transaction(async (tx) => {
      await tx.copy(
        'cluster.thing',
        columns,
        part.map(({ id, n, name, nameEn }) => {
          return [
            id,
            'enterprise',
            `${nameEn} Firm ${n}`,
            name,
            'role/regulator',
            180,
            now,
            'bench',
            now,
            now,
            n % 3 === 0 ? now : new Date(now.getTime() + 1e10),
          ];
        }),
      );
      await tx.copy(
        'cluster.statement',
        said,
        part.flatMap(({ id, n }) => [
          [id, crypto.randomUUID(), 'employees', String(n % 900), ...tail],
          [id, crypto.randomUUID(), 'revenue', String((n % 5_000) * 1e8), ...tail],
        ]),
      );
      await tx.copy(
        'cluster.relation',
        linked,
        part.flatMap(({ id, n, city }) => [
          ...(placeOf.has(city) ? [[id, crypto.randomUUID(), 'located-in', placeOf.get(city), ...tail]] : []),
          [id, crypto.randomUUID(), 'in-sector', sectors[n % sectors.length]!.id, ...tail],
        ]),
      );
    });
    if ((at / AT_ONCE) % 10 === 9) say(`${at + part.length} on file`);
  }
  for (const table of [sql`cluster.thing`, sql`cluster.statement`, sql`cluster.relation`])
    await pool.run(sql`analyze ${table}`);
}
