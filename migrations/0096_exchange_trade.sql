-- Money, in fen. An account's balance is kept with it; every change of it is a posting, and postings come in entries that balance.
create table exchange.account (
  party text not null,
  -- outside: money beyond the platform, which is owed to it or by it.
  purpose text not null check (purpose in ('available', 'frozen', 'escrow', 'revenue', 'fees', 'outside')),
  balance bigint not null default 0,
  postings bigint not null default 0,
  primary key (party, purpose),
  check (balance >= 0 or purpose = 'outside')
);

create table exchange.entry (
  id uuid primary key default gen_random_uuid(),
  -- What makes the entry the same one: asked for twice, it is made once.
  key text not null unique,
  kind text not null,
  -- The order or payment that it belongs to.
  subject uuid not null,
  at timestamptz not null,
  made_by text not null
);
create index entry_subject on exchange.entry (subject);
create index entry_at on exchange.entry (at desc);

create table exchange.posting (
  party text not null,
  purpose text not null,
  -- One after another, without gaps, for each account.
  place bigint not null,
  entry uuid not null references exchange.entry (id),
  amount bigint not null check (amount <> 0),
  -- The account's, with this posting.
  balance bigint not null,
  primary key (party, purpose, place),
  foreign key (party, purpose) references exchange.account (party, purpose)
);
create index posting_entry on exchange.posting (entry);

-- Whoever writes postings, by whatever way: each entry balances, and each account says what its last posting says.
create function exchange.check_postings() returns trigger language plpgsql as $$
begin
  if exists (select 1 from lines group by entry having sum(amount) <> 0) then
    raise exception 'an entry does not balance' using errcode = 'check_violation';
  end if;
  if exists (
    select 1 from (
      select distinct on (party, purpose) party, purpose, place, balance from lines order by party, purpose, place desc
    ) as last
    join exchange.account as account using (party, purpose)
    where (account.balance, account.postings) <> (last.balance, last.place)
  ) then
    raise exception 'an account differs from its postings' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger posting_check after insert on exchange.posting
  referencing new table as lines for each statement execute function exchange.check_postings();

create function exchange.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the books are only ever added to' using errcode = 'check_violation';
end $$;
create trigger posting_kept before update or delete on exchange.posting for each statement execute function exchange.refuse_change();
create trigger entry_kept before update or delete on exchange.entry for each statement execute function exchange.refuse_change();

-- Makes an entry: 'posted'; 'known' where its key was used before; 'short' where an account would be overdrawn, and then nothing is made.
-- Accounts are locked in one order, whatever the order of the lines, and all is looked at under the lock.
create function exchange.post(
  entry_key text, entry_kind text, entry_subject uuid, entry_at timestamptz, entry_by text,
  parties text[], purposes text[], amounts bigint[]
) returns text language plpgsql as $$
declare
  made uuid;
begin
  insert into exchange.account (party, purpose)
  select distinct line.party, line.purpose from unnest(parties, purposes) as line (party, purpose)
  where not exists (
    select 1 from exchange.account as known where known.party = line.party and known.purpose = line.purpose
  )
  order by line.party, line.purpose
  on conflict do nothing;
  perform 1 from (
    select distinct line.party, line.purpose from unnest(parties, purposes) as line (party, purpose)
  ) as line
  join exchange.account as account on account.party = line.party and account.purpose = line.purpose
  order by account.party, account.purpose
  for update of account;
  if exists (select 1 from exchange.entry where key = entry_key) then
    return 'known';
  end if;
  if exists (
    select 1 from (
      select line.party, line.purpose, sum(line.amount) as amount
      from unnest(parties, purposes, amounts) as line (party, purpose, amount) group by line.party, line.purpose
    ) as asked
    join exchange.account as account on account.party = asked.party and account.purpose = asked.purpose
    where account.balance + asked.amount < 0 and account.purpose <> 'outside'
  ) then
    return 'short';
  end if;
  insert into exchange.entry (key, kind, subject, at, made_by)
  values (entry_key, entry_kind, entry_subject, entry_at, entry_by)
  on conflict (key) do nothing returning id into made;
  if made is null then
    return 'known';
  end if;
  with asked as (
    select line.party, line.purpose, sum(line.amount)::bigint as amount
    from unnest(parties, purposes, amounts) as line (party, purpose, amount)
    group by line.party, line.purpose having sum(line.amount) <> 0
  ), moved as (
    update exchange.account as account
    set balance = account.balance + asked.amount, postings = account.postings + 1
    from asked where account.party = asked.party and account.purpose = asked.purpose
    returning account.party, account.purpose, account.postings, account.balance, asked.amount
  )
  insert into exchange.posting (party, purpose, place, entry, amount, balance)
  select moved.party, moved.purpose, moved.postings, made, moved.amount, moved.balance from moved;
  return 'posted';
end $$;

-- What the operator of this exchange has set; contracts keep what held when they were made.
create table exchange.trade_terms (
  -- There is one row.
  id int primary key default 1 check (id = 1),
  -- Of what is distributed.
  fee_basis_points int not null check (fee_basis_points between 0 and 5000),
  acceptance_days int not null check (acceptance_days between 1 and 90),
  -- An order that nobody funds lapses after so many days.
  funding_days int not null check (funding_days between 1 and 365),
  revision int not null default 0
);
insert into exchange.trade_terms (fee_basis_points, acceptance_days, funding_days) values (200, 7, 30);

create table exchange.trade_order (
  id uuid primary key,
  -- Chosen by the buyer: asked for twice, it is one order.
  key text not null,
  offering text not null,
  version int not null,
  title json not null,
  -- Parties as they were named then: { id, name, nameZh }.
  buyer text not null,
  buyer_name json not null,
  seller text not null,
  seller_name json not null,
  -- [{ party, share }] in basis points, 10,000 in all.
  sources json not null,
  price json not null,
  -- Of a subscription.
  periods int not null,
  ways text[] not null,
  purpose text not null,
  fee_basis_points int not null,
  acceptance_days int not null,
  state text not null,
  revision int not null default 0,
  -- What it may cost at the most, fen.
  deposit bigint not null check (deposit >= 0),
  -- Where that money is now; together they are what was funded.
  frozen bigint not null default 0 check (frozen >= 0),
  escrow bigint not null default 0 check (escrow >= 0),
  distributed bigint not null default 0 check (distributed >= 0),
  returned bigint not null default 0 check (returned >= 0),
  -- Given back by those who had received it; within distributed.
  refunded bigint not null default 0 check (refunded between 0 and distributed),
  calls bigint not null default 0,
  -- What the buyer says was earned with it, where the price is a share of that.
  declared bigint not null default 0,
  settled_periods int not null default 0,
  agreement text,
  negotiation text,
  certificate text,
  requested_at timestamptz not null,
  agreed_at timestamptz,
  funded_at timestamptz,
  delivered_at timestamptz,
  ended_at timestamptz,
  expires_at timestamptz,
  -- When something is due by itself: acceptance, the end of a period, expiry.
  due_at timestamptz,
  check (frozen + escrow + distributed + returned in (0, deposit)),
  check (state not in ('agreed', 'funded', 'delivering', 'delivered', 'accepted', 'disputed', 'settled', 'certified') or agreement is not null),
  check (state not in ('funded', 'delivering', 'delivered', 'accepted', 'disputed', 'settled', 'certified') or funded_at is not null)
);
create unique index trade_order_key on exchange.trade_order (buyer, key);
create index trade_order_buyer on exchange.trade_order (buyer, requested_at desc);
create index trade_order_seller on exchange.trade_order (seller, requested_at desc);
create index trade_order_offering on exchange.trade_order (offering, requested_at desc);
create index trade_order_due on exchange.trade_order (due_at) where due_at is not null;
create unique index trade_order_agreement on exchange.trade_order (agreement) where agreement is not null;
create unique index trade_order_negotiation on exchange.trade_order (negotiation) where negotiation is not null;
create index trade_order_state on exchange.trade_order (state, requested_at desc);

create table exchange.order_event (
  order_id uuid not null,
  revision int not null,
  move text not null,
  state text not null,
  made_by text not null,
  made_by_name text not null,
  at timestamptz not null,
  words text,
  primary key (order_id, revision)
);

create table exchange.dispute (
  order_id uuid primary key,
  opened_by text not null,
  opened_by_name text not null,
  opened_at timestamptz not null,
  words text not null,
  decided_by_name text,
  decided_at timestamptz,
  decision text,
  -- Of what was in escrow, fen.
  refund bigint
);
create index dispute_open on exchange.dispute (opened_at) where decided_at is null;

-- Numbered without gaps for each issuer and year: the counter's row is locked until the invoice is committed.
create table exchange.invoice_counter (
  issuer text not null,
  year int not null,
  last int not null,
  primary key (issuer, year)
);
create table exchange.invoice (
  issuer text not null,
  year int not null,
  number int not null,
  order_id uuid not null,
  kind text not null check (kind in ('invoice', 'credit-note')),
  buyer text not null,
  -- Fen; what the buyer paid, or got back.
  amount bigint not null check (amount > 0),
  fee bigint not null,
  -- { seller, buyer, title, price, from, to }
  content json not null,
  issued_at timestamptz not null,
  primary key (issuer, year, number)
);
create index invoice_order on exchange.invoice (order_id);
create index invoice_buyer on exchange.invoice (buyer, issued_at desc);

-- Money that comes in and goes out through a provider of payments.
create table exchange.payment (
  id uuid primary key,
  key text not null,
  party text not null,
  direction text not null check (direction in ('in', 'out')),
  -- The account that it goes into or comes from.
  purpose text not null check (purpose in ('available', 'revenue')),
  amount bigint not null check (amount > 0),
  state text not null check (state in ('waiting', 'done', 'failed')),
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  settled_at timestamptz,
  -- What the provider said.
  words text
);
create unique index payment_key on exchange.payment (party, key);
create index payment_party on exchange.payment (party, asked_at desc);
create index payment_at on exchange.payment (asked_at desc);

-- What the provider has told: each telling once, whatever came of it.
create table exchange.payment_notice (
  id text primary key,
  payment uuid not null,
  outcome text not null,
  taken boolean not null,
  at timestamptz not null
);

-- The sandbox's own notebook: what it will tell, and when.
create table exchange.sandbox_notice (
  id text not null,
  payment uuid not null,
  outcome text not null,
  due_at timestamptz not null,
  copy int not null,
  primary key (id, copy)
);
create index sandbox_notice_due on exchange.sandbox_notice (due_at);

insert into access.policy (role, target, scope, verbs)
values ('data-buyer', 'exchange.buy', 'all', 'x'),
  ('enterprise', 'exchange.buy', 'all', 'x'),
  ('researcher', 'exchange.buy', 'all', 'x'),
  ('researcher', 'exchange.research', 'all', 'x'),
  ('laboratory-director', 'exchange.sell', 'organization', 'x'),
  ('enterprise', 'exchange.sell', 'organization', 'x'),
  ('administrator', 'exchange.operate', 'all', 'x')
on conflict (role, target, scope) do nothing;
