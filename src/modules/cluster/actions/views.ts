import type { Context, Db } from '#kernel/context';
import type { ChainView, IndustryMap } from '../model.ts';
import { chainCsv, divisionsOf, drawMap, geoJsonOf } from '../rules/index.ts';
import { findMapEdges, findMapPlaces, findMapThings, findOnLinks, MOST_MAPPED } from '../store/index.ts';
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
  const things = await findMapThings(ctx, asked);
  const edges = await findMapEdges(
    ctx.db,
    things.map(({ id }) => id),
  );
  const places = await findMapPlaces(
    ctx.db,
    edges.map(({ object }) => object),
  );
  return drawMap({ things, edges, places }, MOST_MAPPED);
}
