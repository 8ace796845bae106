import type { Context, Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { any, isId, sql } from '#kernel/sql';
import type { AskedState, ItemState, RelayMove, RelaySector, RelayStage, ResourceRequest } from '../model.ts';
import type { Reach } from './spoken.ts';

export interface StoredRelay {
  id: string;
  name: string;
  nameZh: string | null;
  words: string;
  sector: RelaySector;
  place: string | null;
  owner: string | null;
  ownerAccount: string;
  ownerName: string;
  example: boolean;
  stage: RelayStage;
  since: Date;
  stopped: boolean;
  revision: number;
}

const RELAY = sql`
  relay.id, relay.name, relay.name_zh as "nameZh", relay.words, relay.sector, relay.place, relay.owner, relay.owner_account as "ownerAccount",
  relay.owner_name as "ownerName", relay.example, relay.stage, relay.since, relay.stopped, relay.revision`;

/** All, or those that an account brought or whose owner or asked resource it speaks for. */
export interface RelayReach {
  things: Reach;
  account: string;
}

function seenBy({ things, account }: RelayReach): Sql {
  if (things === undefined) return sql`true`;
  const own = [...things];
  return any([
    sql`relay.owner_account = ${account}`,
    sql`relay.owner = any(${own}::text[])`,
    sql`exists (select from cluster.relay_request as asked where asked.relay = relay.id and asked.resource = any(${own}::text[]))`,
  ]);
}

/** The longest in their stage first; what was stopped last. */
export function findRelays(db: Db, reach: RelayReach, limit: number): Promise<(StoredRelay & { done: string[] })[]> {
  return db.rows(sql`
    select ${RELAY}, coalesce((
      select json_agg(item.item) from cluster.relay_item as item where item.relay = relay.id and item.stage = relay.stage
    ), '[]') as done
    from cluster.relay as relay where ${seenBy(reach)} order by relay.stopped, relay.since, relay.id limit ${limit}
  `);
}

/** @throws Problem `not-found`, also where it is another's */
export async function getRelay(db: Db, reach: RelayReach, id: string): Promise<StoredRelay> {
  const found = await db.maybe<StoredRelay>(
    sql`select ${RELAY} from cluster.relay as relay where ${isId(sql`relay.id`, id)} and ${seenBy(reach)}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such project');
  return found;
}

export async function holdRelay(tx: Tx, reach: RelayReach, id: string): Promise<StoredRelay> {
  await tx.rows(sql`select id from cluster.relay where ${isId(sql`id`, id)} for update`);
  return getRelay(tx, reach, id);
}

/** @returns whether it is new */
export async function insertRelay(
  ctx: Context,
  tx: Tx,
  relay: Omit<StoredRelay, 'since' | 'stopped' | 'revision' | 'ownerAccount'>,
): Promise<boolean> {
  const { id, name, nameZh, words, sector, place, owner, ownerName, example, stage } = relay;
  const added = await tx.run(sql`
    insert into cluster.relay (id, name, name_zh, words, sector, place, owner, owner_account, owner_name, example, stage, since, made_at)
    values (${id}, ${name}, ${nameZh}, ${words}, ${sector}, ${place}, ${owner}, ${ctx.actor.id}, ${ownerName}, ${example}, ${stage}, ${ctx.now()}, ${ctx.now()})
    on conflict (id) do nothing
  `);
  return added > 0;
}

export async function moveRelayRow(
  ctx: Context,
  tx: Tx,
  { id, stage, stopped, isNewStage }: { id: string; stage: RelayStage; stopped: boolean; isNewStage: boolean },
): Promise<void> {
  await tx.run(sql`
    update cluster.relay set stage = ${stage}, stopped = ${stopped}, since = case when ${isNewStage} then ${ctx.now()} else since end, revision = revision + 1
    where id = ${id}
  `);
}

export async function insertRelayMove(
  ctx: Context,
  tx: Tx,
  relay: string,
  { from, to, decision, reason }: Pick<RelayMove, 'from' | 'to' | 'decision' | 'reason'>,
): Promise<void> {
  await tx.run(sql`
    insert into cluster.relay_move (relay, n, stage_from, stage_to, decision, reason, by_account, by_name, at)
    select ${relay}, coalesce(max(n), 0) + 1, ${from}, ${to}, ${decision}, ${reason}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()}
    from cluster.relay_move where relay = ${relay}
  `);
}

export function findRelayMoves(db: Db, relay: string): Promise<RelayMove[]> {
  return db.rows<RelayMove>(sql`
    select n, stage_from as "from", stage_to as "to", decision, reason, by_name as by, at from cluster.relay_move
    where relay = ${relay} order by n limit 300
  `);
}

export function findItems(db: Db, relay: string): Promise<ItemState[]> {
  return db.rows<ItemState>(sql`
    select item, stage, evidence, by_name as by, at from cluster.relay_item where relay = ${relay} order by at, stage, item limit 500
  `);
}

/** With its evidence, or without any it is open again. */
export async function saveItem(
  ctx: Context,
  tx: Tx,
  { relay, stage, item, evidence }: { relay: string; stage: RelayStage; item: string; evidence: string | null },
): Promise<void> {
  if (evidence === null)
    await tx.run(sql`delete from cluster.relay_item where relay = ${relay} and stage = ${stage} and item = ${item}`);
  else
    await tx.run(sql`
      insert into cluster.relay_item (relay, stage, item, evidence, by_name, at)
      values (${relay}, ${stage}, ${item}, ${evidence}, ${ctx.actor.name}, ${ctx.now()})
      on conflict (relay, stage, item) do update set evidence = excluded.evidence, by_name = excluded.by_name, at = excluded.at
    `);
}

export type StoredAsk = Omit<ResourceRequest, 'mayAnswer'>;
const ASK = sql`
  asked.id, asked.relay, relay.name as "relayName", asked.resource, thing.name as "resourceName", asked.stage, asked.words, asked.state, asked.answer,
  asked.at, asked.answered_at as "answeredAt"`;
const ASKS = sql`
  cluster.relay_request as asked join cluster.relay as relay on relay.id = asked.relay join cluster.thing as thing on thing.id = asked.resource`;

export function findAsks(db: Db, { relay, resources }: { relay?: string; resources?: Reach }): Promise<StoredAsk[]> {
  const which =
    relay !== undefined
      ? isId(sql`asked.relay`, relay)
      : resources === undefined
        ? sql`true`
        : sql`asked.resource = any(${[...resources]}::text[])`;
  return db.rows<StoredAsk>(sql`select ${ASK} from ${ASKS} where ${which} order by asked.at desc, asked.id limit 300`);
}

/** The request, held until the transaction ends. @throws Problem `not-found` */
export async function holdAsk(tx: Tx, relay: string, id: string): Promise<StoredAsk> {
  const found = await tx.maybe<StoredAsk>(sql`
    select ${ASK} from ${ASKS} where ${isId(sql`asked.relay`, relay)} and ${isId(sql`asked.id`, id)} for update of asked
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such request');
  return found;
}

/** @returns undefined where the same is asked already */
export async function insertAsk(
  ctx: Context,
  tx: Tx,
  { relay, resource, stage, words }: { relay: string; resource: string; stage: RelayStage; words: string },
): Promise<string | undefined> {
  const id = ctx.newId();
  const added = await tx.run(sql`
    insert into cluster.relay_request (relay, id, resource, stage, words, state, at)
    values (${relay}, ${id}, ${resource}, ${stage}, ${words}, 'asked', ${ctx.now()})
    on conflict (relay, resource, stage) where state in ('asked', 'accepted') do nothing
  `);
  return added > 0 ? id : undefined;
}

export async function saveAsk(
  ctx: Context,
  tx: Tx,
  { relay, id, state, answer }: { relay: string; id: string; state: AskedState; answer: string | null },
): Promise<void> {
  await tx.run(sql`
    update cluster.relay_request set state = ${state}, answer = coalesce(${answer}, answer), answered_at = ${ctx.now()} where relay = ${relay} and id = ${id}
  `);
}

export interface StoredCandidate {
  id: string;
  name: string;
  nameZh: string | null;
  kind: string;
  example: boolean;
  said: { property: string; value: unknown }[];
  places: string[];
  freeM2: number;
}

/** Things that can help anybody, with what is said of them in words and where they lie; examples only where asked for. */
export function findCandidates(
  db: Db,
  { kinds, examples, limit }: { kinds: readonly string[]; examples: boolean; limit: number },
): Promise<StoredCandidate[]> {
  return db.rows<StoredCandidate>(sql`
    select thing.id, thing.name, thing.name_zh as "nameZh", thing.kind, thing.example,
      coalesce((
        select json_agg(json_build_object('property', said.property, 'value', said.value))
        from cluster.statement as said
        where said.thing = thing.id and said.withdrawn_at is null
          and said.property in ('relay-stage', 'focus', 'feature', 'description', 'sector', 'subkind', 'strategy', 'alias')
      ), '[]') as said,
      coalesce((
        select json_agg(distinct place.object) from (
          select lies.object from cluster.relation as lies
          where lies.subject = thing.id and lies.predicate = 'located-in' and lies.withdrawn_at is null
          union
          select above.object from cluster.relation as lies join cluster.relation as above on above.subject = lies.object
            and above.predicate in ('located-in', 'part-of') and above.withdrawn_at is null
          where lies.subject = thing.id and lies.predicate = 'located-in' and lies.withdrawn_at is null
        ) as place
      ), '[]') as places,
      coalesce((
        select sum(unit.area_m2) from cluster.unit as unit
        where unit.park = thing.id and unit.gone_at is null and not exists (
          select from cluster.lease as lease where lease.park = unit.park and lease.unit = unit.id and coalesce(lease.ended, lease.ends) >= current_date
        )
      ), 0)::double precision as "freeM2"
    from cluster.thing as thing
    where thing.kind = any(${[...kinds]}::text[]) and thing.merged_into is null and (${examples} or not thing.example)
    order by thing.id limit ${limit}
  `);
}
