create table exchange.offering (
  id uuid primary key,
  holder text not null references exchange.party (id),
  -- With whose eyes the lake is asked: the account that offers.
  asks_as text not null,
  -- The newest version.
  version int not null,
  -- Made at the first start with the synthetic region: its notice is short, and it says so.
  demonstration boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index offering_holder on exchange.offering (holder, updated_at desc);

create table exchange.offering_version (
  offering uuid not null references exchange.offering (id),
  version int not null,
  state text not null check (state in ('draft', 'in-review', 'returned', 'registered', 'in-notice', 'objected', 'certified', 'listing', 'listed',
    'suspended', 'delisted', 'superseded')),
  -- Counts the changes: whoever decides names the one that was seen.
  revision int not null default 0,
  -- See OfferingDefinition in src/modules/exchange/model/offerings.ts; never changed after its submission.
  definition json not null,
  -- SHA-256 of its canonical JSON.
  digest text not null,
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null,
  since timestamptz not null,
  listed_at timestamptz,
  -- When the content is made anew.
  refresh_at timestamptz,
  primary key (offering, version)
);
-- One version is on the market, one is on its way.
create unique index offering_on_market on exchange.offering_version (offering) where state in ('listed', 'suspended');
create index offering_refresh on exchange.offering_version (refresh_at) where refresh_at is not null;
create index offering_state on exchange.offering_version (state, since);

-- Every move of a version, never changed.
create table exchange.offering_move (
  offering uuid not null,
  version int not null,
  place int not null,
  was text not null,
  state text not null,
  by_actor text not null,
  by_name text not null,
  words text,
  at timestamptz not null,
  primary key (offering, version, place)
);

-- Contents of a version, each through the gate.
create table exchange.offering_content (
  offering uuid not null,
  version int not null,
  number int not null,
  -- Of the definition that it was made by.
  digest text not null,
  state text not null check (state in ('waiting', 'released', 'refused', 'failed')),
  why text not null check (why in ('asked', 'refresh')),
  asked_by text not null,
  asked_at timestamptz not null,
  finished_at timestamptz,
  took_ms int,
  views text[],
  candidate_rows int,
  report text,
  release text,
  rows int,
  -- See Quality and Sample in the model.
  quality json,
  sample json,
  trouble json,
  primary key (offering, version, number),
  check ((state = 'released') = (release is not null))
);
create index content_waiting on exchange.offering_content (asked_at) where state = 'waiting';

insert into access.policy (role, target, scope, verbs)
values ('laboratory-director', 'exchange.offer', 'organization', 'x'),
  ('enterprise', 'exchange.offer', 'organization', 'x'),
  ('regulator', 'exchange.assess', 'all', 'x'),
  ('administrator', 'exchange.operate', 'all', 'x')
on conflict (role, target, scope) do nothing;
