-- What the speakers of an enterprise were told of a clause: once for each version and verdict.
create table cluster.policy_told (
  enterprise text not null,
  key text not null,
  version int not null,
  verdict text not null check (verdict in ('yes', 'unknown')),
  at timestamptz not null,
  primary key (enterprise, key, version, verdict)
);
