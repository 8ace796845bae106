-- Single properties whose live sources cannot all be true, kept with every change of what is said.
create table cluster.conflict (
  thing text not null,
  property text not null,
  since timestamptz not null,
  primary key (thing, property)
);

-- When its owner was last told that the thing is due.
alter table cluster.thing add column reminded_at timestamptz;
