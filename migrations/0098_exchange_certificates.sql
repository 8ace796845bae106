-- Certificates of registration, listing and transaction: what they say is fixed in the act's transaction, with its leaf in the ledger; the
-- signature comes once the leaf is sealed.
create table exchange.certificate (
  id uuid primary key,
  kind text not null check (kind in ('registration', 'listing', 'transaction')),
  -- What it certifies, e.g. offering/<id>/1; a path below https://banyan.health/id/.
  subject text not null,
  holder text not null,
  -- CertificateCore of src/standards/credentials: what is said, as the leaf's digest has it.
  core json not null,
  state text not null default 'in-force' check (state in ('in-force', 'suspended', 'revoked')),
  issued_at timestamptz not null,
  -- The leaf of the ledger.
  leaf uuid not null,
  -- The place in the lists of revocation and of suspension.
  list int not null,
  place int not null check (place between 0 and 131071),
  -- The signed credential; none until the leaf is sealed.
  credential json,
  completed_at timestamptz,
  unique (list, place)
);
create index certificate_incomplete on exchange.certificate (issued_at) where credential is null;
create index certificate_subject on exchange.certificate (subject, issued_at desc);
create index certificate_holder on exchange.certificate (holder, issued_at desc, id);

-- What became of a certificate after it was issued; never changed.
create table exchange.certificate_event (
  certificate uuid not null references exchange.certificate (id),
  id uuid not null,
  at timestamptz not null,
  state text not null,
  reason text not null,
  actor_name text not null,
  primary key (certificate, id)
);

-- W3C Bitstring Status Lists: their bits are made from the certificates' states whenever `revision` is ahead of what was signed.
create table exchange.status_list (
  id int not null,
  purpose text not null check (purpose in ('revocation', 'suspension')),
  -- Where everybody finds it, as certificates name it; never changed.
  address text,
  revision int not null default 1,
  signed_revision int not null default 0,
  signed_at timestamptz,
  credential json,
  primary key (id, purpose)
);

-- Keys that have signed certificates, the newest last; the secret is derived from the ledger's key and is in no table.
create table exchange.certificate_issuer (
  multikey text primary key,
  first_used timestamptz not null
);

insert into access.policy (role, target, scope, verbs)
values ('administrator', 'exchange.certificate.change', 'all', 'x'), ('regulator', 'exchange.certificate.change', 'all', 'x')
on conflict (role, target, scope) do nothing;
