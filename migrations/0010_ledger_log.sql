-- One append-only Merkle log of all accountable acts. An act writes `pending` in its own transaction: an insert and
-- nothing else, so that writers never wait for one another. The sealer moves what is committed to `leaf`, in the order
-- of `seq`, gives it the next indexes without a gap, and signs.
create schema ledger;

create table ledger.pending (
  seq bigint generated always as identity primary key,
  id uuid not null,
  body bytea not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- `part` is the number of the entry bundle (index / 256): a bundle lies on one node, in one piece.
create table ledger.leaf (
  part bigint not null,
  index bigint not null,
  id uuid not null,
  body bytea not null,
  primary key (part, index)
);
create index leaf_id on ledger.leaf (id);

-- Level 0 holds leaf hashes, each level above the roots of full tiles below; the last of a level may be partial.
create table ledger.tile (
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  primary key (level, index)
);
-- Hashes do not compress.
alter table ledger.tile alter column hashes set storage external;

create table ledger.checkpoint (
  size bigint primary key,
  note text not null,
  signed_at timestamptz not null
);

-- Who this log is; its secret key is never in the database.
create table ledger.identity (
  only_row boolean primary key default true check (only_row),
  origin text not null,
  verifier text not null,
  made_at timestamptz not null
);
