-- The release gate: what it found, what it let out, and the budget of noise.

-- A report is never changed. Its verdict follows from its checks, so that nobody can write one that says otherwise.
create table exchange.gate_report (
  id uuid primary key,
  offering text not null,
  version int not null,
  verdict text not null,
  method text not null check (method in ('microdata', 'table')),
  -- See GateReport in src/modules/exchange/model/gate.ts.
  checks jsonb not null,
  body json not null,
  -- SHA-256 of the content that passed.
  digest text check (digest ~ '^[0-9a-f]{64}$'),
  row_count int not null check (row_count >= 0),
  asked_by text not null,
  asked_by_name text not null,
  made_at timestamptz not null,
  took_ms int not null,
  check (verdict = case
    when jsonb_typeof(checks) = 'array' and jsonb_array_length(checks) > 0 and not jsonb_path_exists(checks, '$[*] ? (@.verdict == "failed")')
    then 'passed' else 'refused' end),
  check ((verdict = 'passed') = (digest is not null)),
  unique (id, verdict, offering, version, digest)
);
create index gate_report_offering on exchange.gate_report (offering, made_at desc, id);
create index gate_report_made on exchange.gate_report (made_at desc, id);

-- Content by the hash of its bytes; each piece proves its own.
create table exchange.content_chunk (
  digest text not null,
  place int not null check (place >= 0),
  sha256 text not null,
  bytes bytea not null check (length(bytes) between 1 and 2097152),
  primary key (digest, place),
  check (sha256 = encode(sha256(bytes), 'hex'))
);

-- What may leave: only what a passed report of the same offering, version and content stands for.
create table exchange.release (
  id uuid primary key,
  offering text not null,
  version int not null,
  gate_report uuid not null unique,
  verdict text not null check (verdict = 'passed'),
  digest text not null,
  columns json not null,
  row_count int not null check (row_count >= 0),
  -- What was told, cell by cell or class by class: later releases are held against it.
  told json not null,
  made_at timestamptz not null,
  foreign key (gate_report, verdict, offering, version, digest) references exchange.gate_report (id, verdict, offering, version, digest)
);
create index release_offering on exchange.release (offering, made_at desc, id);

-- Candidates on their way through the gate: how far, and whether somebody wants it ended. Only what is under way is here.
create table exchange.gate_passage (
  id uuid primary key,
  offering text not null,
  version int not null,
  stage text not null,
  done real not null,
  cancelled boolean not null default false,
  asked_by text not null,
  started_at timestamptz not null,
  -- Whoever works at it says so every few seconds; what is silent for long has died.
  seen_at timestamptz not null
);
create index gate_passage_offering on exchange.gate_passage (offering);

-- How much of the persons' privacy is spent, in nano-rho of zero-concentrated differential privacy: of a product, and of a population
-- over all its products. It only grows, and never beyond its limit.
create table exchange.privacy_account (
  id text primary key check (id ~ '^(product|population):.+$'),
  limit_nano bigint not null check (limit_nano > 0),
  spent_nano bigint not null default 0 check (spent_nano >= 0),
  opened_at timestamptz not null,
  check (spent_nano <= limit_nano)
);

-- What was spent and what was told for it; the same question is never paid for or answered twice.
create table exchange.gate_answer (
  part text not null,
  release uuid not null references exchange.release (id),
  question text not null,
  -- Of the budget: whoever wants no more has the answer for nothing.
  milli_rho int not null check (milli_rho > 0),
  asked json not null,
  answer json not null,
  cost_nano bigint not null check (cost_nano > 0),
  population text not null,
  agreement text not null,
  actor text not null,
  answered_at timestamptz not null,
  primary key (part, release, question, milli_rho)
);
