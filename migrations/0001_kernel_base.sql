-- Deliveries of facts: one row for each hearer of a fact, deleted in the transaction in which the hearer took effect.
-- `lane` spreads subjects so that several workers hear at once while each subject keeps its order.
create schema if not exists kernel;

create table kernel.delivery (
  hearer text not null,
  lane smallint not null,
  id bigint generated always as identity,
  type text not null,
  subject text not null,
  data json,
  told_at timestamptz not null default now(),
  attempts int not null default 0,
  next_at timestamptz,
  primary key (hearer, lane, id)
) with (fillfactor = 90, toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

create table kernel.lane (
  hearer text not null,
  lane smallint not null,
  primary key (hearer, lane)
);

create table kernel.dead_letter (
  id bigint generated always as identity primary key,
  hearer text not null,
  type text not null,
  subject text not null,
  data json,
  told_at timestamptz not null,
  died_at timestamptz not null,
  attempts int not null,
  kind text not null,
  reason text not null,
  facts json not null,
  state text not null default 'open' check (state in ('open', 'replayed', 'dismissed')),
  settled_by text,
  settled_at timestamptz,
  settled_why text
);
create index dead_letter_open on kernel.dead_letter (id desc) where state = 'open';

create table kernel.job (
  name text primary key,
  last_started timestamptz,
  last_finished timestamptz,
  last_error text,
  runs bigint not null default 0,
  failures bigint not null default 0
);

create table kernel.setting (
  name text primary key,
  value json not null
);
