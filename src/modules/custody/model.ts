/** The words of custody: things, places, holders, readings. Pure; shared with the pages. */

/** A value as it travels in JSON: times are text. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

const THING_KINDS = ['specimen', 'box', 'vehicle', 'device', 'other'] as const;
export type ThingKind = (typeof THING_KINDS)[number];

export const THING_STATES = [
  'known',
  'collected',
  'packed',
  'unpacked',
  'loaded',
  'unloaded',
  'attached',
  'detached',
  'in-transit',
  'accepted',
  'arrived',
  'received',
  'stored',
  'destroyed',
  'lost',
] as const;
export type ThingState = (typeof THING_STATES)[number];

/** A thing as it is now. Identifiers are canonical GS1 Digital Links where the thing has one. */
export interface Thing {
  part: string;
  kind: ThingKind;
  /** What people read on the label: accession number, box number. */
  code: string;
  state: ThingState;
  stateAt: Date;
  /** Undefined while it is on the way or where no event said. */
  place?: string;
  placeAt: Date;
  holder?: string;
  holderAt: Date;
  /** What holds it, or what it is fixed to. */
  parent?: string;
  parentAt: Date;
  damagedAt?: Date;
  seenAt: Date;
}

/** What one event says of one thing. */
export interface Trace {
  part: string;
  at: Date;
  event: string;
  role: 'subject' | 'parent' | 'child' | 'input' | 'output' | 'sensor' | 'class' | 'inputClass' | 'outputClass';
  step?: string;
  act?: 'in' | 'out';
  other?: string;
  state?: ThingState;
  /** Empty: on the way. */
  place?: string;
  disposition?: string;
  fromParty?: string;
  toParty?: string;
}

const ANOMALIES = ['in-two-containers', 'not-in-container', 'held-by-another', 'after-its-end'] as const;
export interface Anomaly {
  part: string;
  event: string;
  kind: (typeof ANOMALIES)[number];
  at: Date;
  detail: Record<string, string>;
}

/** A time in a container. */
export interface Stay {
  parent: string;
  since: Date;
  until?: Date;
}

export interface Reading {
  at: Date;
  temperatureC?: number;
  humidity?: number;
  latitude?: number;
  longitude?: number;
  speedKmh?: number;
}

/** What a device sent in one message. */
export interface ReadingMessage {
  /** As in the topic and the account. */
  device: string;
  seq: number;
  receivedAt: Date;
  readings: readonly Reading[];
}

interface Bilingual {
  en: string;
  zh: string;
}

export interface TransportRule {
  id: string;
  kind: 'above' | 'below';
  limitC: number;
  minutes: number;
  /** Whether the minutes add up over several times outside. */
  cumulative: boolean;
  source: string;
}

export interface TransportClass {
  id: string;
  name: Bilingual;
  lowC: number;
  highC: number;
  source: string;
  rules: readonly TransportRule[];
}

export interface Excursion {
  part: string;
  kind: 'above' | 'below';
  beganAt: Date;
  endedAt?: Date;
  minutes: number;
  extremeC: number;
  device: string;
  class: string;
}

export interface Alarm {
  part: string;
  id: string;
  rule: string;
  kind: 'above' | 'below';
  raisedAt: Date;
  beganAt: Date;
  temperatureC: number;
  minutes: number;
  device: string;
  class: string;
  state: 'open' | 'acknowledged' | 'closed';
  acknowledgedBy?: string;
  acknowledgedAt?: Date;
  closedBy?: string;
  closedAt?: Date;
  closedWhy?: string;
}

/** How a sensor stands: what the map is coloured by. */
export type TemperatureState = 'in-range' | 'warning' | 'excursion' | 'silent';

export interface Device {
  part: string;
  code: string;
  seq: number;
  at: Date;
  receivedAt: Date;
  temperatureC?: number;
  humidity?: number;
  latitude?: number;
  longitude?: number;
  speedKmh?: number;
  heading?: number;
  online: boolean;
  /** Seconds its clock is ahead of ours, when it is more than the network explains. */
  aheadSeconds?: number;
}

/** A place or party with a global location number. */
export interface Site {
  gln: string;
  name: Bilingual;
  kind: string;
  key: boolean;
  latitude?: number;
  longitude?: number;
  organization?: string;
}

export interface HandOver {
  event: string;
  at: Date;
  from?: string;
  to?: string;
  place?: string;
  condition?: string;
}

/** The conditions a courier can state at a hand-over, as EPCIS dispositions. */
export const CONDITIONS = ['conformant', 'damaged', 'non_conformant'] as const;
export type Condition = (typeof CONDITIONS)[number];
