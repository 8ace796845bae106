export { computeVerb } from './compute/verb.ts';
export { signalsRoutes } from './routes/index.ts';
