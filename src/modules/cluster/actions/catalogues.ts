import { reachOf } from '#kernel/access';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { CatalogueList, CataloguePage, ProductClass, ThingKind } from '../model.ts';
import { CATALOGUED, catalogueLine, type NewStatement } from '../rules/index.ts';
import { findCatalogued, findRelations, findSources, findStatements, namesOf } from '../store/index.ts';
import { EDIT, enterThings, READ, relateAll, stateAll } from './record.ts';
import { ownThings } from './spoken.ts';

const MAKERS: readonly ThingKind[] = ['enterprise', 'institution'];
const MOST_LINES = 200;
const MOST_SAID = 10_000;

export interface CatalogueAsk {
  of: ProductClass | 'application';
  /** Approved, and by no statement in this list. */
  gap?: CatalogueList;
  examples: boolean;
}

export async function readCatalogue(ctx: Context, { of, gap, examples }: CatalogueAsk): Promise<CataloguePage> {
  ctx.require(READ);
  const found = await findCatalogued(ctx.db, { of, examples, limit: MOST_LINES + 1 });
  const things = found.slice(0, MOST_LINES);
  const ids = things.map(({ id }) => id);
  const statements = Map.groupBy(
    await findStatements(ctx.db, ids, { properties: CATALOGUED, most: MOST_SAID }),
    ({ thing }) => thing,
  );
  const relations = await findRelations(ctx.db, ids);
  const names = await namesOf(
    ctx.db,
    relations.flatMap(({ subject, object }) => [subject, object]),
  );
  const lines = things
    .map((thing) => catalogueLine(thing, statements.get(thing.id) ?? [], relations, names))
    .filter(({ gaps }) => gap === undefined || gaps.some(({ list }) => list === gap));
  const sources = await findSources(
    ctx.db,
    lines.flatMap(({ said, uses }) => [...Object.values(said), ...uses].map(({ source }) => source)),
  );
  return {
    lines,
    sources: Object.fromEntries(sources),
    isCut: found.length > MOST_LINES,
    mayEnter: reachOf(ctx.actor, EDIT) !== undefined,
    makers: await ownThings(ctx, MAKERS),
  };
}

export interface NewProduct {
  id?: string;
  name: string;
  nameZh: string | null;
  class: ProductClass;
  approvalNumber: string | null;
  approved: string | null;
  /** Who makes it: a thing that the actor speaks for. */
  maker: string | null;
  example?: boolean;
  statuses?: readonly { list: string; value: string; asOf: string }[];
}

/** Enters a product with its class and approval; its standing in lists is then stated with its dates on its profile. */
export async function enterProduct(ctx: Context, product: NewProduct): Promise<string> {
  const { id = ctx.newId(), name, nameZh, approvalNumber, approved, maker, example = false, statuses = [] } = product;
  const said = { 'product-class': product.class, 'approval-number': approvalNumber, approved };
  return ctx.db.transaction(async (tx) => {
    const isExample = example || (maker !== null && (await namesOf(tx, [maker])).get(maker)?.example === true);
    const entered = await enterThings(ctx, tx, [
      { id, kind: 'product', name, ...(nameZh !== null && { nameZh }), example: isExample },
    ]);
    if (entered.length === 0) throw new Problem('conflict', 'there is a thing of this id already', { id });
    await stateAll(ctx, tx, [
      ...Object.entries(said).flatMap(([property, value]): NewStatement[] =>
        value === null ? [] : [{ thing: id, property, value }],
      ),
      ...statuses.map(({ list, value, asOf }) => ({ thing: id, property: list, value, asOf })),
    ]);
    if (maker !== null) await relateAll(ctx, tx, [{ subject: maker, predicate: 'develops', object: id }]);
    return id;
  });
}
