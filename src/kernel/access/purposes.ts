import type { Actor, Role } from '#kernel/context';

/**
 * Why somebody looks. A request may state one by the header `x-purpose-of-use`; a policy may hold for some of them only. A broken
 * glass has a purpose of its own, which nobody states.
 *
 * Source: HL7 v3 ActReason, PurposeOfUse (http://terminology.hl7.org/CodeSystem/v3-ActReason).
 */
export const PURPOSES = ['TREAT', 'HOPERAT', 'HRESCH', 'PUBHLTH', 'PATRQT'] as const;
export type Purpose = (typeof PURPOSES)[number];

export const PURPOSE_HEADER = 'x-purpose-of-use';

export function isPurpose(text: string): text is Purpose {
  return (PURPOSES as readonly string[]).includes(text);
}

/** Why a role usually looks. */
export function usualPurpose(role: string | undefined): Purpose {
  return USUAL[role as Role] ?? 'HOPERAT';
}

const USUAL: Partial<Record<Role, Purpose>> = {
  clinician: 'TREAT',
  'laboratory-technician': 'TREAT',
  'laboratory-director': 'TREAT',
  patient: 'PATRQT',
  regulator: 'PUBHLTH',
  researcher: 'HRESCH',
};

/** The act that lets a role state a purpose which is not its usual one. */
const STATES: Record<Purpose, string> = {
  TREAT: 'access.purpose.treatment',
  HOPERAT: 'access.purpose.operations',
  HRESCH: 'access.purpose.research',
  PUBHLTH: 'access.purpose.public-health',
  PATRQT: 'access.purpose.own-request',
};

/** The purposes that the actor may state, the usual one first. */
export function purposesOf({ roles, permissions }: Pick<Actor, 'roles' | 'permissions'>): Purpose[] {
  const usual = usualPurpose(roles[0]);
  const others = PURPOSES.filter((purpose) => permissions.has('*') || permissions.has(STATES[purpose]));
  return [...new Set([usual, ...others])];
}
