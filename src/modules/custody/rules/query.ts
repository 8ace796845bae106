import { Problem } from '#kernel/problem';
import {
  bareForm,
  type EpcisEvent,
  isTime,
  spreadToBaseUnit,
  toBaseUnit,
  utcMilliseconds,
  type VocabularyName,
} from '#standards/epcis';
import type { Trace } from '../model.ts';
import { nameOf } from './identity.ts';

/** One condition on events; all conditions of a query hold together. */
export type EventTerm =
  | { on: 'column'; column: 'id' | 'type' | 'action' | 'biz_step' | 'disposition'; values: string[] }
  | { on: 'place'; column: 'read_point' | 'biz_location'; values: string[]; within: boolean }
  | { on: 'time'; column: 'event_time' | 'record_time' | 'declared_wrong_at'; from: boolean; value: Date }
  | { on: 'thing'; roles: Trace['role'][]; values: string[] }
  | { on: 'facet'; values: string[] }
  | { on: 'exists'; column: 'sensor' | 'declared_wrong_at' };

type Comparison = '=' | '<' | '<=' | '>' | '>=';

/** A condition on one sensor report; all of them hold for the same report. */
export type SensorTerm =
  | { field: string; values: string[] }
  | { field: string; comparison: Comparison; text: string }
  | { field: string; comparison: Comparison; number: number; unit?: string };

export interface EventQuery {
  terms: EventTerm[];
  sensor: SensorTerm[];
  orderBy: 'event_time' | 'record_time';
  descending: boolean;
  perPage: number;
  /** Only the first so many, over all pages. */
  countLimit?: number;
  /** More than so many are refused. */
  maxCount?: number;
  after?: { time: Date; id: string; given: number };
}

const MOST_PER_PAGE = 1000;
const MOST_VALUES = 100;
const ITEM: Trace['role'][] = ['subject', 'child'];
const ANY: Trace['role'][] = [...ITEM, 'parent', 'input', 'output'];
const THINGS: Record<string, Trace['role'][]> = {
  MATCH_epc: ITEM,
  MATCH_parentID: ['parent'],
  MATCH_inputEPC: ['input'],
  MATCH_outputEPC: ['output'],
  MATCH_anyEPC: ANY,
  MATCH_epcClass: ['class'],
  MATCH_inputEPCClass: ['inputClass'],
  MATCH_outputEPCClass: ['outputClass'],
  MATCH_anyEPCClass: ['class', 'inputClass', 'outputClass'],
};
const NUMBERS = ['value', 'minValue', 'maxValue', 'meanValue', 'percValue', 'sDev', 'percRank'];
const TEXTS = new Set([
  'type',
  'exception',
  'deviceID',
  'deviceMetadata',
  'rawData',
  'dataProcessingMethod',
  'bizRules',
  'microorganism',
  'chemicalSubstance',
  'component',
  'stringValue',
  'booleanValue',
  'hexBinaryValue',
  'uriValue',
  'coordinateReferenceSystem',
]);
const TIMES = new Set(['time', 'startTime', 'endTime']);
const COMPARISONS: Record<string, Comparison> = { EQ: '=', LT: '<', LE: '<=', GT: '>', GE: '>=' };

/**
 * Reads the parameters of EPCIS 2.0's SimpleEventQuery (section 8.2.7.1).
 *
 * @throws Problem `invalid` for a parameter that is unknown or not as it should be
 */
export function parseEventQuery(parameters: URLSearchParams): EventQuery {
  const query: EventQuery = { terms: [], sensor: [], orderBy: 'event_time', descending: true, perPage: 30 };
  for (const name of new Set(parameters.keys())) {
    const values = parameters
      .getAll(name)
      .flatMap((value) => value.split('|'))
      .filter((value) => value !== '');
    if (values.length === 0) continue;
    if (values.length > MOST_VALUES)
      throw new Problem('invalid', 'a parameter names too many values', { name, most: MOST_VALUES });
    readParameter(query, name, values);
  }
  if (query.countLimit !== undefined && query.maxCount !== undefined) {
    throw new Problem('invalid', 'eventCountLimit and maxEventCount exclude each other');
  }
  return query;
}

function readParameter(query: EventQuery, name: string, values: string[]): void {
  const [first = ''] = values;
  const { terms, sensor } = query;
  const times = /^(GE|LT)_(eventTime|recordTime|errorDeclarationTime)$/.exec(name);
  const place = /^(EQ|WD)_(readPoint|bizLocation)$/.exec(name);
  const facet = /^EQ_(bizTransaction|source|destination)_(.+)$/.exec(name);
  if (times !== null) {
    const column = (
      { eventTime: 'event_time', recordTime: 'record_time', errorDeclarationTime: 'declared_wrong_at' } as const
    )[times[2] as 'eventTime'];
    terms.push({ on: 'time', column, from: times[1] === 'GE', value: timeOf(name, first) });
  } else if (place !== null) {
    const column = place[2] === 'readPoint' ? 'read_point' : 'biz_location';
    terms.push({ on: 'place', column, values: values.map(nameOf), within: place[1] === 'WD' });
  } else if (name in THINGS && Object.hasOwn(THINGS, name)) {
    terms.push({
      on: 'thing',
      roles: THINGS[name]!,
      values: values.map((value) => nameOf(value.replace(/\.\*$/, '.*'))),
    });
  } else if (facet !== null) {
    const list = facet[1] === 'bizTransaction' ? 'bizTransactionType' : 'sourceDestinationType';
    terms.push({
      on: 'facet',
      values: values.map((value) => `${facet[1]}|${bareForm(list, facet[2]!)}|${nameOf(value)}`),
    });
  } else if (name === 'eventType') terms.push({ on: 'column', column: 'type', values });
  else if (name === 'EQ_eventID') terms.push({ on: 'column', column: 'id', values });
  else if (name === 'EQ_action') terms.push({ on: 'column', column: 'action', values });
  else if (name === 'EQ_bizStep') terms.push({ on: 'column', column: 'biz_step', values: bare('bizStep', values) });
  else if (name === 'EQ_disposition')
    terms.push({ on: 'column', column: 'disposition', values: bare('disposition', values) });
  else if (name === 'EQ_persistentDisposition_set' || name === 'EQ_persistentDisposition_unset') {
    terms.push({ on: 'facet', values: bare('disposition', values).map((value) => `${name.slice(3)}|${value}`) });
  } else if (name === 'EQ_errorReason') {
    terms.push({ on: 'facet', values: bare('errorReason', values).map((value) => `errorReason|${value}`) });
  } else if (name === 'EQ_transformationID' || name === 'EQ_correctiveEventID') {
    terms.push({ on: 'facet', values: values.map((value) => `${name.slice(3)}|${nameOf(value)}`) });
  } else if (name === 'EXISTS_sensorElement' || name === 'EXISTS_sensorElementList') {
    if (first === 'true') terms.push({ on: 'exists', column: 'sensor' });
  } else if (name === 'EXISTS_errorDeclaration') {
    if (first === 'true') terms.push({ on: 'exists', column: 'declared_wrong_at' });
  } else if (name === 'orderBy') {
    if (first !== 'eventTime' && first !== 'recordTime')
      throw new Problem('invalid', 'orderBy is eventTime or recordTime', { value: first });
    query.orderBy = first === 'eventTime' ? 'event_time' : 'record_time';
  } else if (name === 'orderDirection') {
    if (first !== 'ASC' && first !== 'DESC')
      throw new Problem('invalid', 'orderDirection is ASC or DESC', { value: first });
    query.descending = first === 'DESC';
  } else if (name === 'perPage') query.perPage = wholeOf(name, first, MOST_PER_PAGE);
  else if (name === 'eventCountLimit') query.countLimit = wholeOf(name, first, 1e9);
  else if (name === 'maxEventCount') query.maxCount = wholeOf(name, first, 1e9);
  else if (name === 'nextPageToken') query.after = readToken(first);
  else if (!readSensorParameter(sensor, name, values))
    throw new Problem('invalid', 'this query parameter is not known', { name });
}

function readSensorParameter(sensor: SensorTerm[], name: string, values: string[]): boolean {
  const [, operator = '', field = ''] = /^(EQ|LT|LE|GT|GE)_(.+)$/.exec(name) ?? [];
  const comparison = COMPARISONS[operator];
  const [first = ''] = values;
  if (comparison === undefined) return false;
  if (TIMES.has(field)) {
    sensor.push({ field, comparison, text: timeOf(name, first).toISOString() });
    return true;
  }
  const extension = /^(SENSORELEMENT|SENSORMETADATA|SENSORREPORT)_(.+)$/.exec(field);
  if (extension !== null) {
    const number = Number(first);
    const key = `${extension[1]}_${extension[2]}`;
    if (comparison === '=') sensor.push({ field: key, values });
    else if (isTime(first)) sensor.push({ field: key, comparison, text: first });
    else if (first !== '' && Number.isFinite(number)) sensor.push({ field: key, comparison, number });
    else throw new Problem('invalid', 'this comparison needs a number or a time', { name });
    return true;
  }
  const [, quantity = '', uom] = /^([A-Za-z]+)(?:_([A-Z0-9]{2,3}))?$/.exec(field) ?? [];
  if (NUMBERS.includes(quantity)) {
    const number = Number(first);
    if (!Number.isFinite(number)) throw new Problem('invalid', 'this comparison needs a number or a time', { name });
    if (uom === undefined) sensor.push({ field: `raw_${quantity}`, comparison, number });
    else {
      const base = quantity === 'sDev' ? spreadToBaseUnit(number, uom) : toBaseUnit(number, uom);
      sensor.push({ field: quantity, comparison, number: base.value, unit: base.unit });
    }
    return true;
  }
  if (comparison !== '=' || !TEXTS.has(field)) return false;
  sensor.push({ field, values: values.map((value) => sensorText(field, value)) });
  return true;
}

/** Bare words for vocabularies, canonical links for keys: what is stored and what is asked for meet in one form. */
function sensorText(field: string, value: string): string {
  const list = ({ type: 'measurementType', exception: 'sensorAlert', component: 'component' } as const)[
    field as 'type'
  ];
  return list === undefined ? nameOf(value) : bareForm(list, value);
}

function bare(list: VocabularyName, values: string[]): string[] {
  return values.map((value) => bareForm(list, value));
}

function timeOf(name: string, text: string): Date {
  // A plus sign of a zone arrives as a space when it was not encoded.
  const whole = text.replace(' ', '+');
  if (!isTime(whole))
    throw new Problem('invalid', 'this parameter is a date and time with a zone', { name, value: text });
  return new Date(whole);
}

function wholeOf(name: string, text: string, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new Problem('invalid', 'this parameter is a whole number in a range', { name, least: 1, most });
  }
  return number;
}

/** Where the next page goes on: the place of the last event, and how many were given so far. */
export function writeToken(after: NonNullable<EventQuery['after']>): string {
  return Buffer.from(JSON.stringify([after.time.toISOString(), after.id, after.given])).toString('base64url');
}

function readToken(text: string): NonNullable<EventQuery['after']> {
  try {
    const [time, id, given] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string, number];
    const at = new Date(time);
    if (typeof id === 'string' && Number.isInteger(given) && !Number.isNaN(at.getTime()))
      return { time: at, id, given };
  } catch {
    // Told below.
  }
  throw new Problem('invalid', 'this page token was not made here');
}

/** What an event can be found by beside its columns. */
export function facetsOf(event: EpcisEvent): string[] {
  const facets = [
    ...(event.bizTransactionList ?? []).map(
      ({ type, bizTransaction }) =>
        `bizTransaction|${bareForm('bizTransactionType', type ?? '')}|${nameOf(bizTransaction)}`,
    ),
    ...(event.sourceList ?? []).map(
      ({ type, source }) => `source|${bareForm('sourceDestinationType', type)}|${nameOf(source)}`,
    ),
    ...(event.destinationList ?? []).map(
      ({ type, destination }) => `destination|${bareForm('sourceDestinationType', type)}|${nameOf(destination)}`,
    ),
    ...bare('disposition', event.persistentDisposition?.set ?? []).map((value) => `persistentDisposition_set|${value}`),
    ...bare('disposition', event.persistentDisposition?.unset ?? []).map(
      (value) => `persistentDisposition_unset|${value}`,
    ),
    ...(event.transformationID === undefined ? [] : [`transformationID|${nameOf(event.transformationID)}`]),
    ...(event.errorDeclaration?.correctiveEventIDs ?? []).map((id) => `correctiveEventID|${nameOf(id)}`),
    ...(event.errorDeclaration?.reason === undefined
      ? []
      : bare('errorReason', [event.errorDeclaration.reason]).map((value) => `errorReason|${value}`)),
  ];
  return [...new Set(facets)];
}

/** One flat object a sensor report: what its metadata states, its own fields, numbers in base units and as they came. */
export function sensorOf(event: EpcisEvent): Record<string, unknown>[] | undefined {
  const reports = (event.sensorElementList ?? []).flatMap((element) => {
    const { sensorMetadata = {}, sensorReport, ...others } = element;
    const shared = {
      ...extensionsOf('SENSORELEMENT', others),
      ...extensionsOf('SENSORMETADATA', sensorMetadata),
      ...ownOf(sensorMetadata),
    };
    return sensorReport.map((report) => ({ ...shared, ...extensionsOf('SENSORREPORT', report), ...ownOf(report) }));
  });
  return reports.length === 0 ? undefined : reports;
}

function ownOf(fields: Record<string, unknown>): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  const uom = typeof fields['uom'] === 'string' ? fields['uom'] : undefined;
  for (const [name, value] of Object.entries(fields)) {
    if (TIMES.has(name)) own[name] = utcMilliseconds(String(value));
    else if (TEXTS.has(name)) own[name] = sensorText(name, String(value));
    else if (NUMBERS.includes(name) && typeof value === 'number') {
      own[`raw_${name}`] = value;
      if (uom === undefined) continue;
      const base = name === 'sDev' ? spreadToBaseUnit(value, uom) : toBaseUnit(value, uom);
      Object.assign(own, { [name]: base.value, unit: base.unit });
    }
  }
  return own;
}

function extensionsOf(level: string, fields: Record<string, unknown>): Record<string, unknown> {
  const extensions = Object.entries(fields).filter(([name, value]) => name.includes(':') && typeof value !== 'object');
  return Object.fromEntries(extensions.map(([name, value]) => [`${level}_${name}`, String(value)]));
}
