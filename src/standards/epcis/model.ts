/** EPCIS 2.0 in its JSON form (GS1 EPCIS 2.0, section 10), as far as its own fields go; extensions stand beside them. */
export const EVENT_TYPES = [
  'ObjectEvent',
  'AggregationEvent',
  'TransactionEvent',
  'TransformationEvent',
  'AssociationEvent',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export type Action = 'ADD' | 'OBSERVE' | 'DELETE';

interface Place {
  id: string;
  [extension: string]: unknown;
}

interface QuantityElement {
  epcClass: string;
  quantity?: number;
  uom?: string;
}

export interface SensorReport {
  type: string;
  exception?: string;
  time?: string;
  deviceID?: string;
  value?: number;
  minValue?: number;
  maxValue?: number;
  meanValue?: number;
  uom?: string;
  component?: string;
  [field: string]: unknown;
}

export interface SensorElement {
  sensorMetadata?: { time?: string; deviceID?: string; [field: string]: unknown };
  sensorReport: SensorReport[];
  [extension: string]: unknown;
}

export interface EpcisEvent {
  type: string;
  eventTime: string;
  eventTimeZoneOffset: string;
  recordTime?: string;
  eventID?: string;
  action?: Action;
  bizStep?: string;
  disposition?: string;
  persistentDisposition?: { set?: string[]; unset?: string[] };
  readPoint?: Place;
  bizLocation?: Place;
  epcList?: string[];
  quantityList?: QuantityElement[];
  parentID?: string;
  childEPCs?: string[];
  childQuantityList?: QuantityElement[];
  inputEPCList?: string[];
  inputQuantityList?: QuantityElement[];
  outputEPCList?: string[];
  outputQuantityList?: QuantityElement[];
  transformationID?: string;
  bizTransactionList?: { type?: string; bizTransaction: string }[];
  sourceList?: { type: string; source: string }[];
  destinationList?: { type: string; destination: string }[];
  sensorElementList?: SensorElement[];
  errorDeclaration?: { declarationTime: string; reason?: string; correctiveEventIDs?: string[] };
  ilmd?: Record<string, unknown>;
  [extension: string]: unknown;
}

/** What is wrong with an input, and where: a path like `epcisBody.eventList[3].action`. */
export interface Finding {
  place: string;
  message: string;
}

/** A JSON-LD context as it stands in a document: links and inline definitions of prefixes. */
export type JsonLdContext = unknown;
