-- A version on a venue (facts/exchange/venues.json): what we wish, and what the venue last said.
create table exchange.venue_listing (
  id uuid primary key,
  offering uuid not null,
  version int not null,
  venue text not null,
  wish text not null check (wish in ('listed', 'suspended', 'withdrawn')),
  state text not null check (state in ('unsent', 'received', 'reviewing', 'listed', 'refused', 'suspended', 'withdrawn')),
  fields json not null,
  external_id text,
  words text,
  asked_by_name text not null,
  asked_at timestamptz not null,
  changed_at timestamptz not null,
  looked_at timestamptz,
  -- Fruitless attempts in a row.
  attempts int not null default 0,
  look_at timestamptz not null,
  trouble text
);
create unique index venue_listing_one on exchange.venue_listing (offering, version, venue) where state not in ('refused', 'withdrawn');
create index venue_listing_due on exchange.venue_listing (look_at);

create table exchange.venue_event (
  listing uuid not null,
  place int generated always as identity,
  at timestamptz not null,
  -- What happened: the venue's state, or a call that failed.
  state text,
  trouble text,
  words text,
  primary key (listing, place)
);

-- The simulated venues' own memory.
create table exchange.venue_simulator (
  venue text not null,
  key text not null,
  external_id text not null,
  state text not null,
  words text,
  -- When the state changes by itself.
  due_at timestamptz,
  calls int not null default 0,
  primary key (venue, key)
);
