-- Under which keys a thing is sought when somebody enters it again. Made from its names and identifiers, and made again at every change.
create table cluster.match_key (
  thing text not null,
  key text not null,
  primary key (thing, key)
);
create index match_key_key on cluster.match_key (key, thing);

-- That two ids are one thing, with what spoke for it, until it is undone.
create table cluster.merge (
  thing text not null,
  id uuid not null,
  into_thing text not null,
  -- Ids that had been merged into `thing` before, and moved with it.
  moved text[] not null,
  evidence jsonb not null,
  reason text not null,
  merged_by text not null,
  merged_by_name text not null,
  merged_at timestamptz not null,
  undone_by text,
  undone_by_name text,
  undone_at timestamptz,
  undone_why text,
  primary key (thing, id)
);
create index merge_into on cluster.merge (into_thing);
create index merge_latest on cluster.merge (merged_at desc, id);

-- Pairs that a person found to be two, smaller id first.
create table cluster.apart (
  one text not null,
  other text not null check (one < other),
  reason text not null,
  said_by text not null,
  said_by_name text not null,
  said_at timestamptz not null,
  primary key (one, other)
);

create table cluster.import (
  id uuid primary key,
  kind text not null,
  file_name text not null,
  file_hash text not null,
  columns text[] not null,
  -- Of each column what it means, or null.
  mapping jsonb not null,
  rows int not null,
  judged int not null default 0,
  state text not null check (state in ('open', 'applying', 'done', 'undoing', 'undone')),
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null,
  done_at timestamptz,
  undone_by_name text,
  undone_at timestamptz,
  undone_why text
);
-- One file is imported once.
create unique index import_file on cluster.import (file_hash, kind) where state <> 'undone';
create index import_latest on cluster.import (made_at desc, id);

create table cluster.import_row (
  import uuid not null,
  row int not null,
  cells text[] not null,
  verdict text check (verdict in ('new', 'match', 'ambiguous', 'repeated', 'invalid')),
  problems jsonb not null default '[]',
  matches jsonb not null default '[]',
  -- Equal for rows of one file that mean one thing.
  same text,
  decision text check (decision in ('new', 'match', 'skip')),
  target text,
  -- The thing that the row went to, once it did.
  thing text,
  primary key (import, row)
);
create index import_row_verdict on cluster.import_row (import, verdict, row);
create index import_row_same on cluster.import_row (import, same, row) where same is not null;
create index import_row_open on cluster.import_row (import, row) where thing is null and decision in ('new', 'match');
create index import_row_done on cluster.import_row (import, row) where thing is not null;

-- Ids of things that were taken back with the import that entered them, so that every copy of the list learns of it.
create table cluster.gone (
  thing text primary key,
  at timestamptz not null
);
create index gone_at on cluster.gone (at);
