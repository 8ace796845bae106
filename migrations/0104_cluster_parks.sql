-- Projects on their way to a park. What is not signed yet is known to the park and the regulator only; from its signing on it is a thing of the record too.
create table cluster.project (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,79}$'),
  name text not null,
  name_zh text,
  sector text not null,
  -- A thing of kind park; its speakers see the project. Without one the regulator alone does.
  park text,
  stage text not null,
  -- The day from which it is in its stage.
  since date not null,
  investment_fen bigint check (investment_fen >= 0),
  output_fen bigint check (output_fen >= 0),
  land_m2 double precision check (land_m2 >= 0),
  power_kw double precision check (power_kw >= 0),
  energy_mwh double precision check (energy_mwh >= 0),
  jobs int check (jobs >= 0),
  probability double precision check (probability between 0 and 1),
  next_step text,
  next_owner text,
  next_due date,
  example boolean not null,
  is_public boolean not null default false,
  revision int not null default 1,
  made_at timestamptz not null,
  updated_at timestamptz not null
);
create index project_park on cluster.project (park, stage, id);

-- Every stage that a project came to, in its order; never changed.
create table cluster.project_move (
  project text not null,
  n int not null,
  stage_from text,
  stage_to text not null,
  on_day date not null,
  reason text,
  by_account text not null,
  by_name text not null,
  at timestamptz not null,
  primary key (project, n)
);

create table cluster.project_note (
  project text not null,
  id uuid not null,
  kind text not null check (kind in ('contact', 'problem')),
  stage text not null,
  words text not null,
  who text not null,
  by_name text not null,
  at timestamptz not null,
  solved_at timestamptz,
  solution text,
  primary key (project, id)
);

create table cluster.project_file (
  project text not null,
  id uuid not null,
  name text not null,
  media text not null,
  content bytea not null,
  sha256 text not null,
  by_name text not null,
  at timestamptz not null,
  primary key (project, id)
);

-- Space to let.
create table cluster.unit (
  park text not null,
  id uuid not null,
  -- Its place on the one line on which all leases lie, see cluster.lease.
  slot bigint generated always as identity,
  building text not null,
  floor int not null check (floor between -9 and 99),
  name text not null,
  area_m2 double precision not null check (area_m2 > 0),
  clear_height_m double precision check (clear_height_m >= 0),
  floor_load_kn_m2 double precision check (floor_load_kn_m2 >= 0),
  power_kva double precision check (power_kva >= 0),
  gmp text check (gmp in ('A', 'B', 'C', 'D', 'none')),
  bsl int check (bsl between 0 and 4),
  crane_t double precision check (crane_t >= 0),
  provisions text[] not null,
  price_fen_m2 bigint check (price_fen_m2 >= 0),
  available_from date,
  example boolean not null,
  revision int not null default 1,
  gone_at timestamptz,
  primary key (park, id)
);
create unique index unit_name on cluster.unit (park, building, name) where gone_at is null;

create table cluster.lease (
  park text not null,
  id uuid not null,
  unit uuid not null,
  slot bigint not null,
  -- A thing: an enterprise or institution.
  tenant text not null,
  starts date not null check (starts between date '1990-01-01' and date '2190-01-01'),
  -- The last day, by the contract.
  ends date not null check (ends between starts and date '2190-01-01'),
  -- The last day where it ended early; the day before it starts where it never began.
  ended date check (ended between starts - 1 and ends),
  end_reason text,
  -- [{ from, fenM2 }], by day.
  rent jsonb not null,
  deposit_fen bigint not null check (deposit_fen >= 0),
  notice_days int not null check (notice_days between 0 and 3650),
  revision int not null default 1,
  made_at timestamptz not null,
  primary key (park, id),
  -- A unit has one lease a day. Each unit has a stretch of 100,000 days of one long line, so that a plain range says it, without an extension of PostgreSQL.
  constraint lease_once exclude using gist (
    int8range(
      slot * 100000 + (starts - date '1980-01-01'),
      slot * 100000 + (coalesce(ended, ends) - date '1980-01-01'),
      '[]'
    ) with &&
  ) where (ended is null or ended >= starts)
);
create index lease_unit on cluster.lease (park, unit, starts);
create index lease_tenant on cluster.lease (tenant);

-- A unit held for somebody until a clock ends it.
create table cluster.reservation (
  park text not null,
  id uuid not null,
  unit uuid not null,
  holder text,
  holder_name text not null,
  until timestamptz not null,
  made_by text not null,
  made_at timestamptz not null,
  released_at timestamptz,
  primary key (park, id)
);
create index reservation_unit on cluster.reservation (park, unit, until) where released_at is null;
create index reservation_holder on cluster.reservation (holder) where released_at is null;

create table cluster.tenant_request (
  park text not null,
  id uuid not null,
  tenant text not null,
  kind text not null,
  title text not null,
  state text not null check (state in ('open', 'answered', 'closed')),
  due_at timestamptz,
  mark int check (mark between 1 and 5),
  made_by text not null,
  made_at timestamptz not null,
  updated_at timestamptz not null,
  revision int not null default 1,
  primary key (park, id)
);
create index tenant_request_tenant on cluster.tenant_request (tenant, made_at desc);
create index tenant_request_due on cluster.tenant_request (park, due_at) where state <> 'closed';

create table cluster.tenant_message (
  park text not null,
  request uuid not null,
  n int not null,
  side text not null check (side in ('tenant', 'park')),
  words text not null,
  by_account text not null,
  by_name text not null,
  at timestamptz not null,
  primary key (park, request, n)
);

create table cluster.park_notice (
  park text not null,
  id uuid not null,
  title text not null,
  words text not null,
  at timestamptz not null,
  until date,
  by_name text not null,
  primary key (park, id)
);

-- What an enterprise gave back of a quarter; the newest row of a quarter holds.
create table cluster.quarter_figures (
  tenant text not null,
  quarter text not null check (quarter ~ '^\d{4}Q[1-4]$'),
  n int not null,
  revenue_fen bigint not null check (revenue_fen >= 0),
  jobs int not null check (jobs >= 0),
  rd_fen bigint not null check (rd_fen >= 0),
  by_name text not null,
  at timestamptz not null,
  primary key (tenant, quarter, n)
);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.project', 'all', 'x'),
  ('park-operator', 'cluster.project', 'organization', 'x'),
  ('regulator', 'cluster.park', 'all', 'x'),
  ('park-operator', 'cluster.park', 'organization', 'x'),
  ('enterprise', 'cluster.tenant', 'organization', 'x')
on conflict (role, target, scope) do nothing;

insert into access.policy (role, target, scope, verbs)
select role, 'cluster.space', 'all', 'x'
from unnest(array['regulator', 'park-operator', 'enterprise', 'researcher', 'investor']) as role
on conflict (role, target, scope) do nothing;
