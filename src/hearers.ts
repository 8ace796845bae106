import { type LakeTable, lakeListener } from '#kernel/lake';
import type { Hearer, Listener } from '#kernel/outbox';
import { clusterHearers } from '#modules/cluster';
import { moveTable, places, readingTable, unreadMessages } from '#modules/custody';
import { exchangeHearers, PROTOCOL_LISTENER } from '#modules/exchange';
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
  ...clusterHearers,
];

/** The modules' own tables in the lake. */
export const LAKE_TABLES: readonly LakeTable[] = [readingTable, moveTable, messageTable, alarmTable, reportTable];

/** The lake and other connectors are told in the platform only, apart from the others; verbs that write leave it the facts. */
export const APART: readonly Listener[] = [lakeListener(LAKE_TABLES), PROTOCOL_LISTENER];
