-- For a million things: lists by name, part of a name, numbers said of many, what others lie in, and ranges of keys.
create index thing_name on cluster.thing (kind, name, id) where merged_into is null;
create index thing_all_names on cluster.thing (name, id) where merged_into is null;
create index thing_name_like on cluster.thing using gin (name gin_trgm_ops, name_zh gin_trgm_ops);
create index statement_alias on cluster.statement using gin ((value #>> '{}') gin_trgm_ops) where property = 'alias' and withdrawn_at is null;
create index statement_number on cluster.statement (property, ((value #>> '{}')::numeric), thing)
  where withdrawn_at is null and jsonb_typeof(value) = 'number';
create index relation_container on cluster.relation (object) where predicate = 'located-in' and withdrawn_at is null;
alter table cluster.match_key alter column key type text collate "C";
