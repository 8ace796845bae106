export { compute, listMethods } from './compute.ts';
export { listDiseases, readCurve, type Watching, watchJob, watchNow } from './watch.ts';
