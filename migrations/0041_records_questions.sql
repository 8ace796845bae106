-- Questions about persons that somebody keeps, and what they came to. Few rows beside the record: reference tables beyond one machine.
create table records.question (
  id text primary key,
  name text not null,
  about text not null,
  -- See Question in src/modules/records/model.ts.
  question json not null,
  version int not null,
  made_by text not null,
  made_by_name text not null,
  -- Organizations whose members see it too.
  shared_with text[] not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Kept for a while, so that it can be brought back.
  deleted_at timestamptz
);
create index question_made_by on records.question (made_by, updated_at desc);
create index question_shared on records.question using gin (shared_with) where shared_with <> '{}';

-- Every version as it was; never changed.
create table records.question_version (
  question text not null references records.question (id) on delete cascade,
  version int not null,
  name text not null,
  about text not null,
  content json not null,
  made_at timestamptz not null,
  primary key (question, version)
);

-- What a question came to. scope: within whose reach it was asked; counts of another reach cannot be compared with it.
create table records.question_run (
  question text not null references records.question (id) on delete cascade,
  id text not null,
  at timestamptz not null,
  version int not null,
  scope text not null,
  -- A number, or "few".
  count json not null,
  primary key (question, id)
);
create index question_run_scope on records.question_run (question, scope, at desc);

insert into access.policy (role, target, scope, verbs)
select role, 'records.cohort.ask', 'all', 'x'
from unnest(array['clinician', 'laboratory-director', 'regulator', 'researcher']) as role
on conflict (role, target, scope) do nothing;
