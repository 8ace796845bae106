/** The roles an account may have, as the kernel names them. */
export const ROLES = [
  'administrator',
  'clinician',
  'laboratory-technician',
  'laboratory-director',
  'courier',
  'patient',
  'regulator',
  'researcher',
  'data-buyer',
  'enterprise',
  'park-operator',
  'investor',
] as const;
