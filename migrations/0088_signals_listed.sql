-- Reactions that a product's information lists: they raise no alarm by themselves, only when they come more often than before. Each change is in the audit trail.
create table signals.listed_reaction (
  product text not null,
  reaction text not null,
  reaction_name text not null,
  source text not null,
  at timestamptz not null,
  actor text not null,
  actor_name text not null,
  primary key (product, reaction)
);
