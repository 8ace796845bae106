import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { isId, sql } from '#kernel/sql';
import type { ClaimLine, Representation, ThingName } from '../model.ts';

export interface NewClaim {
  thing: string;
  party: string;
  partyName: string;
  words: string;
}

/** Whether the claim is new: a party has one open or confirmed claim of a thing. */
export async function insertClaim(
  { actor, now, newId }: Context,
  tx: Tx,
  claim: NewClaim,
): Promise<string | undefined> {
  const row = await tx.maybe<{ id: string }>(sql`
    insert into cluster.representation (thing, id, party, party_name, state, words, claimed_by, claimed_by_name, claimed_at)
    values (${claim.thing}, ${newId()}, ${claim.party}, ${claim.partyName}, 'claimed', ${claim.words}, ${actor.id}, ${actor.name}, ${now()})
    on conflict (thing, party) where state in ('claimed', 'confirmed') do nothing
    returning id
  `);
  return row?.id;
}

/** @throws Problem `not-found` */
export async function holdClaim(tx: Tx, id: string): Promise<Pick<Representation, 'thing' | 'id' | 'party' | 'state'>> {
  const found = await tx.maybe<Pick<Representation, 'thing' | 'id' | 'party' | 'state'>>(
    sql`select thing, id, party, state from cluster.representation where ${isId(sql`id`, id)} for update`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such claim');
  return found;
}

export async function moveClaim(
  { actor, now }: Context,
  tx: Tx,
  { thing, id }: Pick<Representation, 'thing' | 'id'>,
  to: { state: 'confirmed' | 'refused' | 'ended'; reason: string },
): Promise<void> {
  const ended = to.state === 'ended' ? now() : null;
  await tx.run(sql`
    update cluster.representation
    set state = ${to.state}, reason = ${to.reason}, decided_by = ${actor.id}, decided_by_name = ${actor.name}, decided_at = ${now()}, ended_at = ${ended}
    where thing = ${thing} and id = ${id}
  `);
}

/** Claims of everybody that wait, or all of some parties, newest first. */
export async function findClaims(db: Db, parties?: readonly string[]): Promise<ClaimLine[]> {
  const where = parties === undefined ? sql`claim.state = 'claimed'` : sql`claim.party = any(${[...parties]}::text[])`;
  const rows = await db.rows<Omit<ClaimLine, 'thingName'> & { name: ThingName }>(sql`
    select claim.thing, claim.id, claim.party, claim.party_name as "partyName", claim.state, claim.words, claim.claimed_by_name as "claimedByName",
      claim.claimed_at as "claimedAt", claim.decided_by_name as "decidedByName", claim.decided_at as "decidedAt", claim.reason, claim.ended_at as "endedAt",
      json_build_object('id', thing.id, 'kind', thing.kind, 'name', thing.name, 'nameZh', thing.name_zh, 'example', thing.example) as name
    from cluster.representation as claim join cluster.thing as thing on thing.id = claim.thing
    where ${where} order by claim.claimed_at desc, claim.id limit 200
  `);
  return rows.map(({ name, ...claim }) => ({ ...claim, thingName: name }));
}
