-- Efficacy studies: few rows, each with its versions, its data sets and its runs.
create table signals.study (
  id uuid primary key,
  name text not null,
  -- See StudyProtocol in src/modules/signals/model/studies.ts.
  protocol json not null,
  version int not null,
  -- The data set that the protocol is analysed on.
  data_hash text,
  owner text not null,
  owner_name text not null,
  organization text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index study_updated on signals.study (updated_at desc);

-- Every version as it was; never changed.
create table signals.study_version (
  study uuid not null,
  version int not null,
  protocol json not null,
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null,
  primary key (study, version)
);

-- Data sets, by the hash of what they hold; never changed. No person's id is kept.
create table signals.study_data (
  study uuid not null,
  hash text not null,
  source json not null,
  columns json not null,
  content json not null,
  rows int not null,
  made_at timestamptz not null,
  primary key (study, hash)
);

create table signals.study_run (
  study uuid not null,
  id uuid not null,
  version int not null,
  data_hash text not null,
  protocol json not null,
  state text not null,
  done int not null default 0,
  steps int not null default 0,
  -- Who works at it, and until when others leave it alone.
  held_until timestamptz,
  attempts int not null default 0,
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  finished_at timestamptz,
  trouble json,
  report json,
  primary key (study, id)
);
create index study_run_open on signals.study_run (asked_at) where state in ('waiting', 'running');

-- What each step came to, kept as soon as it is known: an analysis that was interrupted goes on from here.
create table signals.study_step (
  study uuid not null,
  run uuid not null,
  key text not null,
  place int not null,
  method text not null,
  output json,
  refusal json,
  took_ms int not null,
  primary key (study, run, key)
);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'signals.study.read', 'all', 'x'),
  ('researcher', 'signals.study.read', 'organization', 'x'),
  ('clinician', 'signals.study.read', 'organization', 'x'),
  ('regulator', 'signals.study.write', 'organization', 'x'),
  ('researcher', 'signals.study.write', 'organization', 'x'),
  ('clinician', 'signals.study.write', 'organization', 'x')
on conflict (role, target, scope) do nothing;
