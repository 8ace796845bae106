create schema signals;

-- Statistics on the asker's own numbers.
insert into access.policy (role, target, scope, verbs)
select role, 'signals.compute', 'all', 'x'
from unnest(array['clinician', 'laboratory-director', 'regulator', 'researcher', 'enterprise']) as role
on conflict (role, target, scope) do nothing;
