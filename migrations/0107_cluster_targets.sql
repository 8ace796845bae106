-- What a target's metric came to in a year. Never changed: a correction is another row that names the one before.
create table cluster.target_value (
  target text not null,
  id uuid not null,
  year int not null check (year between 1990 and 2100),
  -- In the unit of the target's value; money in integer fen.
  value numeric not null,
  -- The department that answers for it.
  department text,
  source text not null,
  quote text,
  corrects uuid,
  reason text,
  entered_by text not null,
  entered_by_name text not null,
  entered_at timestamptz not null,
  primary key (target, id)
);
create index target_value_year on cluster.target_value (target, year, entered_at desc);
create unique index target_value_corrected on cluster.target_value (target, corrects) where corrects is not null;

-- A lead department asked for the value of a year; answered by the value.
create table cluster.target_ask (
  target text not null,
  id uuid not null,
  year int not null check (year between 1990 and 2100),
  department text,
  words text not null default '',
  due date not null,
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  reminded_at timestamptz,
  reminders int not null default 0,
  answered_at timestamptz,
  primary key (target, id)
);
create unique index target_ask_open on cluster.target_ask (target, year) where answered_at is null;
create index target_ask_due on cluster.target_ask (due) where answered_at is null;

-- What an authority set for a criterion of the enterprise ladder that no published rule fixes; the newest counts.
create table cluster.ladder_setting (
  rung text not null,
  criterion text not null,
  id uuid not null,
  value numeric not null,
  source text not null,
  valid_from date not null,
  set_by text not null,
  set_by_name text not null,
  set_at timestamptz not null,
  primary key (rung, criterion, id)
);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.target.write', 'all', 'x')
on conflict (role, target, scope) do nothing;
