-- The policy navigator: what departments added to the rules, what enterprises answered, their applications and what was paid.

-- Versions that departments added to the policies of facts/cluster/policies; never changed.
create table cluster.policy_version (
  policy text not null,
  version int not null,
  -- See PolicyVersion in src/modules/cluster/model/policies.ts.
  content json not null,
  words text not null,
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null,
  -- When the guide must be online, and since when it is.
  guide_due_at timestamptz not null,
  guide_at timestamptz,
  primary key (policy, version)
);

-- Answers in the enterprise's own word; the newest of a name holds, null takes it back.
create table cluster.policy_answer (
  enterprise text not null,
  name text not null,
  revision int not null,
  value jsonb,
  said_by text not null,
  said_by_name text not null,
  said_at timestamptz not null,
  primary key (enterprise, name, revision)
);

create table cluster.policy_application (
  enterprise text not null,
  id uuid not null,
  policy text not null,
  version int not null,
  clause text not null,
  -- What it is for: a product, a trial, a site; empty where the clause has but one.
  matter text not null,
  state text not null check (state in ('draft', 'offered', 'submitted', 'received', 'returned', 'accepted', 'proposed', 'decided', 'paid', 'refused', 'withdrawn')),
  is_offer boolean not null default false,
  revision int not null,
  -- As they were when it was handed in.
  answers json,
  finding json,
  proposed bigint,
  proposed_by text,
  proposed_by_name text,
  amount bigint,
  payers json,
  mend_due_at timestamptz,
  pay_due_at timestamptz,
  calendar_known boolean not null default true,
  made_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (enterprise, id)
);
create unique index policy_application_once on cluster.policy_application (enterprise, policy, clause, matter) where state not in ('refused', 'withdrawn');
create index policy_application_changed on cluster.policy_application (changed_at desc, id);
create index policy_application_id on cluster.policy_application (id);

create table cluster.policy_move (
  application uuid not null,
  place int not null,
  act text not null,
  state text not null,
  by_id text not null,
  by_name text not null,
  at timestamptz not null,
  words text not null,
  amount bigint,
  primary key (application, place)
);

-- What was granted, paid, claimed back and returned, each from one account to another: all balances sum to zero.
create table cluster.policy_entry (
  application uuid not null,
  id int not null,
  kind text not null check (kind in ('granted', 'paid', 'claimed', 'returned')),
  debit text not null,
  credit text not null,
  payer text not null,
  fen bigint not null check (fen > 0),
  reference text not null,
  by_id text not null,
  by_name text not null,
  at timestamptz not null,
  primary key (application, id)
);

create table cluster.policy_file (
  application uuid not null,
  id uuid not null,
  -- A name of facts/cluster/vocabulary.json.
  name text not null,
  file_name text not null,
  media text not null,
  hash text not null,
  bytes int not null,
  content bytea not null,
  added_by text not null,
  added_by_name text not null,
  added_at timestamptz not null,
  primary key (application, id)
);

-- What the newest matching found; made anew as a whole.
create table cluster.policy_match (
  enterprise text not null,
  key text not null,
  verdict text not null,
  certain bigint not null,
  possible bigint,
  missing text[] not null,
  primary key (enterprise, key)
);
create index policy_match_key on cluster.policy_match (key, verdict, certain desc, enterprise);

create table cluster.policy_match_run (
  id int primary key check (id = 1),
  ran_at timestamptz not null,
  day text not null,
  -- Of rules and answers, so that the same is not matched twice.
  hash text not null,
  enterprises int not null,
  took_ms int not null,
  clauses json not null
);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.policy.write', 'all', 'x'),
  ('regulator', 'cluster.policy.decide', 'all', 'x'),
  ('enterprise', 'cluster.policy.apply', 'organization', 'x')
on conflict (role, target, scope) do nothing;
