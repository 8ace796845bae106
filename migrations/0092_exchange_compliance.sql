-- What the holder declares for each item of facts/exchange/compliance.json; never changed after the submission.
create table exchange.declaration (
  offering uuid not null,
  version int not null,
  answers json not null,
  primary key (offering, version)
);

-- Files that prove it; kept for good.
create table exchange.evidence (
  id uuid primary key,
  offering uuid not null,
  version int not null,
  item text not null,
  name text not null,
  media text not null,
  -- SHA-256.
  hash text not null,
  content bytea not null check (octet_length(content) <= 10485760),
  by_actor text not null,
  by_name text not null,
  at timestamptz not null
);
create index evidence_version on exchange.evidence (offering, version, item);

create table exchange.assessment (
  offering uuid not null,
  version int not null,
  state text not null check (state in ('open', 'seconded', 'approved', 'returned')),
  -- A second assessor must agree.
  four_eyes boolean not null,
  verdicts json not null default '{}',
  revision int not null default 0,
  opened_at timestamptz not null,
  first_by text,
  first_name text,
  first_at timestamptz,
  decided_by text,
  decided_name text,
  decided_at timestamptz,
  words text,
  primary key (offering, version),
  check (not (state = 'approved' and four_eyes and (first_by is null or first_by = decided_by)))
);
create index assessment_open on exchange.assessment (opened_at) where state in ('open', 'seconded');

create table exchange.notice (
  offering uuid not null,
  version int not null,
  opened_at timestamptz not null,
  until timestamptz not null,
  working_days int not null,
  closed_at timestamptz,
  outcome text check (outcome in ('certified', 'returned')),
  primary key (offering, version)
);
create index notice_open on exchange.notice (until) where closed_at is null;

create table exchange.objection (
  id uuid primary key,
  offering uuid not null,
  version int not null,
  by_actor text not null,
  by_name text not null,
  grounds text not null,
  at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'upheld', 'rejected')),
  decided_by text,
  decided_name text,
  decided_at timestamptz,
  words text
);
create index objection_version on exchange.objection (offering, version, at);

-- Persons whose data a holder gives abroad, by the calendar year: the thresholds count all of a year.
create table exchange.export_count (
  holder text not null,
  year int not null,
  offering uuid not null,
  version int not null,
  persons int not null,
  sensitive boolean not null,
  primary key (holder, year, offering, version)
);
