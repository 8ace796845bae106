import type { Tx } from '#kernel/context';
import { sql } from '#kernel/sql';

/** An organization cares for a patient: its clinicians see the record, its laboratory what was ordered from it. */
export interface Care {
  patient: string;
  organization: string;
  ground: 'order' | 'encounter' | 'admission' | 'referral' | 'laboratory';
  since: Date;
  /** Open-ended without it. */
  until?: Date;
}

/**
 * Opens care or extends it; care that is open already stays as it is and costs no write.
 * Called in the transaction of the order, encounter or admission that is its ground.
 */
export async function openCare(tx: Tx, relations: readonly Care[]): Promise<void> {
  const merged = mergeCare(relations);
  if (merged.length === 0) return;
  await tx.run(sql`
    insert into access.care (patient, organization, ground, since, until)
    select * from unnest(
      ${merged.map((care) => care.patient)}::text[],
      ${merged.map((care) => care.organization)}::text[],
      ${merged.map((care) => care.ground)}::text[],
      ${merged.map((care) => care.since)}::timestamptz[],
      ${merged.map((care) => care.until ?? null)}::timestamptz[]
    )
    on conflict (patient, organization, ground) do update
    set since = least(care.since, excluded.since),
      until = case when care.until is null or excluded.until is null then null else greatest(care.until, excluded.until) end
    where excluded.since < care.since or (care.until is not null and (excluded.until is null or excluded.until > care.until))
  `);
}

/** Ends care: what the organization wrote itself it goes on seeing, the rest no more. */
export async function closeCare(
  tx: Tx,
  { patient, organization, ground, until }: Omit<Care, 'since'> & { until: Date },
): Promise<void> {
  await tx.run(sql`
    update access.care set until = ${until}
    where patient = ${patient} and organization = ${organization} and ground = ${ground} and (until is null or until > ${until})
  `);
}

/** One row may be touched once in a statement; a fixed order keeps two writers from waiting for each other. */
function mergeCare(relations: readonly Care[]): Care[] {
  const merged = new Map<string, Care>();
  for (const care of relations) {
    const key = JSON.stringify([care.patient, care.organization, care.ground]);
    merged.set(key, joinCare(merged.get(key) ?? care, care));
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, care]) => care);
}

function joinCare({ until: end, ...one }: Care, other: Care): Care {
  const since = new Date(Math.min(one.since.getTime(), other.since.getTime()));
  if (end === undefined || other.until === undefined) return { ...one, since };
  return { ...one, since, until: new Date(Math.max(end.getTime(), other.until.getTime())) };
}
