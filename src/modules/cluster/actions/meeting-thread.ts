import { parentPort, workerData } from 'node:worker_threads';
import { type MeetingQuestion, matchWishes } from '../rules/meeting-match.ts';

/** Reading some hundred wishes takes a second: it is done beside the event loop. */
parentPort?.postMessage(matchWishes(workerData as MeetingQuestion));
