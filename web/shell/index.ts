export { Go, useAddressValue, useAddressValues, useGo, usePathValue } from './address.tsx';
export { api, Refusal, type RefusalIssue } from './api.ts';
export { DISTRICT_MAP, useDistricts } from './districts.ts';
export { useOrganizationNames } from './organizations.ts';
export type { NavEntry, PageRoute } from './routes.ts';
export { SESSION, type SignedIn, useSession, useVisitor } from './session.tsx';
export type { StartCard } from './start.ts';
export { LanguageChoice, LanguageSwitch, LookSwitch } from './switches.tsx';
export { type Language, language } from './words.ts';
