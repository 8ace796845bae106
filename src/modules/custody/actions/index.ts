export {
  captureDocument,
  captureEvent,
  captureEvents,
  type ErrorBehaviour,
  listJobs,
  MOST_EVENTS,
  type Moved,
  readJob,
} from './capture.ts';
export { queryEvents, readEvent } from './events.ts';
export { findByLabel, type HandOverRequest, handOver, settle } from './hand-over.ts';
export {
  type BoxDetail,
  type BoxLine,
  type ChainStep,
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
export { KEEP_DAYS, keepReadings, partitionJob, recountJob } from './readings.ts';
