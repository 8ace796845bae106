/**
 * Duplicates: which reports are of the same case.
 *
 * Pure record linkage by the hit-miss model: learnt from the reports, explained field by field in bits.
 */
export { learnRates } from './learn.ts';
export { CASE_FIELDS, type CaseRecord, type FieldModel } from './model.ts';
export { type DuplicatePair, type DuplicateSearch, duplicateGroups, findDuplicates } from './search.ts';
export { HitMissModel, type MatchScore } from './weights.ts';
