export { exchangeJobs } from './actions/jobs.ts';
export { exchangeHearers } from './hears.ts';
export { exchangeRoutes } from './routes/index.ts';
