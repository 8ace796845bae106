-- Messages as they came, what was read from them, and under which numbers things are known.
create schema records;

-- part: the sender, `application|facility` of MSH-3 and MSH-4. id: a hash of what makes the message the same one again, so
-- that the primary key alone keeps a repetition out. Rows are never changed.
create table records.message (
  part text not null,
  id text not null,
  control_id text not null,
  digest bytea not null,
  received_at timestamptz not null,
  channel text not null check (channel in ('mllp', 'import')),
  -- The network address or file it came from.
  origin text not null,
  type text not null,
  outcome text not null check (outcome in ('accepted', 'refused', 'conflict')),
  reason text,
  raw bytea not null,
  primary key (part, id)
);
create index message_received on records.message (received_at desc, id);
create index message_control on records.message (control_id);

-- What became of an accepted message: written with the resources it made.
create table records.reading (
  part text not null,
  message text not null,
  read_at timestamptz not null,
  kind text not null,
  patient text not null,
  organization text,
  -- [{"type", "id", "version", "op"}]
  resources json not null,
  unmapped text[] not null,
  issues json not null,
  primary key (part, message)
);
create index reading_patient on records.reading (patient, read_at desc);

-- Under which number a resource is known: part is `<type>|<system>|<value>` or the like, see src/modules/records/rules.ts.
-- home: where the FHIR store keeps it.
create table records.identity (
  part text not null primary key,
  id text not null,
  home text not null
);

-- What was imported, by the SHA-256 of its content: an item is not taken twice.
create table records.imported (
  part bytea not null primary key,
  imported_at timestamptz not null,
  kind text not null,
  place text not null
);
