/** W3C Verifiable Credentials 2.0: what is well-formed, Data Integrity proofs, Bitstring Status Lists, places in a log. */

export { publicKeyOf, sm2PublicKeyOf } from '#crypto';
export {
  CERTIFICATE_CONTEXTS,
  type CertificateCore,
  type CertificateParts,
  composeBundle,
  composeCertificate,
  composeStatusList,
  digestOfCore,
  ISSUED_ACT,
  openBundle,
  openCertificate,
  withBothProofs,
} from './certificate.ts';
export { BASE_CONTEXT, type Finding, findCredentialFaults, findPresentationFaults } from './data-model.ts';
export {
  checkProof,
  controllerDocument,
  didOfUrl,
  digestOfJson,
  type IntegrityProof,
  type KeyFinder,
  type ProofFlaw,
  type ProofVerdict,
  signDocument,
} from './integrity.ts';
export { findTermFaults } from './linked-data.ts';
export { decodeBase58, didOfKey, encodeBase58, keyOfMethod, readMultikey, writeMultikey } from './multibase.ts';
export { decodeList, encodeList, isSet, LIST_LENGTH, StatusListError } from './status-list.ts';
export { CHECKS, type Check, type CheckName, type Trust, type Verdict, verifyCertificate } from './verify.ts';
