import type {
  DataAddress,
  Dataset,
  NegotiationState,
  NegotiationStep,
  Side,
  TransferState,
  TransferStep,
} from '#standards/dataspace';
import type { Agreement, DutyLine, PolicyJson } from './agreements.ts';
import type { Party, Words } from './parties.ts';

/** A negotiation of a contract, by DSP with another connector or between two parties here. */
export interface Negotiation {
  id: string;
  /** Whose side is ours; `both` between two parties here. */
  role: Side | 'both';
  counterparty: string | null;
  providerPid: string | null;
  consumerPid: string | null;
  provider: Party;
  consumer: Party;
  /** The offering here, or the dataset there. */
  offering: string;
  version: number | null;
  title: Words;
  /** The last offer, from whomever. */
  offer: PolicyJson;
  agreement: PolicyJson | null;
  /** Of an agreement that is kept here. */
  agreementId: string | null;
  state: NegotiationState;
  revision: number;
  callback: string | null;
  /** What the other side refused, or could not be brought. */
  trouble: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface Transfer {
  id: string;
  role: Side;
  counterparty: string;
  providerPid: string | null;
  consumerPid: string | null;
  agreement: string;
  format: string;
  dataAddress: DataAddress | null;
  state: TransferState;
  revision: number;
  callback: string | null;
  trouble: string | null;
  createdAt: string;
  updatedAt: string;
}

/** One step of a negotiation or transfer, as it was. */
export interface ProtocolStep {
  place: number;
  at: string;
  side: Side;
  message: string;
  state: string;
  actorName: string;
  /** Of an offer or agreement: the policy; of an end: the reason. */
  detail: { policy?: PolicyJson; reason?: string } | null;
}

export type NegotiationLine = Pick<
  Negotiation,
  'id' | 'role' | 'provider' | 'consumer' | 'offering' | 'title' | 'state' | 'trouble' | 'createdAt' | 'updatedAt'
> & { side: Side | null; mayAct: boolean };

/** A negotiation as one of its parties, or the supervision, sees it. */
export interface NegotiationPage {
  negotiation: Negotiation;
  steps: ProtocolStep[];
  /** Which side the reader is on; null who only watches. */
  side: Side | null;
  may: NegotiationStep[];
  /** What is listed now, to compare with. */
  listed: PolicyJson | null;
  agreement: { agreement: Agreement; duties: DutyLine[]; uses: number } | null;
  /** Under the agreement with another connector, the newest first. */
  transfers: (Transfer & { reason: string | null })[];
}

/** What another connector's catalogue has. */
export interface CatalogueElsewhere {
  datasets: Dataset[];
  /** Offers that could not be read, and datasets beyond those that are shown. */
  unreadable: number;
  more: number;
}

/** One thing that was tried with a connector. */
export interface ConnectorTrial {
  what: 'versions' | 'catalogue';
  isWell: boolean;
  /** Versions of the protocol, how many datasets, or what went wrong. */
  said: string;
  tookMs: number;
}

/**
 * Answers without a person, by the id of a dataset or agreement: the n-th time that a process comes into a state, the n-th step is
 * taken. The protocol leaves the next step open, so a conformance test says what it wants to see.
 */
export type Scripts = Readonly<Record<string, Readonly<Record<string, readonly (NegotiationStep | TransferStep)[]>>>>;

/** Another connector, as the operator entered it. */
export interface Counterparty {
  id: string;
  party: string;
  name: string;
  address: string;
  isScripted: boolean;
  disabledAt: string | null;
  createdAt: string;
}
