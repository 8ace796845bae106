create schema exchange;

-- Who has acted in trade: an organization, else an account of its own. The name is the one it last acted under.
create table exchange.party (
  id text primary key check (id ~ '^(Organization|account)/.+$'),
  name text not null,
  name_zh text,
  first_seen timestamptz not null
);
