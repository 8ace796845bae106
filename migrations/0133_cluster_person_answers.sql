-- What a person answers for programmes that are for persons: read by that account alone, and gone when it is taken back.
create table cluster.policy_person_answer (
  account text not null,
  name text not null,
  value jsonb not null,
  said_at timestamptz not null,
  primary key (account, name)
);
