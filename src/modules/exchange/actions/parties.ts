import { findTenants } from '#kernel/access';
import type { Actor, Context } from '#kernel/context';
import type { Party } from '../model.ts';
import { notePartySeen } from '../store/index.ts';

/** For whom an actor trades: `Organization/<id>` of the first organization, else `account/<id>`. */
export function partyIdOf({ id, organizations }: Pick<Actor, 'id' | 'organizations'>): string {
  return organizations[0] === undefined ? `account/${id}` : `Organization/${organizations[0]}`;
}

/** For whom the actor trades, by name; the party is known to the exchange from then on. */
export async function partyOf(ctx: Context): Promise<Party> {
  const party = await describeParty(ctx);
  await notePartySeen(ctx.db, party, ctx.now());
  return party;
}

async function describeParty({ actor, db }: Context): Promise<Party> {
  const id = partyIdOf(actor);
  const [organization] = actor.organizations;
  if (organization === undefined) return { id, name: actor.name };
  const [english] = await findTenants(db, [organization], 'en');
  const [chinese] = await findTenants(db, [organization], 'zh');
  const name = english?.name ?? organization;
  return { id, name, ...(chinese !== undefined && chinese.name !== name && { nameZh: chinese.name }) };
}
