-- ViewDefinition of SQL-on-FHIR v2: a resource type that R4 does not have, in a table like those of 0030.
create table fhir.view_definition (
  part text not null,
  id text not null,
  version int not null,
  updated timestamptz not null,
  tenant text not null,
  patients text[] not null,
  tokens bigint[] not null,
  content json,
  primary key (part, id)
) with (toast_tuple_target = 8160);
create index view_definition_tokens on fhir.view_definition using gin (tokens) with (gin_pending_list_limit = 64);
create index view_definition_updated on fhir.view_definition (updated);
