import { parentPort, workerData } from 'node:worker_threads';
import { drawPdf } from './draw.ts';
import type { PrintedDocument } from './model.ts';

parentPort?.postMessage(await drawPdf(workerData as PrintedDocument));
