export { dmnVerb } from './actions/decisions-verb.ts';
export { loadFacts as loadClusterFacts } from './actions/facts.ts';
export { clusterJobs } from './actions/jobs.ts';
export { clusterVerb } from './actions/verb.ts';
export { clusterHearers } from './hears.ts';
export { clusterRoutes } from './routes/index.ts';
