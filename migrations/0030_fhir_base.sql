-- The R4 store: a table for each resource type, older versions in one, and what resources are found by.
-- `part` is the patient's id for what belongs to a patient and the own id otherwise; it is known from the id or from fhir.directory.
create extension if not exists pg_trgm;
create schema fhir;

-- Every look-up reads the whole pending list of the GIN index: a short one (kB) keeps look-ups quick while rows pour in. Messages look
-- up many numbers at once, but never observations, of which ten come with each.
-- Rows stay whole and uncompressed up to a page: pglz would cost more than writing the rest of the row.
-- content is null when the resource is deleted. tokens: hashtextextended(<parameter>=<value>, 0), see src/kernel/fhir/tokens.ts.
do $$
declare
  name text;
begin
  foreach name in array array[
    'account', 'activity_definition', 'adverse_event', 'allergy_intolerance', 'appointment', 'appointment_response',
    'audit_event', 'basic', 'binary', 'biologically_derived_product', 'body_structure', 'bundle', 'capability_statement',
    'care_plan', 'care_team', 'catalog_entry', 'charge_item', 'charge_item_definition', 'claim', 'claim_response',
    'clinical_impression', 'code_system', 'communication', 'communication_request', 'compartment_definition', 'composition',
    'concept_map', 'condition', 'consent', 'contract', 'coverage', 'coverage_eligibility_request',
    'coverage_eligibility_response', 'detected_issue', 'device', 'device_definition', 'device_metric', 'device_request',
    'device_use_statement', 'diagnostic_report', 'document_manifest', 'document_reference', 'effect_evidence_synthesis',
    'encounter', 'endpoint', 'enrollment_request', 'enrollment_response', 'episode_of_care', 'event_definition', 'evidence',
    'evidence_variable', 'example_scenario', 'explanation_of_benefit', 'family_member_history', 'flag', 'goal',
    'graph_definition', 'group', 'guidance_response', 'healthcare_service', 'imaging_study', 'immunization',
    'immunization_evaluation', 'immunization_recommendation', 'implementation_guide', 'insurance_plan', 'invoice', 'library',
    'linkage', 'list', 'location', 'measure', 'measure_report', 'media', 'medication', 'medication_administration',
    'medication_dispense', 'medication_knowledge', 'medication_request', 'medication_statement', 'medicinal_product',
    'medicinal_product_authorization', 'medicinal_product_contraindication', 'medicinal_product_indication',
    'medicinal_product_ingredient', 'medicinal_product_interaction', 'medicinal_product_manufactured',
    'medicinal_product_packaged', 'medicinal_product_pharmaceutical', 'medicinal_product_undesirable_effect',
    'message_definition', 'message_header', 'molecular_sequence', 'naming_system', 'nutrition_order', 'observation',
    'observation_definition', 'operation_definition', 'operation_outcome', 'organization', 'organization_affiliation',
    'parameters', 'patient', 'payment_notice', 'payment_reconciliation', 'person', 'plan_definition', 'practitioner',
    'practitioner_role', 'procedure', 'provenance', 'questionnaire', 'questionnaire_response', 'related_person', 'request_group',
    'research_definition', 'research_element_definition', 'research_study', 'research_subject', 'risk_assessment',
    'risk_evidence_synthesis', 'schedule', 'search_parameter', 'service_request', 'slot', 'specimen', 'specimen_definition',
    'structure_definition', 'structure_map', 'subscription', 'substance', 'substance_nucleic_acid', 'substance_polymer',
    'substance_protein', 'substance_reference_information', 'substance_source_material', 'substance_specification',
    'supply_delivery', 'supply_request', 'task', 'terminology_capabilities', 'test_report', 'test_script', 'value_set',
    'verification_result', 'vision_prescription'
  ] loop
    execute format(
      'create table fhir.%1$I (
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
      create index %2$I on fhir.%1$I using gin (tokens) with (gin_pending_list_limit = %4$s);
      create index %3$I on fhir.%1$I (updated);',
      name, name || '_tokens', name || '_updated', case name when 'observation' then 1024 else 64 end);
  end loop;
end
$$;

-- Older versions, written when a newer one comes.
create table fhir.history (
  part text not null,
  type text not null,
  id text not null,
  version int not null,
  updated timestamptz not null,
  tenant text not null,
  patients text[] not null,
  content json,
  primary key (part, type, id, version)
);
create index history_updated on fhir.history (type, updated);

-- Where a resource is kept whose id does not say so.
create table fhir.directory (
  id text not null,
  type text not null,
  part text not null,
  primary key (id, type)
);

-- Dates (milliseconds since 1970), numbers and quantities as ranges, both ends included. param, unit, code, label: hashes of names.
-- base: the same quantity in base units.
create table fhir.range_index (
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
create index range_index_row on fhir.range_index (id, param);
create index range_index_lo on fhir.range_index (param, lo);
-- Ranges longer than a day are few; with them apart, short ones are found by their beginning alone.
create index range_index_long on fhir.range_index (param, hi) where hi - lo > 86400000;

-- Strings without case, width and accents.
create table fhir.text_index (
  param int not null,
  part text not null,
  id text not null,
  value text collate "C" not null
);
create index text_index_row on fhir.text_index (id, param);
create index text_index_value on fhir.text_index (param, left(value, 100));
create index text_index_grams on fhir.text_index using gin (value gin_trgm_ops);

-- Values that must be found together: tokens of the first kind, ranges of the second, as flat pairs of lo and hi.
create table fhir.pair_index (
  param int not null,
  part text not null,
  id text not null,
  tokens bigint[] not null,
  ranges float8[] not null
);
create index pair_index_row on fhir.pair_index (id, param);

-- The texts of codes, once each; a resource holds the token <parameter>:text=<text>. A catalogue: a reference table on Citus.
create table fhir.phrase (
  param int not null,
  text text collate "C" not null,
  primary key (param, text)
);
create index phrase_grams on fhir.phrase using gin (text gin_trgm_ops);

-- Which parameters a resource has values for, each set once: a resource holds its token, so that `:missing` needs no token for every
-- parameter. A catalogue as well.
create table fhir.shape (
  token bigint not null primary key,
  params int[] not null
);
