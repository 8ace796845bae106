export type { Door, HealthCheck, Routes } from './door.ts';
export { kernelRoutes } from './kernel-routes.ts';
export { languageOf } from './language.ts';
export { servePages } from './pages.ts';
export { asProblem, operationOutcome, sendProblem, translate } from './problems.ts';
export { dayOf, limitOf, oneOf, textOf, textsOf } from './read.ts';
export { makeServer } from './server.ts';
