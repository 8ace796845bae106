import type { Context, Db } from '#kernel/context';
import type { ChainView, IndustryMap } from '../model.ts';
import { chainCsv, countInAreas, divisionsOf, drawMap, geoJsonOf, sharesOf } from '../rules/index.ts';
import {
  countByPlace,
  countMapThings,
  findMapEdges,
  findMapPlaces,
  findMapThings,
  findOnLinks,
  MOST_MAPPED,
} from '../store/index.ts';
import { READ } from './record.ts';

/** What lies where, as its sources say it. */
export async function readMap(ctx: Context, asked: { examples: boolean }): Promise<IndustryMap> {
  ctx.require(READ);
  return mapOf(ctx, asked);
}

/** Who stands on the links of the chains, and whether in the place. */
export async function readChains(ctx: Context, asked: { place?: string; examples: boolean }): Promise<ChainView> {
  ctx.require(READ);
  const placed = await findOnLinks(ctx.db, asked);
  return { placed: placed.slice(0, MOST_MAPPED), cut: placed.length > MOST_MAPPED };
}

/** The map for everybody. */
export async function openMap({ db }: { db: Db }): Promise<object> {
  return geoJsonOf(await mapOf({ db, now: () => new Date() }, { examples: false }));
}

/** The chains for everybody. */
export async function openChains({ db }: { db: Db }): Promise<string> {
  return chainCsv((await findOnLinks(db, { examples: false })).slice(0, MOST_MAPPED));
}

/** The divisions that count each of these, `elsewhere` or `unknown` where none does. */
export async function areasOf({ db }: { db: Db }, ids: readonly string[]): Promise<Record<string, string[]>> {
  const edges = await findMapEdges(db, ids);
  const places = await findMapPlaces(
    db,
    edges.map(({ object }) => object),
  );
  const divisions = divisionsOf({ edges, places });
  return Object.fromEntries(ids.map((id) => [id, divisions(id)]));
}

async function mapOf(ctx: Pick<Context, 'db' | 'now'>, asked: { examples: boolean }): Promise<IndustryMap> {
  const kinds = await countMapThings(ctx.db, asked);
  const most = sharesOf(kinds, MOST_MAPPED);
  const things = await findMapThings(ctx, { ...asked, most });
  const edges = await findMapEdges(
    ctx.db,
    things.map(({ id }) => id),
  );
  const places = await findMapPlaces(
    ctx.db,
    edges.map(({ object }) => object),
  );
  const map = drawMap({ things, edges, places });
  if (Object.values(kinds).reduce((sum, n) => sum + n, 0) <= things.length) return map;
  return { ...map, cut: true, totals: { kinds, areas: await countAreas(ctx, asked) } };
}

/** Of everything that is mapped, drawn or not, how much lies where. */
async function countAreas({ db }: { db: Db }, asked: { examples: boolean }) {
  const counts = await countByPlace(db, asked);
  const ids = [...new Set(counts.flatMap(({ place }) => place ?? []))];
  const edges = await findMapEdges(db, ids);
  const places = await findMapPlaces(db, [...ids, ...edges.map(({ object }) => object)]);
  return countInAreas(counts, { edges, places });
}
