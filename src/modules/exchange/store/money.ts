import type { Context, Db, Tx } from '#kernel/context';
import { isId, sql } from '#kernel/sql';
import type { Balance, Books, Invoice, Payment, RevenueCell, StatementLine, TradeTerms } from '../model.ts';
import type { Line, NewEntry, NewInvoice } from '../rules/turn.ts';

/** What became of an entry: made now, made before, or not made because an account would be overdrawn. */
export type Posted = 'posted' | 'known' | 'short';

/** Makes an entry in the books; its lines sum to 0, or PostgreSQL refuses it. */
export async function post(ctx: Context, tx: Tx, { key, kind, subject, lines }: NewEntry): Promise<Posted> {
  const told = lines.filter(({ fen }) => fen !== 0);
  if (told.length === 0) return 'posted';
  const { outcome } = await tx.one<{ outcome: Posted }>(sql`
    select exchange.post(
      ${key}, ${kind}, ${subject}::uuid, ${ctx.now()}::timestamptz, ${ctx.actor.id},
      ${told.map(({ party }) => party)}::text[], ${told.map(({ purpose }) => purpose)}::text[], ${told.map(({ fen }) => fen)}::bigint[]
    ) as outcome
  `);
  return outcome;
}

export function findBalances(db: Db, party: string): Promise<Balance[]> {
  return db.rows<Balance>(
    sql`select purpose, balance as fen from exchange.account where party = ${party} order by purpose`,
  );
}

export interface StatementFilter {
  party: string;
  since: Date;
  until: Date;
  limit: number;
}

/** Newest first. */
export function findStatement(db: Db, { party, since, until, limit }: StatementFilter): Promise<StatementLine[]> {
  return db.rows<StatementLine>(sql`
    select entry.at, entry.kind, posting.purpose, posting.amount as fen, posting.balance, entry.subject, trade_order.title
    from exchange.posting as posting
    join exchange.entry as entry on entry.id = posting.entry
    left join exchange.trade_order as trade_order on trade_order.id = entry.subject
    where posting.party = ${party} and entry.at >= ${since} and entry.at < ${until}
    order by entry.at desc, posting.purpose, posting.place desc
    limit ${limit}
  `);
}

/** What each got of an order, and has not given back. */
export function findReceived(db: Db, order: string): Promise<Line[]> {
  return db.rows<Line>(sql`
    select posting.party, posting.purpose, sum(posting.amount)::bigint as fen
    from exchange.entry as entry join exchange.posting as posting on posting.entry = entry.id
    where entry.subject = ${order} and posting.purpose in ('revenue', 'fees')
    group by posting.party, posting.purpose
    having sum(posting.amount) > 0
    order by posting.party, posting.purpose
  `);
}

/** The whole books held against themselves. */
export async function checkBooks(db: Db): Promise<Books> {
  const counts = await db.one<Pick<Books, 'entries' | 'postings'>>(
    sql`select (select count(*) from exchange.entry) as entries, (select count(*) from exchange.posting) as postings`,
  );
  const totals = await db.rows<Balance>(
    sql`select purpose, sum(balance)::bigint as fen from exchange.account group by purpose order by purpose`,
  );
  const flaws = await db.rows<{ flaw: string }>(sql`
    (
      select 'entry ' || entry || ': ' || sum(amount) as flaw from exchange.posting group by entry having sum(amount) <> 0 limit 100
    ) union all (
      select 'account ' || account.party || ' ' || account.purpose || ': ' || account.balance || ' <> ' || coalesce(sum(posting.amount), 0) as flaw
      from exchange.account as account left join exchange.posting as posting using (party, purpose)
      group by account.party, account.purpose, account.balance, account.postings
      having account.balance <> coalesce(sum(posting.amount), 0) or account.postings <> count(posting.entry)
      limit 100
    ) union all (
      select 'order ' || held.id || ': ' || held.frozen || ' <> ' || coalesce(held.fen, 0) as flaw
      from (
        select trade_order.id, trade_order.frozen, (
          select sum(posting.amount) from exchange.entry as entry join exchange.posting as posting on posting.entry = entry.id
          where entry.subject = trade_order.id and posting.purpose = 'frozen'
        ) as fen
        from exchange.trade_order as trade_order
      ) as held
      where held.frozen <> coalesce(held.fen, 0)
      limit 100
    ) union all (
      select 'escrow: ' || account.balance || ' <> ' || held.fen as flaw
      from (select coalesce(sum(escrow), 0) as fen from exchange.trade_order) as held, (
        select coalesce(sum(balance), 0) as balance from exchange.account where purpose = 'escrow'
      ) as account
      where account.balance <> held.fen
    )
  `);
  return { ...counts, totals, flaws: flaws.map(({ flaw }) => flaw) };
}

/** The next number of the issuer's year; the year is China's. */
export async function issueInvoice(
  ctx: Context,
  tx: Tx,
  invoice: NewInvoice,
): Promise<{ year: number; number: number }> {
  const { issuer, orderId, kind, buyer, fen, feeFen, content } = invoice;
  return tx.one(sql`
    with counted as (
      insert into exchange.invoice_counter as counter (issuer, year, last)
      values (${issuer}, extract(year from ${ctx.now()}::timestamptz at time zone 'Asia/Shanghai')::int, 1)
      on conflict (issuer, year) do update set last = counter.last + 1
      returning issuer, year, last
    )
    insert into exchange.invoice (issuer, year, number, order_id, kind, buyer, amount, fee, content, issued_at)
    select issuer, year, last, ${orderId}::uuid, ${kind}, ${buyer}, ${fen}::bigint, ${feeFen}::bigint, ${JSON.stringify(content)}::json, ${ctx.now()}
    from counted
    returning year, number
  `);
}

const INVOICE = sql`issuer, year, number, order_id as "orderId", kind, amount as fen, fee as "feeFen", content, issued_at as "issuedAt"`;

export function findInvoices(db: Db, order: string): Promise<Invoice[]> {
  return db.rows<Invoice>(
    sql`select ${INVOICE} from exchange.invoice where order_id = ${order} order by year, number limit 500`,
  );
}

export function getTerms(db: Db): Promise<TradeTerms> {
  return db.one<TradeTerms>(sql`
    select fee_basis_points as "feeBasisPoints", acceptance_days as "acceptanceDays", funding_days as "fundingDays", revision
    from exchange.trade_terms
  `);
}

/** @returns whether they were still those that the caller saw */
export async function changeTerms(tx: Tx, terms: TradeTerms): Promise<boolean> {
  const touched = await tx.run(sql`
    update exchange.trade_terms
    set fee_basis_points = ${terms.feeBasisPoints}, acceptance_days = ${terms.acceptanceDays}, funding_days = ${terms.fundingDays},
      revision = revision + 1
    where revision = ${terms.revision}
  `);
  return touched > 0;
}

const PAYMENT = sql`
  id, party, direction, purpose, amount as fen, state, asked_by_name as "askedByName", asked_at as "askedAt", settled_at as "settledAt", words
`;

export type NewPayment = Pick<Payment, 'id' | 'party' | 'direction' | 'purpose' | 'fen'> & { key: string };

/** @returns the payment of that key, and whether it is a new one */
export async function insertPayment(
  ctx: Context,
  tx: Tx,
  { id, key, party, direction, purpose, fen }: NewPayment,
): Promise<{ payment: Payment; isNew: boolean }> {
  const touched = await tx.run(sql`
    insert into exchange.payment (id, key, party, direction, purpose, amount, state, asked_by, asked_by_name, asked_at)
    values (${id}, ${key}, ${party}, ${direction}, ${purpose}, ${fen}, 'waiting', ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()})
    on conflict (party, key) do nothing
  `);
  const payment = await tx.one<Payment>(
    sql`select ${PAYMENT} from exchange.payment where party = ${party} and key = ${key}`,
  );
  return { payment, isNew: touched > 0 };
}

export function holdPayment(tx: Tx, id: string): Promise<Payment | undefined> {
  return tx.maybe<Payment>(sql`select ${PAYMENT} from exchange.payment where ${isId(sql`id`, id)} for update`);
}

export async function settlePayment(
  tx: Tx,
  { id, state, words, now }: { id: string; state: 'done' | 'failed'; words: string; now: Date },
): Promise<void> {
  await tx.run(
    sql`update exchange.payment set state = ${state}, words = ${words}, settled_at = ${now} where ${isId(sql`id`, id)}`,
  );
}

/** Newest first; of one party, or of all. */
export function findPayments(db: Db, party: string | undefined, limit: number): Promise<Payment[]> {
  const term = party === undefined ? sql`true` : sql`party = ${party}`;
  return db.rows<Payment>(
    sql`select ${PAYMENT} from exchange.payment where ${term} order by asked_at desc, id limit ${limit}`,
  );
}

/** @returns whether it was not told before */
export async function noteNotice(
  tx: Tx,
  { id, payment, outcome, taken, now }: { id: string; payment: string; outcome: string; taken: boolean; now: Date },
): Promise<boolean> {
  const touched = await tx.run(sql`
    insert into exchange.payment_notice (id, payment, outcome, taken, at) values (${id}, ${payment}, ${outcome}, ${taken}, ${now})
    on conflict (id) do nothing
  `);
  return touched > 0;
}

export interface SandboxNotice {
  id: string;
  payment: string;
  outcome: 'succeeded' | 'failed';
  copy: number;
}

export async function planNotices(tx: Tx, notices: readonly (SandboxNotice & { dueAt: Date })[]): Promise<void> {
  await tx.copy(
    'exchange.sandbox_notice',
    ['id', 'payment', 'outcome', 'due_at', 'copy'],
    notices.map(({ id, payment, outcome, dueAt, copy }) => [id, payment, outcome, dueAt, copy]),
  );
}

export function findDueNotices(db: Db, now: Date, limit: number): Promise<SandboxNotice[]> {
  return db.rows<SandboxNotice>(sql`
    select id, payment, outcome, copy from exchange.sandbox_notice where due_at <= ${now} order by due_at, id, copy limit ${limit}
  `);
}

export async function dropNotice(tx: Tx, { id, copy }: SandboxNotice): Promise<void> {
  await tx.run(sql`delete from exchange.sandbox_notice where id = ${id} and copy = ${copy}`);
}

/** What was earned, by month, offering, buyer and source. @param party whose revenue, as seller or as source; everybody's when absent */
export function findRevenue(db: Db, party: string | undefined, since: Date): Promise<RevenueCell[]> {
  const term = party === undefined ? sql`true` : sql`(trade_order.seller = ${party} or posting.party = ${party})`;
  return db.rows<RevenueCell>(sql`
    select to_char(entry.at at time zone 'Asia/Shanghai', 'YYYY-MM') as month, trade_order.offering,
      (array_agg(trade_order.title order by trade_order.requested_at desc))[1] as title,
      trade_order.buyer, max(trade_order.buyer_name ->> 'name') as "buyerName",
      posting.party as source, coalesce(max(party.name), posting.party) as "sourceName", sum(posting.amount)::bigint as fen
    from exchange.entry as entry
    join exchange.posting as posting on posting.entry = entry.id and posting.purpose = 'revenue'
    join exchange.trade_order as trade_order on trade_order.id = entry.subject
    left join exchange.party as party on party.id = posting.party
    where entry.kind in ('distribute', 'refund') and entry.at >= ${since} and ${term}
    group by month, trade_order.offering, trade_order.buyer, posting.party
    order by month, trade_order.offering, trade_order.buyer, posting.party
    limit 20000
  `);
}

/** Fees and what was given back, of the same orders. */
export function sumRevenue(
  db: Db,
  party: string | undefined,
  since: Date,
): Promise<{ orders: number; refundedFen: number; feeFen: number }> {
  const term = party === undefined ? sql`true` : sql`trade_order.seller = ${party}`;
  return db.one(sql`
    select count(distinct trade_order.id) as orders,
      coalesce(-sum(posting.amount) filter (where entry.kind = 'refund' and posting.purpose in ('revenue', 'fees')), 0)::bigint as "refundedFen",
      coalesce(sum(posting.amount) filter (where posting.purpose = 'fees'), 0)::bigint as "feeFen"
    from exchange.entry as entry
    join exchange.posting as posting on posting.entry = entry.id
    join exchange.trade_order as trade_order on trade_order.id = entry.subject
    where entry.kind in ('distribute', 'refund') and entry.at >= ${since} and ${term}
  `);
}
