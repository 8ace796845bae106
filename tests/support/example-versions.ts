import { readdirSync, readFileSync } from 'node:fs';
import { patientsOf } from '#standards/fhir';
import type { ChangedVersion, PersonVersion } from '../../src/kernel/lake/source.ts';

const FOLDER = new URL('../../node_modules/hl7.fhir.r4.examples/', import.meta.url);
/** The types that the built-in views of the lake read. */
const TYPES =
  /^(Patient|Observation|Encounter|Condition|DiagnosticReport|ServiceRequest|Specimen|MedicationRequest|Procedure|Immunization|AllergyIntolerance|Organization)-/;

/** The official R4 examples as the lake is fed with them: newest versions, each with its part, and the patients by part. */
export function exampleVersions(): { versions: ChangedVersion[]; persons: Map<string, PersonVersion> } {
  const versions: ChangedVersion[] = [];
  const persons = new Map<string, PersonVersion>();
  for (const file of readdirSync(FOLDER).filter((name) => TYPES.test(name))) {
    const content = readFileSync(new URL(file, FOLDER), 'utf8');
    const resource = JSON.parse(content) as { resourceType: string; id: string };
    const { resourceType: type, id } = resource;
    const patients = [...patientsOf(resource)];
    const part = type === 'Patient' ? id : (patients[0] ?? id);
    versions.push({ type, part, id, version: 1, former: false, tenant: 'examples', patients, content });
    if (type === 'Patient') persons.set(part, { part, version: 1, content });
  }
  return { versions, persons };
}
