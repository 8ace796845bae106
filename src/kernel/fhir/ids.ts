import type { Context } from '#kernel/context';

/** FHIR's `id`: letters, digits, hyphen and dot. */
export const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** `<part>.<own>`: an id made here for a row that belongs to a patient says where the row is kept. */
const MADE = /^(.+)\.[0-9a-z]{25}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LONGEST = 64;

/**
 * A new id: 25 letters and digits that sort by time (a UUID of version 7 in base 36), after the patient's id and a dot for what
 * belongs to a patient, where that fits.
 */
export function makeId(ctx: Context, patient: string | undefined): string {
  const own = makeOwnId(ctx);
  const whole = `${patient}.${own}`;
  return patient === undefined || whole.length > LONGEST || own.length !== 25 ? own : whole;
}

function makeOwnId(ctx: Context): string {
  const given = ctx.newId();
  if (!UUID.test(given)) return given;
  const time = ctx.now().getTime().toString(16).padStart(12, '0').slice(-12);
  // Version 7, and the variant that the given UUID carries.
  const digits = `${time}7${given.slice(15, 18)}${given.slice(19, 23)}${given.slice(24)}`;
  return BigInt(`0x${digits}`).toString(36).padStart(25, '0');
}

/** The part that an id says it is kept in; undefined when it does not say. */
export function partInId(id: string): string | undefined {
  return MADE.exec(id)?.[1];
}
