import type { Hearer } from '#kernel/outbox';
import { intake } from '#modules/records';

/** Who hears what, in the platform and in every verb that writes. */
export const HEARERS: readonly Hearer[] = [intake];
