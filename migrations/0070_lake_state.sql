-- What the lake holds and how far it is. Its rows are in the lake; everything there can be made again from this database.
create schema lake;

-- A database of the lake's engine with one copy of everything. Several are fed while a new one is built.
create table lake.generation (
  id int primary key,
  database text not null unique,
  layout int not null,
  state text not null check (state in ('building', 'current')),
  made_at timestamptz not null,
  current_at timestamptz,
  -- How far it is filled: {"type", "part", "id"} of the last resource, and how many so far.
  filled json,
  resources bigint not null default 0
);

-- The tables of a view in a generation. hash: of everything that shapes them; another hash is another row.
create table lake.kept_view (
  generation int not null,
  name text not null,
  hash text not null,
  resource text not null,
  kept text[] not null,
  state text not null check (state in ('building', 'current')),
  -- While it is built from the raw resources of the generation: the last part.
  filled text,
  primary key (generation, name, hash)
);

-- Versions of resources that a view cannot read: kept out of it, each with a dead letter.
create table lake.skipped (
  type text not null,
  part text not null,
  id text not null,
  view text not null,
  version int not null,
  reason text not null,
  noted_at timestamptz not null,
  primary key (type, part, id, view)
);

-- Definitions that ask to be kept and cannot be, with the reason.
create table lake.refused_view (
  url text primary key,
  reason text not null,
  noted_at timestamptz not null
);
