-- Dates and numbers in tables of their own. Together they misled the planner: among dates in milliseconds every "greater than 99" looks
-- like everything, so that a rare value was looked for by walking the whole table.
alter table fhir.range_index rename to date_index;
alter index fhir.range_index_row rename to date_index_row;
alter index fhir.range_index_lo rename to date_index_lo;
alter index fhir.range_index_long rename to date_index_long;

create table fhir.number_index (
  lo float8 not null,
  hi float8 not null,
  base_lo float8,
  base_hi float8,
  param int not null,
  unit int,
  code int,
  label int,
  base int,
  part text not null,
  id text not null
);

with moved as (
  delete from fhir.date_index
  where param in (
    -- The number of a parameter is the lower half of the hash of its name.
    select ((hashtextextended(name, 0) & 4294967295)::bit(64) << 32)::bit(32)::int
    from unnest(array[
    'ActivityDefinition.context-quantity', 'CapabilityStatement.context-quantity', 'ChargeItem.factor-override',
    'ChargeItem.price-override', 'ChargeItem.quantity', 'ChargeItemDefinition.context-quantity', 'CodeSystem.context-quantity',
    'CompartmentDefinition.context-quantity', 'ConceptMap.context-quantity', 'Condition.abatement-age', 'Condition.onset-age',
    'EffectEvidenceSynthesis.context-quantity', 'Encounter.length', 'EventDefinition.context-quantity',
    'Evidence.context-quantity', 'EvidenceVariable.context-quantity', 'ExampleScenario.context-quantity',
    'GraphDefinition.context-quantity', 'ImplementationGuide.context-quantity', 'Invoice.totalgross', 'Invoice.totalnet',
    'Library.context-quantity', 'Measure.context-quantity', 'MessageDefinition.context-quantity', 'MolecularSequence.variant-end',
    'MolecularSequence.variant-start', 'MolecularSequence.window-end', 'MolecularSequence.window-start',
    'NamingSystem.context-quantity', 'Observation.combo-value-quantity', 'Observation.component-value-quantity',
    'Observation.value-quantity', 'OperationDefinition.context-quantity', 'PlanDefinition.context-quantity',
    'Questionnaire.context-quantity', 'ResearchDefinition.context-quantity', 'ResearchElementDefinition.context-quantity',
    'RiskAssessment.probability', 'RiskEvidenceSynthesis.context-quantity', 'SearchParameter.context-quantity',
    'StructureDefinition.context-quantity', 'StructureMap.context-quantity', 'Substance.quantity',
    'TerminologyCapabilities.context-quantity', 'TestScript.context-quantity', 'ValueSet.context-quantity'
    ]) as name
  )
  returning lo, hi, base_lo, base_hi, param, unit, code, label, base, part, id
)
insert into fhir.number_index (lo, hi, base_lo, base_hi, param, unit, code, label, base, part, id)
select lo, hi, base_lo, base_hi, param, unit, code, label, base, part, id from moved;

create index number_index_row on fhir.number_index (id, param);
create index number_index_lo on fhir.number_index (param, lo);

alter table fhir.date_index
  drop column base_lo, drop column base_hi, drop column unit, drop column code, drop column label, drop column base;
