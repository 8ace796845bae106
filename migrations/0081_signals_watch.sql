-- Alarms of every kind. Few: they are a reference table on a cluster.
create table signals.alarm (
  id uuid primary key,
  kind text not null,
  key text not null,
  episode int not null,
  subject jsonb not null,
  state text not null default 'new',
  grounds jsonb not null,
  first text not null,
  last text not null,
  cases int not null,
  revision int not null default 1,
  raised_at timestamptz not null,
  updated_at timestamptz not null,
  closed_at timestamptz,
  unique (kind, key, episode)
);
create index alarm_open on signals.alarm (kind, state, updated_at desc);

-- The last runs of the watch: whether it looks, how long it takes, what keeps it from looking.
create table signals.watch_run (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  until text not null,
  series int not null,
  raised int not null,
  updated int not null,
  took_ms int not null,
  trouble text
);

-- Counts of the whole population by district, small ones too: whoever answers for public health by law.
insert into access.policy (role, target, scope, verbs)
select role, 'signals.watch', 'all', 'x' from unnest(array['regulator', 'laboratory-director']) as role
on conflict (role, target, scope) do nothing;
