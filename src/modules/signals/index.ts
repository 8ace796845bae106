export { startComputing } from './actions/compute/index.ts';
export { computeVerb } from './actions/compute/verb.ts';
export { safetyJob, startStudies, watchJob } from './actions/index.ts';
export { alarmTable, reportTable } from './analytics/index.ts';
export { reportsJob } from './intake/index.ts';
export { signalsRoutes } from './routes/index.ts';
