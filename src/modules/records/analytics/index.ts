export { findCodes } from './codes.ts';
export { countCohort } from './counts.ts';
export { parseCohort } from './definition.ts';
export { findParcel } from './download.ts';
export { type FollowedPersons, findFollowed } from './followed.ts';
export { findHistory } from './history.ts';
