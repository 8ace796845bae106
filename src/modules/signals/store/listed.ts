import type { Context, Db, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { ListedReaction } from '../model.ts';

const COLUMNS = sql`product, reaction, reaction_name as "reactionName", source, at, actor_name as "actorName"`;
const MOST = 100_000;

/** By product, those listed of it by name. */
export function findListed(db: Db, product?: string): Promise<ListedReaction[]> {
  const own = product === undefined ? sql`true` : sql`product = ${product}`;
  return db.rows<ListedReaction>(sql`
    select ${COLUMNS} from signals.listed_reaction where ${own} order by product, reaction_name, reaction limit ${MOST}
  `);
}

/** Nobody else changes this product's list until the transaction ends. */
export async function holdListed(tx: Tx, product: string): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`listed ${product}`}, 0))`);
}

export async function putListed(
  ctx: Context,
  tx: Tx,
  { product, reaction, reactionName, source }: Pick<ListedReaction, 'product' | 'reaction' | 'reactionName' | 'source'>,
): Promise<void> {
  await tx.run(sql`
    insert into signals.listed_reaction (product, reaction, reaction_name, source, at, actor, actor_name)
    values (${product}, ${reaction}, ${reactionName}, ${source}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name})
    on conflict (product, reaction) do update
    set reaction_name = excluded.reaction_name, source = excluded.source, at = excluded.at, actor = excluded.actor, actor_name = excluded.actor_name
  `);
}

export async function removeListed(tx: Tx, product: string, reaction: string): Promise<void> {
  await tx.run(sql`delete from signals.listed_reaction where product = ${product} and reaction = ${reaction}`);
}
