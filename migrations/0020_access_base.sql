-- Who may do what, who did what, and who a person is in care of.
create schema access;

-- Organizations that write and are told apart; ids of FHIR Organizations, names for the screen.
create table access.tenant (
  id text primary key,
  name text not null,
  name_zh text
);

-- Persons and services that sign in. Few rows: a reference table beyond one machine.
create table access.account (
  id text primary key,
  username text not null,
  name text not null,
  password_hash text,
  password_changed_at timestamptz,
  must_change boolean not null default false,
  roles text[] not null,
  organizations text[] not null default '{}',
  patient text,
  language text not null default 'en' check (language in ('en', 'zh')),
  -- Holds every permission: the operator's own account, made at the first start and never through the API.
  everything boolean not null default false,
  demo boolean not null default false,
  created_at timestamptz not null,
  created_by text not null,
  disabled_at timestamptz
);
create unique index account_username on access.account (lower(username));

-- Only SHA-256 hashes of session and token secrets are kept: they are 256 random bits, so no slow hash is needed.
create table access.session (
  hash bytea primary key,
  id text not null,
  account text not null references access.account (id),
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  address text,
  glass_reason text,
  glass_patient text,
  glass_until timestamptz
);
create index session_account on access.session (account);
create index session_expiry on access.session (expires_at);

create table access.token (
  hash bytea primary key,
  id text not null unique,
  account text not null references access.account (id),
  name text not null,
  scopes text[] not null,
  hint text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index token_account on access.token (account, created_at desc);

-- Failed sign-ins by account and by address; keys are `account:<name>` and `address:<ip>`.
create table access.throttle (
  key text primary key,
  failures int not null,
  failed_at timestamptz not null,
  blocked_until timestamptz
);

-- What a role may. `target` is an act (`custody.hand-over`, verbs `x`), a FHIR resource type, or `*` for all of them
-- (verbs as in SMART App Launch 2: c create, r read, u update, d delete, s search).
-- Scope none takes a resource type away from the role's `*`.
create table access.policy (
  role text not null,
  target text not null,
  scope text not null check (scope in ('all', 'organization', 'care', 'laboratory', 'self', 'catalogue', 'none')),
  verbs text not null check (verbs ~ '^(x|c?r?u?d?s?)$'),
  primary key (role, target, scope)
);

-- Which organization cares for which patient, on what ground, from when to when.
create table access.care (
  patient text not null,
  organization text not null,
  ground text not null check (ground in ('order', 'encounter', 'admission', 'referral', 'laboratory')),
  since timestamptz not null,
  until timestamptz,
  primary key (patient, organization, ground)
) with (fillfactor = 90);

-- The audit trail. `part` is the first patient concerned, else the actor, so that one person's trail lies together.
-- The ledger holds a hash of each row salted with `salt`; deleting a row's content leaves the ledger provable.
create table access.audit (
  part text not null,
  id text not null,
  at timestamptz not null,
  actor text not null,
  actor_name text not null,
  roles text[] not null,
  organization text,
  purpose text not null,
  act text not null,
  outcome text not null check (outcome in ('success', 'denied', 'failure')),
  patients text[] not null,
  subject text,
  request text not null,
  address text,
  break_glass text,
  detail json,
  salt text not null,
  primary key (part, id)
);
create index audit_at on access.audit (at desc, id desc);
create index audit_part on access.audit (part, at desc, id desc);
create index audit_actor on access.audit (actor, at desc, id desc);
create index audit_patients on access.audit using gin (patients) where cardinality(patients) > 1;
create index audit_remarkable on access.audit (at desc, id desc) where outcome <> 'success' or break_glass is not null;

-- FHIR: what everybody who is signed in may read, and each role's own.
insert into access.policy (role, target, scope, verbs)
select role, '*', 'catalogue', 'rs'
from unnest(array[
  'administrator', 'clinician', 'laboratory-technician', 'laboratory-director', 'courier', 'patient', 'regulator',
  'researcher', 'data-buyer', 'enterprise', 'park-operator'
]) as role;

insert into access.policy (role, target, scope, verbs) values
  -- Administers accounts and catalogues, not patients.
  ('administrator', '*', 'catalogue', 'cruds'),

  ('clinician', '*', 'organization', 'crus'),
  ('clinician', '*', 'care', 'rs'),

  ('laboratory-technician', '*', 'organization', 'crus'),
  ('laboratory-technician', 'Patient', 'laboratory', 'rs'),
  ('laboratory-technician', 'ServiceRequest', 'laboratory', 'rus'),
  ('laboratory-technician', 'Specimen', 'laboratory', 'rus'),
  ('laboratory-technician', 'Observation', 'laboratory', 'rs'),
  ('laboratory-technician', 'DiagnosticReport', 'laboratory', 'rs'),

  ('laboratory-director', '*', 'organization', 'cruds'),
  ('laboratory-director', 'Patient', 'laboratory', 'rs'),
  ('laboratory-director', 'ServiceRequest', 'laboratory', 'rus'),
  ('laboratory-director', 'Specimen', 'laboratory', 'rus'),
  ('laboratory-director', 'Observation', 'laboratory', 'rs'),
  ('laboratory-director', 'DiagnosticReport', 'laboratory', 'rs'),

  ('patient', '*', 'self', 'rs'),
  ('patient', 'Observation', 'self', 'crs'),
  ('patient', 'QuestionnaireResponse', 'self', 'crs'),
  -- A group names other patients too.
  ('patient', 'Group', 'none', '')
on conflict (role, target, scope) do update set verbs = excluded.verbs;

-- Acts.
insert into access.policy (role, target, scope, verbs)
select role, target, scope, 'x' from (values
  ('administrator', 'all', array[
    'access.account.manage', 'access.policy.manage', 'access.client.manage', 'access.audit.read', 'access.glass.break',
    'kernel.dead-letter.read', 'kernel.dead-letter.settle', 'kernel.operations.read',
    'custody.read', 'laboratory.operations.read']),
  ('clinician', 'all', array[
    'access.glass.break', 'records.person.search', 'records.person.read', 'custody.read', 'custody.hand-over',
    'laboratory.operations.read', 'laboratory.order.read', 'laboratory.order.write', 'laboratory.report.read']),
  ('laboratory-technician', 'all', array[
    'kernel.dead-letter.read', 'records.person.search', 'records.person.read', 'custody.read', 'custody.hand-over',
    'custody.alarm.acknowledge', 'laboratory.operations.read', 'laboratory.order.read', 'laboratory.order.write',
    'laboratory.result.write', 'laboratory.report.read']),
  ('laboratory-director', 'organization', array['access.audit.read']),
  ('laboratory-director', 'all', array[
    'access.glass.break', 'kernel.dead-letter.read', 'kernel.dead-letter.settle', 'records.person.search',
    'records.person.read', 'custody.read', 'custody.hand-over', 'custody.alarm.acknowledge', 'laboratory.operations.read',
    'laboratory.order.read', 'laboratory.order.write', 'laboratory.result.write', 'laboratory.result.release',
    'laboratory.report.read']),
  ('courier', 'all', array['custody.read', 'custody.capture', 'custody.hand-over', 'custody.alarm.acknowledge']),
  ('patient', 'self', array['access.audit.read']),
  ('patient', 'all', array['records.person.read', 'laboratory.report.read']),
  ('regulator', 'all', array['access.audit.read', 'custody.read', 'laboratory.operations.read'])
) as grants (role, scope, targets), unnest(targets) as target;
