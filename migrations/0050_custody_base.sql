-- Who holds which thing, where, in what condition: EPCIS 2.0 events, the things they tell of, and sensor readings.
create schema custody;

-- Events as captured. The id is the distribution key; things find their events through custody.trace.
create table custody.event (
  id text primary key,
  hash text not null,
  type text not null,
  action text,
  biz_step text,
  disposition text,
  event_time timestamptz not null,
  record_time timestamptz not null,
  read_point text,
  biz_location text,
  from_party text,
  to_party text,
  declared_wrong_at timestamptz,
  -- `bizTransaction|type|id`, `source|type|id`, `destination|type|id`
  facets text[] not null default '{}',
  -- One object a sensor report, with what its element's metadata states; numbers in base units.
  sensor jsonb,
  content json not null,
  -- The prefixes of the document it came in.
  context json,
  captured_by text not null
);
create index event_time on custody.event (event_time, id);
create index event_record_time on custody.event (record_time, id);
create index event_location on custody.event (biz_location, event_time);
create index event_facets on custody.event using gin (facets) where facets <> '{}';
create index event_sensor on custody.event (event_time, id) where sensor is not null;

-- One row for every thing an event names: a thing's history, and the way from a thing to its events.
create table custody.trace (
  part text not null,
  at timestamptz not null,
  event text not null,
  role text not null,
  step text,
  -- `in` and `out` of `other`: what holds it, or what it is fixed to.
  act text check (act in ('in', 'out')),
  other text,
  -- What the thing is after it, where it is then (empty: on the way), who holds it; null where the event does not say.
  state text,
  place text,
  disposition text,
  from_party text,
  to_party text,
  -- An error declaration says that the event did not happen so: it stays, and counts no more.
  wrong boolean not null default false,
  primary key (part, at, event, role)
);
create index trace_event on custody.trace (event);
create index trace_other on custody.trace (other, at) where other is not null;

-- What is known of a thing now. Every field keeps the time of the event it came from, so that a late event changes nothing newer.
create table custody.thing (
  part text primary key,
  kind text not null,
  code text not null,
  state text not null,
  state_at timestamptz not null,
  place text,
  place_at timestamptz not null,
  holder text,
  holder_at timestamptz not null,
  parent text,
  parent_at timestamptz not null,
  damaged_at timestamptz,
  seen_at timestamptz not null
) with (fillfactor = 80);
create index thing_parent on custody.thing (parent) where parent is not null;
create index thing_kind on custody.thing (kind, seen_at desc, part);
create index thing_code on custody.thing (code);

-- Moves that cannot have been: recorded with the event, never dropped.
create table custody.anomaly (
  part text not null,
  event text not null,
  kind text not null,
  at timestamptz not null,
  noted_at timestamptz not null,
  detail json not null,
  primary key (part, event, kind)
);
create index anomaly_noted on custody.anomaly (noted_at desc, part);

create table custody.capture_job (
  id text primary key,
  created_at timestamptz not null,
  finished_at timestamptz not null,
  success boolean not null,
  behaviour text not null,
  events int not null,
  captured int not null,
  duplicates int not null,
  errors json not null,
  created_by text not null
);
create index capture_job_created on custody.capture_job (created_at desc, id);

-- Names and positions of global location numbers, from the FHIR Locations and Organizations that carry them.
create table custody.place (
  gln text primary key,
  name text not null,
  name_zh text,
  kind text not null,
  key boolean not null default false,
  latitude double precision,
  longitude double precision,
  organization text,
  resource text not null
);

-- A sensor's last word: one upserted row a device.
create table custody.device (
  part text primary key,
  code text not null,
  seq bigint not null,
  at timestamptz not null,
  received_at timestamptz not null,
  temperature real,
  humidity real,
  latitude double precision,
  longitude double precision,
  speed real,
  heading real,
  online boolean not null default true,
  ahead_seconds int,
  -- How long it has been outside the limits: the state that the next reading goes on from.
  exposure json,
  -- Readings came in behind newer ones: exposure is to be counted again from here.
  recount_from timestamptz
) with (fillfactor = 50);
create index device_recount on custody.device (recount_from) where recount_from is not null;

create table custody.reading (
  device text not null,
  at timestamptz not null,
  seq bigint not null,
  nth smallint not null,
  received_at timestamptz not null,
  temperature real,
  humidity real,
  latitude double precision,
  longitude double precision,
  speed real,
  primary key (device, at, seq, nth)
) partition by range (at);
-- For days no partition was made for: clocks that are far off.
create table custody.reading_default partition of custody.reading default;

-- A stretch of time outside the limits of the box's class.
create table custody.excursion (
  part text not null,
  began_at timestamptz not null,
  kind text not null check (kind in ('above', 'below')),
  ended_at timestamptz,
  minutes real not null,
  extreme real not null,
  device text not null,
  class text not null,
  primary key (part, began_at, kind)
);
create index excursion_open on custody.excursion (part) where ended_at is null;

create table custody.alarm (
  part text not null,
  id text not null,
  rule text not null,
  kind text not null,
  raised_at timestamptz not null,
  began_at timestamptz not null,
  temperature real not null,
  minutes real not null,
  device text not null,
  class text not null,
  state text not null default 'open' check (state in ('open', 'acknowledged', 'closed')),
  acknowledged_by text,
  acknowledged_at timestamptz,
  closed_by text,
  closed_at timestamptz,
  closed_why text,
  primary key (part, id),
  unique (part, rule, began_at)
);
create index alarm_raised on custody.alarm (raised_at desc, id);
create index alarm_unclosed on custody.alarm (raised_at desc, id) where state <> 'closed';
