-- Who puts money into the cluster: a role of its own, with the catalogue that everybody signed in reads.
insert into access.policy (role, target, scope, verbs) values ('investor', '*', 'catalogue', 'rs')
on conflict (role, target, scope) do nothing;

-- Whose books a fund's entries are; a fund without a row has no books here.
create table cluster.fund_books (
  fund text primary key,
  -- `Organization/<id>`, else `account/<id>`.
  keeper text not null,
  keeper_name text not null,
  opened_by text not null,
  opened_at timestamptz not null
);
create index fund_books_keeper on cluster.fund_books (keeper);

-- One thing that happened to a fund's money, or one value that was set on it. Never changed, only reversed by another entry.
create table cluster.fund_entry (
  fund text not null,
  id uuid not null,
  kind text not null check (kind in ('commitment', 'call', 'distribution', 'investment', 'proceeds', 'management-fee', 'expense', 'carry',
    'net-value', 'holding-value', 'reversal')),
  day date not null,
  -- Integer fen.
  fen bigint not null check (fen >= 0),
  -- What was invested in or valued; of commitments, calls and distributions the investor in words.
  holding text,
  investor text,
  purpose text,
  recallable boolean not null default false,
  -- Millionths of the holding that were bought.
  stake_ppm int check (stake_ppm between 0 and 1000000),
  method text,
  source text not null,
  note text,
  reverses uuid,
  -- The row of an import: imported again it is the same.
  digest text,
  entered_by text not null,
  entered_by_name text not null,
  entered_at timestamptz not null,
  primary key (fund, id),
  check ((kind = 'reversal') = (reverses is not null)),
  check ((kind in ('investment', 'proceeds', 'holding-value')) <= (holding is not null)),
  check ((kind in ('net-value', 'holding-value')) <= (method is not null))
);
create unique index fund_entry_reversed on cluster.fund_entry (fund, reverses) where reverses is not null;
create unique index fund_entry_digest on cluster.fund_entry (fund, digest) where digest is not null;
create index fund_entry_day on cluster.fund_entry (fund, day, id);

-- Levels of a public index, with dividends reinvested, that funds are compared with.
create table cluster.fund_index (
  id text primary key,
  name text not null,
  name_zh text,
  source text not null,
  example boolean not null default false,
  entered_by_name text not null,
  entered_at timestamptz not null
);
create table cluster.fund_index_level (
  index text not null,
  day date not null,
  level double precision not null check (level > 0 and level < 1e12),
  primary key (index, day)
);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.fund.read', 'all', 'x'),
  ('regulator', 'cluster.fund.supervise', 'all', 'x'),
  ('investor', 'cluster.fund.read', 'organization', 'x'),
  ('investor', 'cluster.fund.write', 'organization', 'x')
on conflict (role, target, scope) do nothing;
