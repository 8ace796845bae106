-- Space that its park tells everybody of: in the open data too.
alter table cluster.unit add column published boolean not null default false;
