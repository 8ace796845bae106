import type { Sql } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { EventSource } from '../model.ts';

/** Days, and ages on days, are those of the region's clock. */
export const REGION_ZONE = 'Asia/Shanghai';

/** The lake's view of persons; see facts/views. */
export const PERSON = 'person';

interface EventView {
  view: string;
  /** When it happened. */
  time: Sql;
  /** Rows that say that something happened; the others say that it did not, or that they were a mistake. */
  counts: Sql;
}

/** Where each kind of event is found. */
export const EVENTS: Record<EventSource, EventView> = {
  result: {
    view: 'laboratory_result',
    time: sql`time`,
    counts: sql`coalesce(status, '') not in ('entered-in-error', 'cancelled', 'registered')`,
  },
  condition: {
    view: 'condition',
    time: sql`coalesce(onset, recorded)`,
    counts: sql`coalesce(verification_status, '') not in ('entered-in-error', 'refuted')`,
  },
  encounter: {
    view: 'encounter',
    time: sql`start`,
    counts: sql`coalesce(status, '') not in ('entered-in-error', 'cancelled', 'planned')`,
  },
  medication: {
    view: 'medication_request',
    time: sql`authored`,
    counts: sql`coalesce(status, '') not in ('entered-in-error', 'cancelled', 'draft')`,
  },
  procedure: {
    view: 'procedure',
    time: sql`performed`,
    counts: sql`coalesce(status, '') not in ('entered-in-error', 'not-done', 'preparation')`,
  },
  immunization: {
    view: 'immunization',
    time: sql`occurrence`,
    counts: sql`coalesce(status, '') = 'completed'`,
  },
};
