/**
 * The FHIR R4 store.
 *
 * - `writeAll(ctx, tx, resources)`: the bulk door, in the caller's transaction; `create`, `update`, `remove` for one.
 * - `read`, `readVersion`, `load`, `history`.
 * - Writing tells one fact `fhir.changed` for each part, with the list of `Changed`.
 */
export { create, remove, update } from './actions.ts';
export { makeId } from './ids.ts';
export { paramNumber } from './indexing.ts';
export { type HistoryAsk, type HistoryKey, history, load, read, readVersion } from './read.ts';
export type { Stored } from './store.ts';
export { tableOf } from './tables.ts';
export { type Changed, type Op, type Resource, type Written, writeAll } from './write.ts';
