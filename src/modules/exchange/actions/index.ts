export { decideUse, endAgreement, getAgreement, makeAgreement, noteDuties } from './agreements.ts';
export { changeCertificate, issueCertificate, revokeCertificate } from './certificates.ts';
export { answerThroughGate, readRelease, release } from './gate.ts';
export { searchOfferings, tradable } from './offerings.ts';
export { partyIdOf, partyOf } from './parties.ts';
