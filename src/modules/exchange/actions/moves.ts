import { actAs, reachOf, record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { VersionState } from '../model.ts';
import { mayMove } from '../rules/index.ts';
import { getVersion, moveVersion, type StoredVersion } from '../store/index.ts';
import { partyIdOf } from './parties.ts';

export const [OFFER, ASSESS, OPERATE] = ['exchange.offer', 'exchange.assess', 'exchange.operate'] as const;

/** Whose offerings the actor works with: undefined where it is everybody's. @throws Problem `forbidden` */
export function holderFor(ctx: Context): string | undefined {
  const scope = reachOf(ctx.actor, OFFER);
  if (scope === undefined) ctx.require(OFFER);
  return scope === 'all' ? undefined : partyIdOf(ctx.actor);
}

/** The newest version, for those who may change it. @throws Problem `not-found` also where it is another's, `forbidden` */
export async function getOwn(ctx: Context, id: string): Promise<StoredVersion> {
  const holder = holderFor(ctx);
  const stored = await getVersion(ctx.db, id);
  if (holder !== undefined && stored.holder.id !== holder) throw new Problem('not-found', 'there is no such offering');
  return stored;
}

/** A version for those who may look at all of it: its holder, the assessors, the operators. */
export async function getForLook(ctx: Context, id: string, version?: number): Promise<StoredVersion> {
  const stored = await getVersion(ctx.db, id, version);
  const sees = [ASSESS, OPERATE].some((act) => reachOf(ctx.actor, act) !== undefined) || isHolder(ctx, stored);
  if (!sees) throw new Problem('not-found', 'there is no such offering');
  return stored;
}

export function isHolder({ actor }: Context, { holder }: Pick<StoredVersion, 'holder'>): boolean {
  const scope = reachOf(actor, OFFER);
  return scope === 'all' || (scope !== undefined && partyIdOf(actor) === holder.id);
}

/** @throws Problem `conflict` where the version has changed since it was looked at */
export function requireRevision({ revision }: StoredVersion, seen: number): void {
  if (revision !== seen)
    throw new Problem('conflict', 'the offering has changed since you looked at it: read it again', { revision });
}

/** Moves a version, with its place in the audit trail and the ledger, and tells of it. */
export async function move(
  ctx: Context,
  tx: Tx,
  stored: StoredVersion,
  to: { state: VersionState; words?: string; refreshAt?: Date | null },
): Promise<StoredVersion> {
  const { id, version, state: was, digest } = stored;
  if (!mayMove(was, to.state))
    throw new Problem('conflict', 'the offering cannot go there from where it is', { from: was, to: to.state });
  await moveVersion(ctx, tx, stored, to);
  await record(ctx, tx, {
    act: `exchange.offering-${to.state}`,
    subject: `offering/${id}/${version}`,
    detail: { was, digest, ...(to.words !== undefined && { words: to.words }) },
  });
  await tell(tx, { type: 'exchange.offering-moved', subject: id, data: { version, was, state: to.state } });
  return { ...stored, state: to.state, revision: stored.revision + 1 };
}

/** To trade is to run the institution: what is seen for treatment only, e.g. others' rows of persons in care, is no ware. */
const PURPOSE = 'HOPERAT';

/** The account that offers, as it is now, for asking the lake in its name. @throws Problem `unprocessable`, `forbidden` */
export async function contextAs(ctx: Context, account: string): Promise<Context> {
  const own = await actAs(ctx, account, PURPOSE);
  if (own === undefined)
    throw new Problem('unprocessable', 'the account in whose name the lake is asked is closed', { account });
  return own;
}
