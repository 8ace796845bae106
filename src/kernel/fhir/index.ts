/**
 * The FHIR R4 store.
 *
 * - `writeAll(ctx, tx, resources)`: the bulk door, in the caller's transaction; `create`, `update`, `patch`, `remove` for one.
 * - `read`, `readVersion`, `load`, `history`, `search`.
 * - `processBundle`: a batch or a transaction.
 * - `fhirRoutes`: all of it over HTTP.
 * - Writing tells one fact `fhir.changed` for each part, with the list of `Changed`.
 */
export { create, patch, remove, update, updateWhere } from './actions.ts';
export { type BundleOptions, type EntryResult, processBundle } from './bundle.ts';
export { type FhirDoor, fhirRoutes } from './http/routes.ts';
export { makeId } from './ids.ts';
export { paramNumber } from './indexing.ts';
export { type ParameterType, PLACE, type QueryLibrary, readQueryLibrary } from './query-library.ts';
export { type HistoryAsk, type HistoryKey, history, load, read, readCurrent, readVersion } from './read.ts';
export { type SearchOptions, type SearchPage, search } from './search/search.ts';
export type { Stored } from './store.ts';
export { tableOf } from './tables.ts';
export { type Changed, type Op, type Resource, type Written, writeAll } from './write.ts';
