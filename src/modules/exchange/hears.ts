import type { Hearer } from '#kernel/outbox';
import { tradeHearer, venueHearer } from './actions/index.ts';

/** A line for each part that hears. */
export const exchangeHearers: readonly Hearer[] = [venueHearer, tradeHearer];
