/**
 * Identifiers of organizations: China's unified social credit code with the organization code in it, and the LEI.
 *
 * Pure. Each is taken apart, checked, and what is wrong is named with the character that would be right.
 */
export { readLei } from './lei.ts';
export type { Fault, Reading } from './model.ts';
export { readOrganizationCode, readUscc } from './uscc.ts';
