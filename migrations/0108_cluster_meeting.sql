-- What a thing needs or offers; confidential ones show others neither whose they are nor their words.
create table cluster.wish (
  id uuid primary key,
  side text not null check (side in ('need', 'offer')),
  thing text not null,
  kind text not null,
  words text not null,
  words_zh text,
  sector text,
  -- A thing of kind place; without one it is where the thing lies.
  place text,
  quantity double precision check (quantity > 0),
  unit text,
  from_day date,
  to_day date,
  confidential boolean not null,
  -- For the other side of an accepted introduction only.
  contact text not null,
  expires_on date not null,
  withdrawn_at timestamptz,
  example boolean not null,
  made_by text not null,
  made_at timestamptz not null,
  check (from_day <= to_day)
);
create index wish_live on cluster.wish (side, expires_on) where withdrawn_at is null;
create index wish_thing on cluster.wish (thing);

-- Two wishes brought together: by one of the two, or by a mediator, for whom both sides have to say yes.
create table cluster.introduction (
  id uuid primary key,
  one uuid not null,
  other uuid not null check (other <> one),
  state text not null check (state in ('asked', 'accepted', 'declined', 'withdrawn', 'met', 'agreed', 'ended')),
  one_yes boolean not null,
  other_yes boolean not null,
  mediated boolean not null,
  asked_account text not null,
  words text not null,
  since timestamptz not null,
  revision int not null default 1
);
-- Two wishes have one live introduction, whichever came first.
create unique index introduction_once on cluster.introduction (least(one, other), greatest(one, other))
  where state in ('asked', 'accepted', 'met');
create index introduction_one on cluster.introduction (one);
create index introduction_other on cluster.introduction (other);
create index introduction_asked on cluster.introduction (asked_account);

create table cluster.introduction_move (
  introduction uuid not null,
  n int not null,
  state text not null,
  reason text,
  by_name text not null,
  at timestamptz not null,
  primary key (introduction, n)
);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.need', 'all', 'x'),
  ('enterprise', 'cluster.need', 'organization', 'x'),
  ('researcher', 'cluster.need', 'organization', 'x'),
  ('investor', 'cluster.need', 'organization', 'x'),
  ('park-operator', 'cluster.need', 'organization', 'x'),
  ('regulator', 'cluster.need.mediate', 'all', 'x'),
  ('park-operator', 'cluster.need.mediate', 'organization', 'x')
on conflict (role, target, scope) do nothing;
