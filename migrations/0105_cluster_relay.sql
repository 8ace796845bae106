-- A project's way from idea to market; its gates are data (facts/cluster/relay.json).
create table cluster.relay (
  id uuid primary key,
  name text not null,
  name_zh text,
  words text not null,
  sector text not null,
  -- A thing of kind place.
  place text,
  -- The thing that brings it there; without one it is the account's own.
  owner text,
  owner_account text not null,
  owner_name text not null,
  example boolean not null,
  stage text not null,
  since timestamptz not null,
  stopped boolean not null default false,
  revision int not null default 1,
  made_at timestamptz not null
);
create index relay_owner on cluster.relay (owner);
create index relay_account on cluster.relay (owner_account);

create table cluster.relay_move (
  relay uuid not null,
  n int not null,
  stage_from text,
  stage_to text not null,
  decision text not null,
  reason text,
  by_account text not null,
  by_name text not null,
  at timestamptz not null,
  primary key (relay, n)
);

create table cluster.relay_item (
  relay uuid not null,
  stage text not null,
  item text not null,
  evidence text not null,
  by_name text not null,
  at timestamptz not null,
  primary key (relay, stage, item)
);

-- Asked of whoever speaks for a thing of the record.
create table cluster.relay_request (
  relay uuid not null,
  id uuid not null,
  resource text not null,
  stage text not null,
  words text not null,
  state text not null check (state in ('asked', 'accepted', 'declined', 'done', 'withdrawn')),
  answer text,
  at timestamptz not null,
  answered_at timestamptz,
  primary key (relay, id)
);
create unique index relay_request_once on cluster.relay_request (relay, resource, stage) where state in ('asked', 'accepted');
create index relay_request_resource on cluster.relay_request (resource, state);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.relay', 'all', 'x'),
  ('enterprise', 'cluster.relay', 'organization', 'x'),
  ('researcher', 'cluster.relay', 'organization', 'x'),
  ('park-operator', 'cluster.relay', 'organization', 'x'),
  ('regulator', 'cluster.relay.decide', 'all', 'x')
on conflict (role, target, scope) do nothing;
