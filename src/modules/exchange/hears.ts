import type { Hearer } from '#kernel/outbox';

/** A line for each part that hears. */
export const exchangeHearers: readonly Hearer[] = [];
