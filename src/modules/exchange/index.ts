export { exchangeJobs } from './actions/jobs.ts';
export { PROTOCOL_LISTENER, protocolHearer } from './actions/messenger.ts';
export { verifyCertificateVerb } from './actions/verify-verb.ts';
export { exchangeHearers } from './hears.ts';
export { exchangeRoutes } from './routes/index.ts';
export { addWorkingDays, parseCsv, publicHoliday } from './rules/index.ts';
