import type { Sql } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { EventSource } from '../model.ts';

/** Days, and ages on days, are those of the region's clock. */
export const REGION_ZONE = 'Asia/Shanghai';

/** The lake's view of persons; see facts/views. */
export const PERSON = 'person';

interface EventView {
  view: string;
  code: Sql;
  /** Where the codes are of one system by definition, there is none. */
  system?: Sql;
  text: Sql;
  /** Rows that say that something happened; the others say that it did not, or were a mistake. */
  counts: Sql;
}

const CODED = { code: sql`code`, system: sql`code_system`, text: sql`code_text` };

/** Where each kind of event is found. Every view has `patient` and `time`. */
export const EVENTS: Record<EventSource, EventView> = {
  result: {
    view: 'laboratory_result',
    ...CODED,
    counts: sql`ifNull(status, '') not in ('entered-in-error', 'cancelled', 'registered')`,
  },
  condition: {
    view: 'condition',
    ...CODED,
    counts: sql`ifNull(verification_status, '') not in ('entered-in-error', 'refuted')`,
  },
  encounter: {
    view: 'encounter',
    // HL7 v3 ActCode: AMB, EMER, IMP ...
    code: sql`class`,
    text: sql`class`,
    counts: sql`ifNull(status, '') not in ('entered-in-error', 'cancelled', 'planned')`,
  },
  medication: {
    view: 'medication_request',
    ...CODED,
    counts: sql`ifNull(status, '') not in ('entered-in-error', 'cancelled', 'draft')`,
  },
  procedure: {
    view: 'procedure',
    ...CODED,
    counts: sql`ifNull(status, '') not in ('entered-in-error', 'not-done', 'preparation')`,
  },
  immunization: { view: 'immunization', ...CODED, counts: sql`ifNull(status, '') = 'completed'` },
};
