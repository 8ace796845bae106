export { type Exposure, exposureOf, meanKineticTemperature, type TemperatureSpan } from './temperature.ts';
