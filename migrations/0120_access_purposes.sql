-- Access by purpose: a policy may hold for some purposes of use only; none named: for all. The codes are of HL7 v3 ActReason.
alter table access.policy add column purposes text[] not null default '{}'
  check (purposes <@ array['TREAT', 'HOPERAT', 'HRESCH', 'PUBHLTH', 'PATRQT']);

-- Persons' rows are for their treatment, and what the own organization wrote for running it too. Who asks for research is answered over the
-- population, as far as `lake.population.ask` reaches.
update access.policy set purposes = array['TREAT']
where role in ('clinician', 'laboratory-technician', 'laboratory-director') and scope in ('care', 'laboratory') and verbs <> 'x';
update access.policy set purposes = array['TREAT', 'HOPERAT']
where role in ('clinician', 'laboratory-technician', 'laboratory-director') and scope = 'organization' and verbs <> 'x';

-- Who may state a purpose other than the role's usual one.
insert into access.policy (role, target, scope, verbs) values
  ('clinician', 'access.purpose.operations', 'all', 'x'),
  ('clinician', 'access.purpose.research', 'all', 'x'),
  ('laboratory-technician', 'access.purpose.operations', 'all', 'x'),
  ('laboratory-director', 'access.purpose.operations', 'all', 'x'),
  ('laboratory-director', 'access.purpose.research', 'all', 'x')
on conflict do nothing;
