-- Case reports of adverse reactions to medicines, vaccines, devices and cell products. A report's own id is its distribution key.

-- A batch as it came, committed before it is answered; the same bytes again find the answer that was given.
create table signals.report_batch (
  organization text not null,
  digest text not null,
  raw bytea not null,
  sender text,
  number text,
  received_at timestamptz not null,
  received_by text not null,
  received_name text not null,
  answered_at timestamptz,
  -- AA, AE or AR, and the whole answer.
  code text,
  answer text,
  primary key (organization, digest)
);
-- One content for one number of a sender; a refused one holds no number.
create unique index report_batch_number on signals.report_batch (organization, sender, number) where code in ('AA', 'AE');
create index report_batch_unanswered on signals.report_batch (received_at) where answered_at is null;

-- Which report a case number of an organization is: the way from what a sender calls it.
create table signals.report_case (
  organization text not null,
  case_number text not null,
  report uuid not null,
  primary key (organization, case_number)
);

create table signals.report (
  id uuid primary key,
  organization text not null,
  origin text not null check (origin in ('e2b', 'typed')),
  state text not null check (state in ('draft', 'submitted', 'nullified', 'void')),
  -- Counts versions; 0 while nothing was submitted.
  version int not null default 0,
  -- Counts every change, so that who saves over what they did not see is told.
  revision int not null default 1,
  -- What is being typed and not yet submitted; null when nothing is.
  draft json,
  case_number text,
  -- Of the latest version, else of the draft: what lists, searches and counts need.
  kind text not null,
  first_received date,
  recent date,
  onset date,
  sex text,
  birth_date date,
  age_years double precision,
  age_band text not null,
  country text,
  serious boolean not null,
  criteria text[] not null,
  outcome text,
  products text[] not null,
  lots text[] not null,
  reactions text[] not null,
  words text not null,
  duplicate_of uuid,
  created_at timestamptz not null,
  created_by text not null,
  created_name text not null,
  updated_at timestamptz not null
);
create index report_newest on signals.report (updated_at desc, id);
create index report_organization on signals.report (organization, updated_at desc, id);
create index report_products on signals.report using gin (products);
create index report_lots on signals.report using gin (lots);
create index report_reactions on signals.report using gin (reactions);

-- Every version as it was submitted or received: only ever added to.
create table signals.report_version (
  report uuid not null,
  version int not null,
  kind text not null check (kind in ('first', 'follow-up', 'amendment', 'nullification')),
  content json not null,
  issues json not null,
  at timestamptz not null,
  by text not null,
  by_name text not null,
  -- The batch it came in, and its place there.
  batch text,
  place int,
  primary key (report, version)
);

-- Products and reactions of the latest version.
create table signals.report_product (
  report uuid not null,
  place int not null,
  key text not null,
  name text not null,
  role text not null,
  lots text[] not null,
  approval text,
  primary key (report, place)
);
create index report_product_key on signals.report_product (key);

create table signals.report_reaction (
  report uuid not null,
  place int not null,
  -- `meddra:<code>` where there is one, else the words.
  key text not null,
  name text not null,
  code text,
  serious boolean not null,
  onset date,
  outcome text,
  primary key (report, place)
);
create index report_reaction_key on signals.report_reaction (key);

-- What must be done until when, and when it was.
create table signals.report_due (
  report uuid not null,
  rule text not null,
  version int not null,
  due_on date not null,
  done_at timestamptz,
  done_by text,
  note text,
  primary key (report, rule, version)
);
create index report_due_open on signals.report_due (due_on, report) where done_at is null;

-- Judgements of causality and grades: only ever added to.
create table signals.report_assessment (
  report uuid not null,
  id uuid not null,
  method text not null,
  drug text,
  reaction text,
  answers json not null,
  result text not null,
  score double precision,
  note text not null,
  version int not null,
  at timestamptz not null,
  by text not null,
  by_name text not null,
  primary key (report, id)
);

-- What a person decided about two reports that look like one case; told from both sides.
create table signals.report_pair (
  report uuid not null,
  other uuid not null,
  decision text not null check (decision in ('confirmed', 'refused')),
  score double precision,
  grounds json not null,
  reason text not null,
  at timestamptz not null,
  by text not null,
  by_name text not null,
  primary key (report, other)
);

-- What was done to a report: only ever added to.
create table signals.report_event (
  report uuid not null,
  id uuid not null,
  at timestamptz not null,
  by text not null,
  by_name text not null,
  kind text not null,
  detail jsonb not null,
  primary key (report, id)
);
create index report_event_time on signals.report_event (report, at, id);

-- Who treats reports what they see, and who makes or sells reports what they hear; each reads the own, the regulator all.
insert into access.policy (role, target, scope, verbs)
select role, target, scope, 'x'
from (values
  ('clinician', 'signals.report.write', 'all'), ('regulator', 'signals.report.write', 'all'), ('enterprise', 'signals.report.write', 'all'),
  ('regulator', 'signals.report.read', 'all'), ('clinician', 'signals.report.read', 'organization'), ('enterprise', 'signals.report.read', 'organization')
) as granted (role, target, scope)
on conflict (role, target, scope) do nothing;
