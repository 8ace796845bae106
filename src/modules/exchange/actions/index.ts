export {
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
export {
  addEvidence,
  answerItems,
  approveOffering,
  judgeItems,
  listAssessments,
  listNotices,
  objectTo,
  readCompliance,
  readEvidence,
  readNotice,
  removeEvidence,
  returnOffering,
  settleNotices,
  settleObjection,
  submitOffering,
} from './compliance.ts';
export {
  addCounterparty,
  authorizeCounterparty,
  listCounterparties,
  listElsewhere,
  type NewCounterparty,
  openTransfer,
  readElsewhere,
  stepTransfer,
  stopCounterparty,
  testCounterparty,
} from './connectors.ts';
export { askContent, contentJob, finishContent, placeContent, tryContent } from './contents.ts';
export {
  type Caller,
  DSP_PATH,
  hearNegotiation,
  hearTransfer,
  identifyConnector,
  listDatasets,
  readDataset,
  readNegotiationOf,
  readTransferOf,
} from './dataspace.ts';
export {
  answerThroughGate,
  endPassages,
  listPassages,
  listReports,
  readBudget,
  readRelease,
  readReport,
  release,
} from './gate.ts';
export {
  listNegotiations,
  openNegotiation,
  readNegotiation,
  type Stepping,
  stepNegotiation,
  triggerNegotiation,
  triggerTransfer,
} from './negotiations.ts';
export {
  changeOffering,
  createOffering,
  listStudio,
  openVersion,
  previewCandidate,
  readOffering,
  readStudio,
  searchOfferings,
  tradable,
} from './offerings.ts';
export { partyOf } from './parties.ts';
export { tradeHearer } from './trade-hearer.ts';
export {
  delistOffering,
  readBoard,
  readListing,
  requestListing,
  resumeOffering,
  suspendOffering,
  venueHearer,
  withdrawListing,
} from './venues.ts';
