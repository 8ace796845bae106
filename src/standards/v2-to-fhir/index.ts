/**
 * HL7 v2 messages as FHIR R4 resources.
 *
 * Follows HL7's "v2-to-FHIR" implementation guide (hl7.org/fhir/uv/v2mappings, maps of the repository HL7/v2-to-fhir);
 * where the guide leaves a choice, docs/messages.md says what was chosen and why. Pure: ids and the clock come in.
 */
export {
  type Draft,
  isMapped,
  type Mapping,
  type MappingIssue,
  type MappingOptions,
  mapMessage,
  toBundle,
} from './map-message.ts';
