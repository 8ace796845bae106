import { type LakeTable, lakeListener } from '#kernel/lake';
import type { Hearer } from '#kernel/outbox';
import { moveTable, places, readingTable, unreadMessages } from '#modules/custody';
import { exchangeHearers } from '#modules/exchange';
import { custodyMoves, recordChanges } from '#modules/laboratory';
import { intake, messageTable } from '#modules/records';
import { alarmTable, reportTable } from '#modules/signals';

/** Who hears what, in the platform and in every verb that writes. */
export const HEARERS: readonly Hearer[] = [
  intake,
  recordChanges,
  custodyMoves,
  places,
  unreadMessages,
  ...exchangeHearers,
];

/** The modules' own tables in the lake. */
export const LAKE_TABLES: readonly LakeTable[] = [readingTable, moveTable, messageTable, alarmTable, reportTable];

/** The lake hears in the platform only; verbs that write tell it, and the facts wait. */
export const LAKE_LISTENER = lakeListener(LAKE_TABLES);
