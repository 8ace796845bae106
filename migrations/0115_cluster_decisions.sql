-- Decision models (DMN), each with all its versions.

create table cluster.decision (
  id uuid primary key,
  name text not null,
  version int not null,
  example boolean not null default false,
  changed_at timestamptz not null
);
create index decision_changed on cluster.decision (changed_at desc, id);

-- Each as it was brought; never changed.
create table cluster.decision_version (
  decision uuid not null,
  version int not null,
  content text not null,
  hash text not null,
  words text not null,
  made_by text not null,
  made_by_name text not null,
  made_at timestamptz not null,
  primary key (decision, version)
);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.decision.write', 'all', 'x')
on conflict (role, target, scope) do nothing;
