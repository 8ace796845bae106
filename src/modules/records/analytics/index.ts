export { findCodes } from './codes.ts';
export { countCohort } from './counts.ts';
export { parseCohort } from './definition.ts';
export { findParcel } from './download.ts';
export { findHistory } from './history.ts';
