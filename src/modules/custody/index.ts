export {
  type CustodyChain,
  captureDocument,
  type ErrorBehaviour,
  findChain,
  findVehicles,
  type Moved,
  type Names,
  namesOf,
  partitionJob,
  recountJob,
  type VehicleLine,
} from './actions/index.ts';
export { moveTable, readingTable } from './analytics.ts';
export { places, unreadMessages } from './hears.ts';
export { epcisDocuments, type MqttOptions, type MqttServer, startMqtt } from './intake/index.ts';
export type { Alarm, Site, Thing } from './model.ts';
export { custodyRoutes } from './routes.ts';
export { classOf, glnOf, kindOf, specimenName } from './rules/index.ts';
export { findAlarms, findSites, findThings } from './store/index.ts';
