import type { Hearer } from '#kernel/outbox';

/** A line for each part that hears. */
export const clusterHearers: readonly Hearer[] = [];
