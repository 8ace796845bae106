export {
  captureDocument,
  captureEvent,
  type ErrorBehaviour,
  listJobs,
  MOST_EVENTS,
  type Moved,
  readJob,
} from './capture.ts';
export { queryEvents, readEvent } from './events.ts';
export { handOver, settle } from './hand-over.ts';
export {
  type CustodyChain,
  findChain,
  findVehicles,
  listAlarms,
  listAnomalies,
  listBoxes,
  listSites,
  listVehicles,
  type Names,
  namesOf,
  readBox,
  readChain,
  type VehicleLine,
} from './look.ts';
export { keepReadings, partitionJob, recountJob } from './readings.ts';
