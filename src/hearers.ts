import type { Hearer } from '#kernel/outbox';
import { places, unreadMessages } from '#modules/custody';
import { custodyMoves, recordChanges } from '#modules/laboratory';
import { intake } from '#modules/records';

/** Who hears what, in the platform and in every verb that writes. */
export const HEARERS: readonly Hearer[] = [intake, recordChanges, custodyMoves, places, unreadMessages];
