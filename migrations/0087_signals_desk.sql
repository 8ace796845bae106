-- Case definitions that were edited: each save is a further version, the ones before stay. What was never edited stands in facts/case-definitions.json (version 0).
create table signals.case_definition (
  id text not null,
  version int not null,
  definition jsonb not null,
  -- Kept, but no longer counted and judged.
  retired boolean not null,
  at timestamptz not null,
  actor text not null,
  actor_name text not null,
  why text not null,
  primary key (id, version)
);

-- Who was told of an alarm by name, and when each of them has seen it.
create table signals.notice (
  id uuid primary key,
  alarm uuid not null,
  account text not null,
  account_name text not null,
  at timestamptz not null,
  actor text not null,
  actor_name text not null,
  text text not null,
  acknowledged_at timestamptz
);
create index notice_waiting on signals.notice (account, at desc) where acknowledged_at is null;
create index notice_alarm on signals.notice (alarm, at);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'signals.definition.write', 'all', 'x')
on conflict (role, target, scope) do nothing;
