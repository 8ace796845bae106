-- Things are sought under brand with place and with trade too: their keys are made anew, by the hearer that makes them after a change.
insert into kernel.delivery (hearer, lane, type, subject, data)
select 'cluster.match-keys', abs(hashtext(id) % 2)::smallint, 'cluster.thing-changed', id, json_build_object('thing', id)
from cluster.thing order by id;
