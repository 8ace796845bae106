-- Agreements between parties: what may be done with an offering, in ODRL; never changed, only ended.
create table exchange.agreement (
  id text primary key,
  offering text not null,
  version int not null,
  assigner text not null,
  assigner_name text not null,
  assignee text not null,
  assignee_name text not null,
  -- An ODRL agreement as JSON-LD.
  policy json not null,
  made_at timestamptz not null,
  ended_at timestamptz,
  ended_why text,
  check ((ended_at is null) = (ended_why is null))
);
create index agreement_assignee on exchange.agreement (assignee, made_at desc, id);
create index agreement_assigner on exchange.agreement (assigner, made_at desc, id);

-- How often each rule of an agreement was made use of: the row of the agreement is locked while this is read and raised.
create table exchange.use (
  agreement text not null references exchange.agreement (id),
  rule text not null,
  uses bigint not null check (uses > 0),
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (agreement, rule)
);

-- What became of the duties of an agreement; a duty without a row is open.
create table exchange.duty (
  agreement text not null references exchange.agreement (id),
  rule text not null,
  performance text not null check (performance in ('performed', 'unperformed')),
  at timestamptz not null,
  by_name text not null,
  note text not null,
  primary key (agreement, rule)
);

-- Connectors of others, as the operator entered them: whom we talk with, at which address only, and by which secrets.
create table exchange.counterparty (
  id uuid primary key,
  -- For whom it trades here.
  party text not null references exchange.party (id),
  name text not null,
  -- Its connector's base address: messages go to this origin and to no other.
  address text not null,
  -- Of the bearer token by which it is known; the token itself is shown once.
  token_hash bytea not null unique,
  -- The Authorization header that it asks of us.
  authorization_header text,
  -- Answers by dataset, offer or agreement instead of people's: for conformance tests. See Scripts in model/negotiations.ts.
  scripts json,
  disabled_at timestamptz,
  created_at timestamptz not null
);

-- Negotiations of contracts: with a connector by DSP, or between two parties here.
create table exchange.negotiation (
  -- Our own process id is urn:uuid:<id>.
  id uuid primary key,
  -- Whose side is ours; `both` between two parties here.
  role text not null check (role in ('provider', 'consumer', 'both')),
  counterparty uuid references exchange.counterparty (id),
  provider_pid text,
  consumer_pid text,
  provider text not null,
  provider_name text not null,
  consumer text not null,
  consumer_name text not null,
  -- The offering here, or the dataset there.
  offering text not null,
  version int,
  title json not null,
  -- The last offer, from whomever, as JSON-LD.
  offer json not null,
  agreement json,
  -- Of exchange.agreement, where we are the provider or both.
  agreement_id text,
  state text not null,
  revision int not null default 1,
  callback text,
  -- The last message of ours that the other side refused, or that could not be brought.
  trouble text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((counterparty is null) = (role = 'both'))
);
create unique index negotiation_consumer_pid on exchange.negotiation (counterparty, consumer_pid) where role = 'provider';
create unique index negotiation_provider_pid on exchange.negotiation (counterparty, provider_pid) where role = 'consumer';
create index negotiation_provider on exchange.negotiation (provider, updated_at desc, id);
create index negotiation_consumer on exchange.negotiation (consumer, updated_at desc, id);

-- The course of a negotiation or transfer, step by step; never changed.
create table exchange.protocol_step (
  process uuid not null,
  place int not null,
  at timestamptz not null,
  side text not null check (side in ('provider', 'consumer')),
  message text not null,
  state text not null,
  actor_name text not null,
  -- Of an offer or agreement: its rules; of a termination or suspension: the reason.
  detail json,
  primary key (process, place)
);

create table exchange.transfer (
  id uuid primary key,
  role text not null check (role in ('provider', 'consumer')),
  counterparty uuid not null references exchange.counterparty (id),
  provider_pid text,
  consumer_pid text,
  -- Of exchange.agreement, or of the provider's, or of a script.
  agreement text not null,
  format text not null,
  -- Where the data are fetched from or pushed to.
  data_address json,
  state text not null,
  revision int not null default 1,
  callback text,
  trouble text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index transfer_consumer_pid on exchange.transfer (counterparty, consumer_pid) where role = 'provider';
create index transfer_agreement on exchange.transfer (agreement, created_at desc, id);

insert into access.policy (role, target, scope, verbs)
values ('administrator', 'exchange.operate', 'all', 'x'),
  ('administrator', 'exchange.negotiation.read', 'all', 'x'),
  ('regulator', 'exchange.negotiation.read', 'all', 'x'),
  ('laboratory-director', 'exchange.negotiation.read', 'organization', 'x'),
  ('enterprise', 'exchange.negotiation.read', 'organization', 'x'),
  ('data-buyer', 'exchange.negotiation.read', 'organization', 'x'),
  ('researcher', 'exchange.negotiation.read', 'organization', 'x'),
  ('laboratory-director', 'exchange.negotiate', 'organization', 'x'),
  ('enterprise', 'exchange.negotiate', 'organization', 'x'),
  ('data-buyer', 'exchange.negotiate', 'organization', 'x'),
  ('researcher', 'exchange.negotiate', 'organization', 'x')
on conflict (role, target, scope) do nothing;
