import type { Hearer } from '#kernel/outbox';
import { meetingHearer } from './actions/meeting.ts';
import { keysHearer } from './actions/merging.ts';

/** A line for each part that hears. */
export const clusterHearers: readonly Hearer[] = [keysHearer, meetingHearer];
