export { isTime, isUri } from './check.ts';
export { canonicalLink, checkDigit, urnOfLink } from './digital-link.ts';
export { hashEvent, preHash, utcMilliseconds } from './hash.ts';
export type { Action, EpcisEvent, EventType, Finding, JsonLdContext, SensorElement, SensorReport } from './model.ts';
export { EVENT_TYPES } from './model.ts';
export { spreadToBaseUnit, toBaseUnit, toCelsius } from './units.ts';
export { findCaptureFaults, findEventFaults, findFaults, openDocument, type ReadDocument } from './validate.ts';
export { bareForm, CBV, VOCABULARIES, type VocabularyName, webForm } from './vocabulary.ts';
