export { decideUse, endAgreement, getAgreement, makeAgreement, noteDuties } from './agreements.ts';
export {
  changeCertificate,
  decideCertificate,
  issueCertificate,
  listCertificateEvents,
  listCertificates,
  readBundle,
  readCertificate,
  readController,
  readStatusList,
  revokeCertificate,
} from './certificates.ts';
export { answerThroughGate, readRelease, release } from './gate.ts';
export { searchOfferings, tradable } from './offerings.ts';
export { findContract, openOrder } from './orders.ts';
export { partyIdOf, partyOf } from './parties.ts';
