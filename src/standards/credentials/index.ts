/** W3C Verifiable Credentials 2.0: what is well-formed, Data Integrity proofs, Bitstring Status Lists, places in a log. */
export { LIST_LENGTH } from './status-list.ts';
