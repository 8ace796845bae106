import type { NegotiationMessage, NegotiationState, Side, TransferMessage, TransferState } from './model.ts';

/** A step that a side may take: the kind of its message, and the state it leads to. */
interface Step<State extends string, Kind extends string> {
  from: State | 'none';
  by: Side | 'either';
  kind: Kind;
  to: State;
}

export type NegotiationStep = 'request' | 'offer' | 'accept' | 'agree' | 'verify' | 'finalize' | 'terminate';
export type TransferStep = 'request' | 'start' | 'suspend' | 'complete' | 'terminate';

/**
 * Source: Dataspace Protocol 2025-1, Contract Negotiation Protocol, state machine. Between REQUESTED and REQUESTED there is no step: a
 * consumer waits for an answer before it asks for something else; so does a provider between two offers.
 */
const NEGOTIATION: readonly Step<NegotiationState, NegotiationStep>[] = [
  { from: 'none', by: 'consumer', kind: 'request', to: 'REQUESTED' },
  { from: 'none', by: 'provider', kind: 'offer', to: 'OFFERED' },
  { from: 'REQUESTED', by: 'provider', kind: 'offer', to: 'OFFERED' },
  { from: 'REQUESTED', by: 'provider', kind: 'agree', to: 'AGREED' },
  { from: 'OFFERED', by: 'consumer', kind: 'request', to: 'REQUESTED' },
  { from: 'OFFERED', by: 'consumer', kind: 'accept', to: 'ACCEPTED' },
  { from: 'ACCEPTED', by: 'provider', kind: 'agree', to: 'AGREED' },
  { from: 'AGREED', by: 'consumer', kind: 'verify', to: 'VERIFIED' },
  { from: 'VERIFIED', by: 'provider', kind: 'finalize', to: 'FINALIZED' },
  ...(['REQUESTED', 'OFFERED', 'ACCEPTED', 'AGREED', 'VERIFIED'] as const).map(
    (from) => ({ from, by: 'either', kind: 'terminate', to: 'TERMINATED' }) as const,
  ),
];

/** Source: Dataspace Protocol 2025-1, Transfer Process Protocol, state machine. Who suspended may start again, as may the other. */
const TRANSFER: readonly Step<TransferState, TransferStep>[] = [
  { from: 'none', by: 'consumer', kind: 'request', to: 'REQUESTED' },
  { from: 'REQUESTED', by: 'provider', kind: 'start', to: 'STARTED' },
  { from: 'REQUESTED', by: 'either', kind: 'terminate', to: 'TERMINATED' },
  { from: 'STARTED', by: 'either', kind: 'suspend', to: 'SUSPENDED' },
  { from: 'STARTED', by: 'either', kind: 'complete', to: 'COMPLETED' },
  { from: 'STARTED', by: 'either', kind: 'terminate', to: 'TERMINATED' },
  { from: 'SUSPENDED', by: 'either', kind: 'start', to: 'STARTED' },
  { from: 'SUSPENDED', by: 'either', kind: 'terminate', to: 'TERMINATED' },
];

/** Where the step leads; undefined where it may not be taken. */
export function nextNegotiation(
  from: NegotiationState | 'none',
  kind: NegotiationStep,
  by: Side,
): NegotiationState | undefined {
  return next(NEGOTIATION, { from, kind, by });
}

export function nextTransfer(from: TransferState | 'none', kind: TransferStep, by: Side): TransferState | undefined {
  return next(TRANSFER, { from, kind, by });
}

/** What the side may do now. */
export function negotiationSteps(from: NegotiationState, by: Side): NegotiationStep[] {
  return NEGOTIATION.filter((step) => step.from === from && (step.by === by || step.by === 'either')).map(
    ({ kind }) => kind,
  );
}

function next<State extends string, Kind extends string>(
  table: readonly Step<State, Kind>[],
  { from, kind, by }: { from: State | 'none'; kind: Kind; by: Side },
): State | undefined {
  return table.find((step) => step.from === from && step.kind === kind && (step.by === by || step.by === 'either'))?.to;
}

/** The step that a message takes. */
export function stepOfNegotiation(message: NegotiationMessage): NegotiationStep {
  switch (message['@type']) {
    case 'ContractRequestMessage':
      return 'request';
    case 'ContractOfferMessage':
      return 'offer';
    case 'ContractAgreementMessage':
      return 'agree';
    case 'ContractAgreementVerificationMessage':
      return 'verify';
    case 'ContractNegotiationEventMessage':
      return message.eventType === 'ACCEPTED' ? 'accept' : 'finalize';
    case 'ContractNegotiationTerminationMessage':
      return 'terminate';
  }
}

const TRANSFER_KINDS: Readonly<Record<TransferMessage['@type'], TransferStep>> = {
  TransferRequestMessage: 'request',
  TransferStartMessage: 'start',
  TransferSuspensionMessage: 'suspend',
  TransferCompletionMessage: 'complete',
  TransferTerminationMessage: 'terminate',
};

export function stepOfTransfer(message: TransferMessage): TransferStep {
  return TRANSFER_KINDS[message['@type']];
}

/** The path of the other side's binding that a negotiation message goes to, below its base address. */
export function negotiationPath(message: NegotiationMessage, pid: string | undefined): string {
  switch (message['@type']) {
    case 'ContractRequestMessage':
      return pid === undefined ? 'negotiations/request' : `negotiations/${segment(pid)}/request`;
    case 'ContractOfferMessage':
      return pid === undefined ? 'negotiations/offers' : `negotiations/${segment(pid)}/offers`;
    case 'ContractAgreementMessage':
      return `negotiations/${segment(pid)}/agreement`;
    case 'ContractAgreementVerificationMessage':
      return `negotiations/${segment(pid)}/agreement/verification`;
    case 'ContractNegotiationEventMessage':
      return `negotiations/${segment(pid)}/events`;
    case 'ContractNegotiationTerminationMessage':
      return `negotiations/${segment(pid)}/termination`;
  }
}

export function transferPath(message: TransferMessage, pid: string | undefined): string {
  const ends = {
    request: 'request',
    start: 'start',
    suspend: 'suspension',
    complete: 'completion',
    terminate: 'termination',
  };
  const end = ends[stepOfTransfer(message)];
  return end === 'request' ? 'transfers/request' : `transfers/${segment(pid)}/${end}`;
}

function segment(pid: string | undefined): string {
  return encodeURIComponent(pid ?? '');
}
