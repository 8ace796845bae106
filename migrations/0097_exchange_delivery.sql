-- What was given to a buyer: a row each time.
create table exchange.delivery (
  order_id uuid not null,
  id uuid not null,
  way text not null check (way in ('download', 'push', 'api', 'query')),
  state text not null check (state in ('waiting', 'open', 'done', 'failed')),
  release text,
  -- Who asked for it.
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  done_at timestamptz,
  rows bigint not null default 0,
  bytes bigint not null default 0,
  -- SHA-256 of what was given, hex.
  digest text,
  -- Of a download: signs its links. Of a push: where it goes.
  secret bytea,
  address text,
  attempts int not null default 0,
  next_at timestamptz,
  trouble text,
  primary key (order_id, id)
);
create index delivery_order on exchange.delivery (order_id, asked_at desc);
create index delivery_due on exchange.delivery (next_at) where next_at is not null;
create unique index delivery_id on exchange.delivery (id);

-- The buyer's own copy of a release, marked as the buyer's, in pieces.
create table exchange.copy (
  order_id uuid not null,
  release text not null,
  digest text not null,
  bytes bigint not null,
  rows bigint not null,
  made_at timestamptz not null,
  primary key (order_id, release)
);
create table exchange.copy_piece (
  order_id uuid not null,
  release text not null,
  place int not null,
  content bytea not null,
  primary key (order_id, release, place)
);

-- What marks the copies of an order. Who has it can make the marks, and nobody else.
create table exchange.mark (
  order_id uuid primary key,
  offering text not null,
  key bytea not null
);
create index mark_offering on exchange.mark (offering);
-- What marks are put where, for all copies of an offering alike.
create table exchange.mark_plan (
  offering text primary key,
  key bytea not null
);

create table exchange.api_key (
  id uuid primary key,
  order_id uuid not null,
  hash bytea not null unique,
  -- Its first letters, by which people tell keys apart.
  start text not null,
  name text not null,
  made_by_name text not null,
  made_at timestamptz not null,
  used_at timestamptz,
  ended_at timestamptz
);
create index api_key_order on exchange.api_key (order_id);

-- Calls of an order: for the rate by the minute, for quota and price by the month (China's), for the pages by the day.
create table exchange.meter (
  order_id uuid not null,
  span text not null check (span in ('minute', 'day', 'month')),
  start timestamptz not null,
  calls bigint not null default 0,
  rows bigint not null default 0,
  primary key (order_id, span, start)
);

-- Limits of one contract where they differ from the exchange's own.
create table exchange.quota (
  order_id uuid primary key,
  calls_a_minute int not null check (calls_a_minute > 0),
  calls_a_month int not null check (calls_a_month > 0),
  set_by_name text not null,
  set_at timestamptz not null
);
