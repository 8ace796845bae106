/** Messages of the Dataspace Protocol 2025-1 as they go over HTTP, in the compact form of its JSON-LD context. */
export const DSP_CONTEXT = 'https://w3id.org/dspace/2025/1/context.jsonld';
export const DSP_VERSION = '2025-1';

type Json = Readonly<Record<string, unknown>>;

export const NEGOTIATION_STATES = [
  'REQUESTED',
  'OFFERED',
  'ACCEPTED',
  'AGREED',
  'VERIFIED',
  'FINALIZED',
  'TERMINATED',
] as const;
export type NegotiationState = (typeof NEGOTIATION_STATES)[number];

export const TRANSFER_STATES = ['REQUESTED', 'STARTED', 'SUSPENDED', 'COMPLETED', 'TERMINATED'] as const;
export type TransferState = (typeof TRANSFER_STATES)[number];

export type Side = 'provider' | 'consumer';

/** An ODRL policy with its id; in a message an offer names its target, in a catalogue it does not. */
export type Offer = Json & { '@id': string; '@type': 'Offer'; target?: string };
export type AgreementPolicy = Json & {
  '@id': string;
  '@type': 'Agreement';
  target: string;
  assigner: string;
  assignee: string;
  timestamp?: string;
};

export interface DataAddress {
  '@type': 'DataAddress';
  endpointType: string;
  endpoint?: string;
  endpointProperties?: { '@type': 'EndpointProperty'; name: string; value: string }[];
}

interface Pids {
  providerPid: string;
  consumerPid: string;
}
interface Why {
  code?: string;
  reason?: unknown[];
}

export type NegotiationMessage =
  | {
      '@type': 'ContractRequestMessage';
      consumerPid: string;
      providerPid?: string;
      callbackAddress?: string;
      offer: Offer;
    }
  | {
      '@type': 'ContractOfferMessage';
      providerPid: string;
      consumerPid?: string;
      callbackAddress?: string;
      offer: Offer;
    }
  | ({ '@type': 'ContractAgreementMessage'; agreement: AgreementPolicy } & Pids)
  | ({ '@type': 'ContractAgreementVerificationMessage' } & Pids)
  | ({ '@type': 'ContractNegotiationEventMessage'; eventType: 'ACCEPTED' | 'FINALIZED' } & Pids)
  | ({ '@type': 'ContractNegotiationTerminationMessage' } & Pids & Why);

export type TransferMessage =
  | {
      '@type': 'TransferRequestMessage';
      consumerPid: string;
      agreementId: string;
      format: string;
      callbackAddress: string;
      dataAddress?: DataAddress;
    }
  | ({ '@type': 'TransferStartMessage'; dataAddress?: DataAddress } & Pids)
  | ({ '@type': 'TransferCompletionMessage' } & Pids)
  | ({ '@type': 'TransferSuspensionMessage' } & Pids & Why)
  | ({ '@type': 'TransferTerminationMessage' } & Pids & Why);

export type CatalogMessage =
  | { '@type': 'CatalogRequestMessage'; filter?: unknown[] }
  | { '@type': 'DatasetRequestMessage'; dataset: string };

export type DspMessage = NegotiationMessage | TransferMessage | CatalogMessage;
export type MessageType = DspMessage['@type'];

/** A dataset of a catalogue: what is offered, under which policies, in which formats, by which service. */
export interface Dataset {
  id: string;
  title?: string;
  description?: string;
  offers: readonly Offer[];
  formats: readonly string[];
}
