-- Instruments, platforms and services that can be booked, on the terms of who speaks for them.
create table cluster.bookable (
  thing text primary key,
  -- Its place on the one line on which all bookings lie, see cluster.booking.
  line bigint generated always as identity,
  way text not null check (way in ('time', 'samples')),
  method text not null,
  method_zh text,
  -- [{ day: 1 (Monday) to 7, from, to }] in minutes of the region's day.
  hours jsonb not null,
  off_on_holidays boolean not null,
  slot_minutes int not null check (slot_minutes between 5 and 1440),
  most_slots int not null check (most_slots between 1 and 100),
  -- Of a service by samples; none is no bound.
  samples_a_day int check (samples_a_day between 1 and 100000),
  lead_hours int not null check (lead_hours between 0 and 2160),
  ahead_days int not null check (ahead_days between 1 and 365),
  cancel_hours int not null check (cancel_hours between 0 and 2160),
  approval boolean not null,
  -- What a guest has to have been taught; the holder says who has.
  training text,
  price_fen bigint check (price_fen >= 0),
  price_per text check (price_per in ('hour', 'sample')),
  who text not null check (who in ('anyone', 'tenants', 'named')),
  -- Parks whose tenants may book, or things that may.
  named text[] not null,
  contact text not null,
  is_open boolean not null,
  revision int not null default 1,
  published_at timestamptz not null,
  check ((price_fen is null) = (price_per is null))
);

create table cluster.booking (
  thing text not null,
  id uuid not null,
  line bigint not null,
  series uuid,
  state text not null check (state in ('waiting', 'asked', 'approved', 'declined', 'used', 'no-show', 'cancelled', 'blocked')),
  -- Holds its time alone: time on an instrument and maintenance do, samples do not.
  is_alone boolean not null,
  -- Minutes since 1970 in UTC; below 2 to the 27th, which is in 2225.
  from_minute int not null check (from_minute between 0 and 134217726),
  to_minute int not null check (to_minute > from_minute and to_minute <= 134217727),
  quantity int check (quantity between 1 and 100000),
  purpose text not null,
  needs text,
  -- The thing that books, or none where a person does.
  guest text,
  guest_name text not null,
  price_fen bigint,
  price_per text,
  -- Cancelled later than the holder's rule allows.
  is_late boolean not null default false,
  revision int not null default 1,
  made_by text not null,
  made_at timestamptz not null,
  primary key (thing, id),
  -- Nobody books what another has. Each thing has a stretch of 2 to the 27th minutes of one long line, so that a plain range says it, without an extension of PostgreSQL.
  constraint booking_once exclude using gist (
    int8range(line * 134217728 + from_minute, line * 134217728 + to_minute) with &&
  ) where (is_alone and state in ('asked', 'approved', 'used', 'no-show', 'blocked'))
);
create index booking_when on cluster.booking (thing, from_minute);
create index booking_maker on cluster.booking (made_by, from_minute);
create index booking_guest on cluster.booking (guest, from_minute) where guest is not null;

create table cluster.booking_move (
  thing text not null,
  booking uuid not null,
  n int not null,
  state text not null,
  reason text,
  by_name text not null,
  at timestamptz not null,
  primary key (thing, booking, n)
);

-- Who has had the training that the holder asks for: a thing, or an account.
create table cluster.booking_trained (
  thing text not null,
  party text not null,
  by_name text not null,
  at timestamptz not null,
  primary key (thing, party)
);

-- The secret address under which a calendar program reads an account's bookings; a new one takes the place of the old.
create table cluster.booking_feed (
  account text primary key,
  secret bytea not null unique,
  made_at timestamptz not null
);

insert into access.policy (role, target, scope, verbs)
values ('regulator', 'cluster.booking', 'all', 'x'),
  ('enterprise', 'cluster.booking', 'organization', 'x'),
  ('researcher', 'cluster.booking', 'organization', 'x'),
  ('investor', 'cluster.booking', 'organization', 'x'),
  ('park-operator', 'cluster.booking', 'organization', 'x'),
  ('enterprise', 'cluster.booking.hold', 'organization', 'x'),
  ('researcher', 'cluster.booking.hold', 'organization', 'x'),
  ('park-operator', 'cluster.booking.hold', 'organization', 'x')
on conflict (role, target, scope) do nothing;
