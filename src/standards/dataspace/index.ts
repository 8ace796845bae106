/** The Dataspace Protocol 2025-1: its messages, read strictly and written, and its two state machines as tables. */
export {
  DspError,
  parseAgreement,
  parseCatalog,
  parseMessage,
  parseOffer,
  writeCatalog,
  writeDataset,
  writeError,
  writeMessage,
  writeNegotiation,
  writeTransfer,
  writeVersions,
} from './messages.ts';
export * from './model.ts';
export {
  type NegotiationStep,
  negotiationPath,
  negotiationSteps,
  nextNegotiation,
  nextTransfer,
  stepOfNegotiation,
  stepOfTransfer,
  type TransferStep,
  transferPath,
} from './states.ts';
