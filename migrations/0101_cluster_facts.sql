-- The facts that the platform comes with, each as its file has it; statements and relations name the fact that they were read from.
create table cluster.fact (
  -- `<list>/<id or place in the list>`.
  id text primary key,
  list text not null,
  place int not null,
  title text not null,
  content json not null,
  source text not null,
  quote text,
  -- The thing that it speaks of first.
  thing text
);
create index fact_list on cluster.fact (list, place);

-- Versions of the file that were loaded, by the SHA-256 of everything that was read.
create table cluster.fact_version (
  hash text primary key,
  loaded_at timestamptz not null,
  facts int not null,
  added int not null,
  withdrawn int not null
);

-- What a reader is to be warned of: sources that contradict each other, a doubtful magnitude, an unclear date.
create table cluster.caution (
  -- `thing/<id>` or `source/<id>`.
  about text not null,
  id text not null,
  -- Only this property of the thing.
  property text,
  text text not null,
  text_zh text not null,
  primary key (about, id)
);
