export { decideUse, endAgreement, getAgreement, makeAgreement, noteDuties } from './agreements.ts';
export { changeCertificate, issueCertificate, revokeCertificate } from './certificates.ts';
export {
  call,
  deliver,
  keyHolder,
  linkTo,
  makeKey,
  noteFetched,
  openLink,
  question,
  setQuota,
  stopKey,
} from './delivery.ts';
export { answerThroughGate, readRelease, release } from './gate.ts';
export {
  hearNotice,
  listPayments,
  paymentsJob,
  payOut,
  readRevenue,
  readStatement,
  readWallet,
  setTerms,
  topUp,
} from './money.ts';
export { searchOfferings, tradable } from './offerings.ts';
export {
  clockOrder,
  declareRevenue,
  findContract,
  listOrders,
  moveOrder,
  openOrder,
  ordersJob,
  readOrder,
} from './orders.ts';
export { partyIdOf, partyOf } from './parties.ts';
export { pushesJob } from './pushes.ts';
export { traceFile } from './tracing.ts';
