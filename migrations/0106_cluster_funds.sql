-- Who puts money into the cluster: a role of its own, with the catalogue that everybody signed in reads.
insert into access.policy (role, target, scope, verbs) values ('investor', '*', 'catalogue', 'rs')
on conflict (role, target, scope) do nothing;
