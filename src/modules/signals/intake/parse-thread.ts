import { parentPort, workerData } from 'node:worker_threads';
import { parseBatch } from '#standards/e2b';

parentPort?.postMessage(parseBatch(workerData as Uint8Array));
