import { parentPort, workerData } from 'node:worker_threads';
import { type ForecastQuestion, forecastPipeline } from '../rules/forecast.ts';

parentPort?.postMessage(forecastPipeline(workerData as ForecastQuestion));
