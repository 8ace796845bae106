-- The last runs of the safety desk: what it looked at, how long it took, what kept it from looking.
create table signals.safety_run (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  -- Of the reports it judged: the same again is not judged again.
  fingerprint text not null,
  reports int not null,
  pairs int not null,
  lots int not null,
  plans int not null,
  raised int not null,
  updated int not null,
  took_ms int not null,
  trouble text
);

-- Plans of sequential monitoring: what is expected is fixed before anything is seen.
create table signals.monitor_plan (
  id uuid primary key,
  product text not null,
  reaction text not null,
  method text not null check (method in ('maxsprt', 'cusum', 'bayes')),
  parameters jsonb not null,
  since date not null,
  state text not null check (state in ('running', 'signalled', 'ended')),
  ended_why text,
  created_at timestamptz not null,
  created_by text not null,
  created_name text not null
);

-- Exposure as it was entered: never changed, only struck out with a reason.
create table signals.monitor_entry (
  plan uuid not null,
  id uuid not null,
  day date not null,
  exposed double precision not null check (exposed > 0),
  events int check (events >= 0),
  risk double precision check (risk > 0 and risk < 1),
  note text not null,
  at timestamptz not null,
  by text not null,
  by_name text not null,
  struck_at timestamptz,
  struck_by text,
  struck_why text,
  primary key (plan, id)
);

-- Who answers for safety works on it and sees all; researchers see measures of pairs with enough reports.
insert into access.policy (role, target, scope, verbs)
select role, target, 'all', 'x'
from (values ('regulator', 'signals.safety.read'), ('researcher', 'signals.safety.read'), ('regulator', 'signals.safety.work')) as granted (role, target)
on conflict (role, target, scope) do nothing;
