import type { Db, Sql, Tx } from '#kernel/context';
import { any, isId, sql } from '#kernel/sql';
import type { Side } from '#standards/dataspace';
import type { Counterparty, Negotiation, NegotiationLine, ProtocolStep, Scripts, Transfer } from '../model.ts';

const NEGOTIATION = sql`
  id, role, counterparty, provider_pid as "providerPid", consumer_pid as "consumerPid",
  json_build_object('id', provider, 'name', provider_name) as provider, json_build_object('id', consumer, 'name', consumer_name) as consumer,
  offering, version, title, offer, agreement, agreement_id as "agreementId", state, revision, callback, trouble,
  created_at as "createdAt", updated_at as "updatedAt"`;

const TRANSFER = sql`
  id, role, counterparty, provider_pid as "providerPid", consumer_pid as "consumerPid", agreement, format, data_address as "dataAddress", state,
  revision, callback, trouble, created_at as "createdAt", updated_at as "updatedAt"`;

export async function insertNegotiation(tx: Tx, row: Negotiation): Promise<void> {
  const { id, role, counterparty, providerPid, consumerPid, provider, consumer, offering, version, title, offer } = row;
  await tx.run(sql`
    insert into exchange.negotiation (id, role, counterparty, provider_pid, consumer_pid, provider, provider_name, consumer, consumer_name, offering,
      version, title, offer, state, callback, created_at, updated_at)
    values (${id}, ${role}, ${counterparty}, ${providerPid}, ${consumerPid}, ${provider.id}, ${provider.name}, ${consumer.id}, ${consumer.name},
      ${offering}, ${version}, ${JSON.stringify(title)}::json, ${JSON.stringify(offer)}::json, ${row.state}, ${row.callback}, ${row.createdAt},
      ${row.updatedAt})
  `);
}

export function findNegotiation(db: Db, id: string): Promise<Negotiation | undefined> {
  return db.maybe<Negotiation>(sql`select ${NEGOTIATION} from exchange.negotiation where ${isId(sql`id`, id)}`);
}

/** The negotiation, its row locked until the transaction ends. */
export function holdNegotiation(tx: Tx, id: string): Promise<Negotiation | undefined> {
  return tx.maybe<Negotiation>(
    sql`select ${NEGOTIATION} from exchange.negotiation where ${isId(sql`id`, id)} for update`,
  );
}

/** The negotiation that a counterparty has begun under this id of its own, locked. */
export function holdNegotiationOf(
  tx: Tx,
  { counterparty, pid, role }: { counterparty: string; pid: string; role: Side },
): Promise<Negotiation | undefined> {
  const column = role === 'provider' ? sql`consumer_pid` : sql`provider_pid`;
  return tx.maybe<Negotiation>(sql`
    select ${NEGOTIATION} from exchange.negotiation
    where counterparty = ${counterparty} and role = ${role} and ${column} = ${pid} for update
  `);
}

export async function updateNegotiation(tx: Tx, row: Negotiation): Promise<void> {
  const { id, providerPid, consumerPid, offer, agreement, agreementId, state, revision, callback, trouble } = row;
  await tx.run(sql`
    update exchange.negotiation
    set provider_pid = ${providerPid}, consumer_pid = ${consumerPid}, offer = ${JSON.stringify(offer)}::json,
      agreement = ${agreement === null ? null : JSON.stringify(agreement)}::json, agreement_id = ${agreementId}, state = ${state},
      revision = ${revision}, callback = ${callback}, trouble = ${trouble}, updated_at = ${row.updatedAt}
    where id = ${id}
  `);
}

export interface NegotiationFilter {
  /** Only those with this party on a side that is here. */
  party?: string;
  state?: string;
  limit: number;
}

/** Newest first. */
export function findNegotiations(
  db: Db,
  { party, state, limit }: NegotiationFilter,
): Promise<Omit<NegotiationLine, 'side' | 'mayAct'>[]> {
  const terms: Sql[] = [party === undefined ? sql`true` : withParty(party)];
  if (state !== undefined) terms.push(sql`state = ${state}`);
  return db.rows(sql`
    select ${NEGOTIATION} from exchange.negotiation where ${terms[0]} and ${terms[1] ?? sql`true`}
    order by updated_at desc, id limit ${limit}
  `);
}

function withParty(party: string): Sql {
  return any([
    sql`(provider = ${party} and role in ('provider', 'both'))`,
    sql`(consumer = ${party} and role in ('consumer', 'both'))`,
  ]);
}

export async function insertTransfer(tx: Tx, row: Transfer): Promise<void> {
  await tx.run(sql`
    insert into exchange.transfer (id, role, counterparty, provider_pid, consumer_pid, agreement, format, data_address, state, callback, created_at, updated_at)
    values (${row.id}, ${row.role}, ${row.counterparty}, ${row.providerPid}, ${row.consumerPid}, ${row.agreement}, ${row.format},
      ${row.dataAddress === null ? null : JSON.stringify(row.dataAddress)}::json, ${row.state}, ${row.callback}, ${row.createdAt}, ${row.updatedAt})
  `);
}

export function findTransfer(db: Db, id: string): Promise<Transfer | undefined> {
  return db.maybe<Transfer>(sql`select ${TRANSFER} from exchange.transfer where ${isId(sql`id`, id)}`);
}

export function holdTransfer(tx: Tx, id: string): Promise<Transfer | undefined> {
  return tx.maybe<Transfer>(sql`select ${TRANSFER} from exchange.transfer where ${isId(sql`id`, id)} for update`);
}

/** What we asked for under an agreement of another connector's, the newest first, with why it ended. */
export function findTransfersUnder(
  db: Db,
  { counterparty, agreement }: { counterparty: string; agreement: string },
): Promise<(Transfer & { reason: string | null })[]> {
  return db.rows(sql`
    select ${TRANSFER}, (
      select detail->>'reason' from exchange.protocol_step where process = transfer.id order by place desc limit 1
    ) as reason
    from exchange.transfer where agreement = ${agreement} and counterparty = ${counterparty} and role = 'consumer' order by created_at desc, id limit 100
  `);
}

export function holdTransferOf(
  tx: Tx,
  { counterparty, pid }: { counterparty: string; pid: string },
): Promise<Transfer | undefined> {
  return tx.maybe<Transfer>(sql`
    select ${TRANSFER} from exchange.transfer where counterparty = ${counterparty} and role = 'provider' and consumer_pid = ${pid} for update
  `);
}

export async function updateTransfer(tx: Tx, row: Transfer): Promise<void> {
  await tx.run(sql`
    update exchange.transfer
    set provider_pid = ${row.providerPid}, consumer_pid = ${row.consumerPid}, state = ${row.state}, revision = ${row.revision}, trouble = ${row.trouble},
      data_address = ${row.dataAddress === null ? null : JSON.stringify(row.dataAddress)}::json, updated_at = ${row.updatedAt}
    where id = ${row.id}
  `);
}

export async function insertStep(tx: Tx, process: string, step: Omit<ProtocolStep, 'place'>): Promise<void> {
  const { at, side, message, state, actorName, detail } = step;
  await tx.run(sql`
    insert into exchange.protocol_step (process, place, at, side, message, state, actor_name, detail)
    select ${process}, coalesce(max(place), 0) + 1, ${at}, ${side}, ${message}, ${state}, ${actorName},
      ${detail === null ? null : JSON.stringify(detail)}::json
    from exchange.protocol_step where process = ${process}
  `);
}

export function findSteps(db: Db, process: string): Promise<ProtocolStep[]> {
  return db.rows<ProtocolStep>(sql`
    select place, at, side, message, state, actor_name as "actorName", detail from exchange.protocol_step
    where process = ${process} order by place limit 1000
  `);
}

/** How often the process has come into the state. */
export async function countVisits(db: Db, process: string, state: string): Promise<number> {
  const { n } = await db.one<{ n: number }>(
    sql`select count(*) as n from exchange.protocol_step where process = ${process} and state = ${state}`,
  );
  return n;
}

export interface StoredCounterparty {
  id: string;
  party: string;
  name: string;
  address: string;
  authorization: string | null;
  scripts: Scripts | null;
}

const COUNTERPARTY = sql`id, party, name, address, authorization_header as "authorization", scripts`;

export function findCounterpartyByToken(db: Db, hash: Buffer): Promise<StoredCounterparty | undefined> {
  return db.maybe<StoredCounterparty>(
    sql`select ${COUNTERPARTY} from exchange.counterparty where token_hash = ${hash} and disabled_at is null`,
  );
}

export function findCounterparty(db: Db, id: string): Promise<StoredCounterparty | undefined> {
  return db.maybe<StoredCounterparty>(
    sql`select ${COUNTERPARTY} from exchange.counterparty where ${isId(sql`id`, id)} and disabled_at is null`,
  );
}

export function findCounterparties(db: Db): Promise<Counterparty[]> {
  return db.rows<Counterparty>(sql`
    select id, party, name, address, scripts is not null as "isScripted", disabled_at as "disabledAt", created_at as "createdAt"
    from exchange.counterparty order by name, id limit 500
  `);
}

export async function insertCounterparty(
  tx: Tx,
  row: StoredCounterparty & { tokenHash: Buffer; createdAt: Date },
): Promise<void> {
  const { id, party, name, address, authorization, scripts, tokenHash, createdAt } = row;
  await tx.run(sql`
    insert into exchange.counterparty (id, party, name, address, token_hash, authorization_header, scripts, created_at)
    values (${id}, ${party}, ${name}, ${address}, ${tokenHash}, ${authorization}, ${scripts === null ? null : JSON.stringify(scripts)}::json, ${createdAt})
  `);
}

/** What it wants to hear from us from now on; none is changed where there is no such one. */
export function changeAuthorization(tx: Tx, id: string, authorization: string | null): Promise<number> {
  return tx.run(
    sql`update exchange.counterparty set authorization_header = ${authorization} where ${isId(sql`id`, id)} and disabled_at is null`,
  );
}

/** How many it stopped: none where there is no such one. */
export function disableCounterparty(tx: Tx, id: string, at: Date): Promise<number> {
  return tx.run(
    sql`update exchange.counterparty set disabled_at = ${at} where ${isId(sql`id`, id)} and disabled_at is null`,
  );
}

/** How the other side calls a process of ours, learnt from its first answer. */
export async function notePid(tx: Tx, kind: 'negotiation' | 'transfer', id: string, pid: string): Promise<void> {
  const table = kind === 'negotiation' ? sql`exchange.negotiation` : sql`exchange.transfer`;
  await tx.run(sql`update ${table} set provider_pid = coalesce(provider_pid, ${pid}) where id = ${id}`);
}

export async function noteTrouble(
  tx: Tx,
  kind: 'negotiation' | 'transfer',
  id: string,
  trouble: string,
): Promise<void> {
  const table = kind === 'negotiation' ? sql`exchange.negotiation` : sql`exchange.transfer`;
  await tx.run(sql`update ${table} set trouble = ${trouble} where id = ${id}`);
}
