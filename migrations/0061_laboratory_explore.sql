-- Exploring tests over many results: whose results enter is decided by the grants on Observation and by `lake.population.ask`.
insert into access.policy (role, target, scope, verbs)
select role, 'laboratory.explore', 'all', 'x'
from unnest(array['clinician', 'laboratory-technician', 'laboratory-director', 'regulator', 'researcher']) as role
on conflict (role, target, scope) do nothing;
