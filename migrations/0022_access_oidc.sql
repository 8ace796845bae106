-- The identity provider: its clients, keys and what it remembers.

-- Applications that may ask people for access; registered by an administrator.
create table access.client (
  id text primary key,
  name text not null,
  redirect_uris text[] not null,
  -- Public keys of a client that proves itself by a signed JWT; a client without is public and must use PKCE.
  jwks json,
  -- The account a client acts as on its own behalf (client_credentials).
  account text references access.account (id),
  -- The SMART scopes it may ask for; null: any.
  scopes text[],
  created_at timestamptz not null,
  created_by text not null,
  disabled_at timestamptz
);

-- What the provider keeps between requests: sessions, codes, grants, refresh tokens.
create table access.oidc_memory (
  kind text not null,
  id text not null,
  payload jsonb not null,
  grant_id text,
  uid text,
  expires_at timestamptz,
  consumed_at timestamptz,
  primary key (kind, id)
);
create index oidc_memory_grant on access.oidc_memory (grant_id) where grant_id is not null;
create index oidc_memory_uid on access.oidc_memory (uid) where uid is not null;
create index oidc_memory_expiry on access.oidc_memory (expires_at);

-- The patient that a person chose for an application, for the life of the grant.
create table access.oidc_launch (
  grant_id text primary key,
  patient text not null,
  made_at timestamptz not null
);

-- Signing keys, newest first in use; an older one stays published until nothing signed by it is valid.
create table access.signing_key (
  kid text primary key,
  alg text not null,
  jwk json not null,
  made_at timestamptz not null
);
