export { safetyJob, startStudies, watchJob } from './actions/index.ts';
export { startComputing } from './compute/index.ts';
export { computeVerb } from './compute/verb.ts';
export { reportsJob } from './intake/index.ts';
export { signalsRoutes } from './routes/index.ts';
