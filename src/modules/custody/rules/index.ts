export {
  advanceExposure,
  type Condition,
  clockAhead,
  conditionOf,
  type ExposureChange,
  type ExposureState,
  temperatureState,
  thin,
} from './exposure.ts';
export {
  boxName,
  classOf,
  deviceName,
  glnOf,
  KINETIC_SOURCE,
  kindOf,
  nameOf,
  specimenName,
} from './identity.ts';
export { advance, historyOf, inTime, isMove, partiesOf, thingOf, traceOf, unknownThing } from './moves.ts';
export { sitesOf } from './places.ts';
export { headingOf } from './position.ts';
export {
  type EventQuery,
  type EventTerm,
  facetsOf,
  parseEventQuery,
  type SensorTerm,
  sensorOf,
  writeToken,
} from './query.ts';
export { parseReadings } from './readings.ts';
