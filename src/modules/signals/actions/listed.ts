import { record, recordRead } from '#kernel/access';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { ListedReaction } from '../model.ts';
import { productKey, reactionKey } from '../rules/index.ts';
import { findListed, holdListed, putListed, removeListed } from '../store/index.ts';
import { SAFETY } from './permissions.ts';

const READ = 'signals.safety.read';
const MOST_OF_A_PRODUCT = 1_000;
const LONGEST = 500;

/** What a product's information lists. */
export async function listListed(ctx: Context, product: string): Promise<{ listed: ListedReaction[] }> {
  ctx.require(READ);
  await recordRead(ctx, { act: 'signals.listed-read', subject: product });
  return { listed: await findListed(ctx.db, product) };
}

export interface ListedChange {
  /** The product as reports name it. */
  product: string;
  /** Reactions by code, or as reports name them. */
  reactions: readonly { name: string; code?: string }[];
  /** Where they are listed: the product information and its day. */
  source: string;
}

/** Sets all that a product's information lists; the same again changes nothing. */
export async function setListed(
  ctx: Context,
  { product: name, reactions, source }: ListedChange,
): Promise<{ product: string; listed: ListedReaction[] }> {
  ctx.require(SAFETY);
  const product = productKey(checked(name));
  const where = checked(source);
  if (reactions.length > MOST_OF_A_PRODUCT)
    throw new Problem('too-large', 'a product lists so many reactions at most', { most: MOST_OF_A_PRODUCT });
  const wanted = new Map(
    reactions.map(({ name: each, code }) => [reactionKey({ name: checked(each), code }), each.trim()] as const),
  );
  await ctx.db.transaction(async (tx) => {
    await holdListed(tx, product);
    const before = await findListed(tx, product);
    const gone = before.filter(({ reaction }) => !wanted.has(reaction)).map(({ reaction }) => reaction);
    const known = new Set(before.filter((each) => each.source === where).map(({ reaction }) => reaction));
    const added = [...wanted.keys()].filter((reaction) => !known.has(reaction));
    if (gone.length === 0 && added.length === 0) return;
    for (const reaction of gone) await removeListed(tx, product, reaction);
    for (const reaction of added)
      await putListed(ctx, tx, { product, reaction, reactionName: wanted.get(reaction)!, source: where });
    await record(ctx, tx, { act: 'signals.listed-changed', subject: product, detail: { added, gone, source: where } });
  });
  return { product, listed: await findListed(ctx.db, product) };
}

export interface ListedMark {
  product: string;
  reaction: string;
  reactionName: string;
  listed: boolean;
  source: string;
}

/** Lists one reaction of a product, or no longer. */
export async function markListed(
  ctx: Context,
  { product, reaction, reactionName, listed, source }: ListedMark,
): Promise<{ listed: ListedReaction[] }> {
  ctx.require(SAFETY);
  const where = listed ? checked(source) : '';
  await ctx.db.transaction(async (tx) => {
    await holdListed(tx, product);
    const before = await findListed(tx, product);
    if (before.some((each) => each.reaction === reaction) === listed) return;
    if (before.length >= MOST_OF_A_PRODUCT)
      throw new Problem('too-large', 'a product lists so many reactions at most', { most: MOST_OF_A_PRODUCT });
    if (listed)
      await putListed(ctx, tx, {
        product: checked(product),
        reaction: checked(reaction),
        reactionName: checked(reactionName),
        source: where,
      });
    else await removeListed(tx, product, reaction);
    const detail = { added: listed ? [reaction] : [], gone: listed ? [] : [reaction], source: where };
    await record(ctx, tx, { act: 'signals.listed-changed', subject: product, detail });
  });
  return { listed: await findListed(ctx.db, product) };
}

function checked(text: string): string {
  const said = text.trim();
  if (said === '' || said.length > LONGEST)
    throw new Problem('invalid', 'the text is too short or too long', { least: 1, most: LONGEST });
  return said;
}
