-- The industry cluster as one typed graph: things, what sources say of them, how they hang together.
create schema cluster;

-- Where a statement comes from: a document, or what an account entered for its organization.
create table cluster.source (
  id text primary key,
  kind text not null,
  title text not null,
  title_zh text,
  publisher text,
  -- A day, a month or a year, as exactly as it is known.
  date text check (date ~ '^\d{4}(-\d{2}(-\d{2})?)?$'),
  url text,
  note text,
  -- Of entries only.
  account text,
  organization text,
  made_at timestamptz not null
);

create table cluster.thing (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,79}$'),
  kind text not null,
  name text not null,
  name_zh text,
  -- Made up, to show the product.
  example boolean not null default false,
  -- Who keeps it fresh: `Organization/<id>`, `account/<id>` or `role/<role>`.
  owner text not null,
  review_every_days int not null check (review_every_days between 1 and 3650),
  reviewed_at timestamptz not null,
  due_at timestamptz not null,
  -- The same thing under another id, which answers for both.
  merged_into text,
  made_by text not null,
  made_at timestamptz not null,
  changed_at timestamptz not null
);
create index thing_kind on cluster.thing (kind, id) where merged_into is null;
create index thing_merged on cluster.thing (merged_into) where merged_into is not null;
create index thing_owner on cluster.thing (owner);
create index thing_changed on cluster.thing (changed_at desc, id);
create index thing_due on cluster.thing (due_at, id) where merged_into is null;

-- One property of a thing as one source says it. Never changed, only withdrawn.
create table cluster.statement (
  thing text not null,
  id uuid not null,
  property text not null,
  value jsonb not null,
  unit text,
  op text check (op in ('>', '<', '~')),
  as_of text check (as_of ~ '^\d{4}(-\d{2}(-\d{2})?)?$'),
  source text not null,
  quote text,
  confidence text check (confidence in ('low', 'doubtful', 'derived', 'inferred', 'guess')),
  note text,
  -- The entry of facts/cluster that it was read from.
  fact text,
  said_by text not null,
  said_by_name text not null,
  said_at timestamptz not null,
  withdrawn_at timestamptz,
  withdrawn_by text,
  withdrawn_by_name text,
  withdrawn_why text,
  primary key (thing, id)
);
create index statement_live on cluster.statement (thing, property) where withdrawn_at is null;
create index statement_property on cluster.statement (property, (value #>> '{}')) where withdrawn_at is null and jsonb_typeof(value) = 'string';
create index statement_fact on cluster.statement (fact) where fact is not null;

create table cluster.relation (
  subject text not null,
  id uuid not null,
  predicate text not null,
  object text not null,
  -- What the predicate leaves open: a role's name, a share.
  detail text,
  as_of text check (as_of ~ '^\d{4}(-\d{2}(-\d{2})?)?$'),
  source text not null,
  quote text,
  confidence text check (confidence in ('low', 'doubtful', 'derived', 'inferred', 'guess')),
  note text,
  fact text,
  said_by text not null,
  said_by_name text not null,
  said_at timestamptz not null,
  withdrawn_at timestamptz,
  withdrawn_by text,
  withdrawn_by_name text,
  withdrawn_why text,
  primary key (subject, id)
);
create index relation_out on cluster.relation (subject, predicate, object) where withdrawn_at is null;
create index relation_in on cluster.relation (object, predicate, subject) where withdrawn_at is null;
create index relation_fact on cluster.relation (fact) where fact is not null;

-- Who speaks for a thing: claimed, then confirmed or refused by the regulator, ended one day.
create table cluster.representation (
  thing text not null,
  id uuid not null,
  -- `Organization/<id>`, else `account/<id>`.
  party text not null,
  party_name text not null,
  state text not null check (state in ('claimed', 'confirmed', 'refused', 'ended')),
  words text not null default '',
  claimed_by text not null,
  claimed_by_name text not null,
  claimed_at timestamptz not null,
  decided_by text,
  decided_by_name text,
  decided_at timestamptz,
  reason text,
  ended_at timestamptz,
  primary key (thing, id)
);
create unique index representation_once on cluster.representation (thing, party) where state in ('claimed', 'confirmed');
create index representation_party on cluster.representation (party, state);

insert into access.policy (role, target, scope, verbs)
select role, 'cluster.read', 'all', 'x'
from unnest(array['administrator', 'clinician', 'laboratory-technician', 'laboratory-director', 'courier', 'patient', 'regulator',
  'researcher', 'data-buyer', 'enterprise', 'park-operator', 'investor']) as role
on conflict (role, target, scope) do nothing;

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.edit', 'all', 'x'),
  ('enterprise', 'cluster.edit', 'organization', 'x'),
  ('park-operator', 'cluster.edit', 'organization', 'x'),
  ('researcher', 'cluster.edit', 'organization', 'x'),
  ('investor', 'cluster.edit', 'organization', 'x'),
  ('regulator', 'cluster.import', 'all', 'x'),
  ('regulator', 'cluster.merge', 'all', 'x')
on conflict (role, target, scope) do nothing;
