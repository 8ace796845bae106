/** The shared record: messages of hospitals and laboratories, persons and what is known of them. */
export { type FollowedPersons, findFollowed, parseCohort } from './analytics/index.ts';
export { messageTable } from './analytics/messages.ts';
export { intake } from './intake/apply.ts';
export { exportVerb } from './intake/export.ts';
export type { DocumentTaker } from './intake/import.ts';
export { type MllpOptions, type MllpServer, startMllpServer } from './intake/mllp-server.ts';
export { type Receipt, type Receiver, startReceiver } from './intake/receive.ts';
export { importVerb } from './intake/verbs.ts';
export type { Applied, Numbered } from './model.ts';
export { recordsRoutes } from './routes/index.ts';
