/**
 * Individual case safety reports by ICH E2B(R3) (ISO/HL7 27953-2): batches read, judged, written and acknowledged.
 *
 * Sources: ICH E2B(R3) implementation guide with its core data elements, business rules and code lists; the HL7 schemas MCCI_IN200100UV01,
 * PORR_IN049016UV and MCCI_IN200101UV01; China's regional elements from stylesheets in public use.
 */
export {
  type Acknowledgement,
  type AnswerContext,
  acknowledge,
  parseAcknowledgement,
  type ReportAcknowledgement,
  type ReportResult,
  writeAcknowledgement,
} from './acknowledgement.ts';
export { type ParsedBatch, parseBatch, writeBatch } from './batch.ts';
export { CODE_LISTS, COUNTRIES, type CodeEntry, type CodeListName, NULL_FLAVORS } from './code-lists.ts';
export { ELEMENTS, type ElementRule } from './elements.ts';
export { emptyDrug, emptyReaction, emptyReport, type FormField, formFields } from './form.ts';
export * from './model.ts';
export type { ValidationContext } from './rules.ts';
export { validateBatch, validateReport } from './validate.ts';
export { LIMITS, type Limits } from './xml.ts';
