-- The life of each order, from request to report, put together from the record and from custody.
create schema laboratory;

-- One row for each ServiceRequest. `known` holds what is known from each source; the columns are drawn from it.
-- Visible as the ServiceRequest is: tenant and patients are copied from it.
create table laboratory.work (
  part text not null,
  id text not null,
  tenant text not null,
  patients text[] not null,
  known json not null,
  number text,
  requisition text,
  code text,
  name text,
  priority text not null,
  state text not null,
  site text,
  accessions text[] not null,
  ordered_at timestamptz,
  collected_at timestamptz,
  picked_up_at timestamptz,
  arrived_at timestamptz,
  resulted_at timestamptz,
  reported_at timestamptz,
  turnaround_min int,
  -- The time the row is listed by: of the order, or of the first thing known.
  listed_at timestamptz not null,
  primary key (part, id)
) with (fillfactor = 80);
create index work_listed on laboratory.work (listed_at desc, id);
create index work_id on laboratory.work (id);
create index work_state on laboratory.work (state, listed_at desc, id);
create index work_number on laboratory.work (number);
create index work_requisition on laboratory.work (requisition);
create index work_accessions on laboratory.work using gin (accessions);

-- One row for each accession number: what custody tells of it, and the work that waits for it.
create table laboratory.tube (
  accession text primary key,
  known json not null,
  -- `<part>/<id>` of laboratory.work
  works text[] not null default '{}',
  site text,
  collected_at timestamptz,
  picked_up_at timestamptz,
  arrived_at timestamptz,
  in_transit boolean not null default false
) with (fillfactor = 80);
create index tube_in_transit on laboratory.tube (picked_up_at) where in_transit;

-- Counts by hour, kept as work changes, so that a day is counted by a few rows. Slots keep writers from waiting for each other.
create table laboratory.tally (
  hour timestamptz not null,
  kind text not null,
  site text not null,
  slot smallint not null,
  count int not null,
  primary key (hour, kind, site, slot)
) with (fillfactor = 50);

-- Turnaround in whole minutes by the hour of the first report: percentiles without sorting.
create table laboratory.turnaround (
  hour timestamptz not null,
  minutes int not null,
  slot smallint not null,
  count int not null,
  primary key (hour, minutes, slot)
) with (fillfactor = 50);
