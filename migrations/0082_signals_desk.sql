-- What was done about an alarm: only ever added to.
create table signals.alarm_event (
  alarm uuid not null,
  id uuid not null,
  at timestamptz not null,
  actor text not null,
  actor_name text not null,
  kind text not null,
  text text not null,
  detail jsonb not null,
  primary key (alarm, id)
);
create index alarm_event_time on signals.alarm_event (alarm, at desc);

insert into access.policy (role, target, scope, verbs)
select role, target, 'all', 'x'
from (values ('regulator', 'signals.alarm.work'), ('regulator', 'signals.case.read')) as granted (role, target)
on conflict (role, target, scope) do nothing;
