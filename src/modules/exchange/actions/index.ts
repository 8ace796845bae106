export { changeCertificate, issueCertificate, revokeCertificate } from './certificates.ts';
export { searchOfferings, tradable } from './offerings.ts';
export { partyIdOf, partyOf } from './parties.ts';
