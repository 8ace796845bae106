-- What may be done with the lake. Rows enter a question by the grants on their resource type; `lake.population.ask` is for counts and
-- percentiles over persons whose rows one may not see, never for rows.
insert into access.policy (role, target, scope, verbs)
select role, target, scope, 'x' from (values
  ('administrator', 'all', array['lake.view.manage']),
  ('clinician', 'all', array['lake.sql.ask', 'lake.export']),
  ('clinician', 'organization', array['lake.population.ask']),
  ('laboratory-director', 'all', array['lake.sql.ask', 'lake.export', 'lake.view.manage']),
  ('laboratory-director', 'organization', array['lake.population.ask']),
  ('regulator', 'all', array['lake.sql.ask', 'lake.export', 'lake.population.ask']),
  ('researcher', 'all', array['lake.sql.ask', 'lake.export', 'lake.population.ask']),
  -- A patient's own record, to take along.
  ('patient', 'all', array['lake.export'])
) as grants (role, scope, targets), unnest(targets) as target
on conflict (role, target, scope) do nothing;
