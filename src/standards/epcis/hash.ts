import { createHash } from 'node:crypto';
import { isObject } from './check.ts';
import { canonicalLink } from './digital-link.ts';
import type { EpcisEvent, JsonLdContext } from './model.ts';
import { CBV, GS1_VOCABULARY, type VocabularyName, webForm } from './vocabulary.ts';

/**
 * The event hash of CBV 2.0 (section 8.9.2): one name for an event however it is written down.
 *
 * Where the text of the standard and the published reference hashes differ, the hashes win: business transactions,
 * destinations, sources, ILMD and extensions follow the sensor data in the order of their text
 * (docs/readings/epcis-event-hash.md).
 *
 * @param context       the JSON-LD context that explains the event's prefixes
 * @param ignoredFields names that stay out, as a document lists them under `ignoreFields`
 */
export function hashEvent(event: EpcisEvent, context: JsonLdContext, ignoredFields: readonly string[] = []): string {
  const text = preHash(event, context, ignoredFields);
  return `ni:///sha-256;${createHash('sha256').update(text, 'utf8').digest('hex')}?ver=CBV2.0`;
}

interface Field {
  name: string;
  /** The form of a plain value, or the fields of an element. */
  form: 'value' | 'time' | VocabularyName | readonly Field[];
  /** The name each member of a list gets, e.g. `epc` in `epcList`. */
  member?: string;
}

const value = (name: string): Field => ({ name, form: 'value' });
const time = (name: string): Field => ({ name, form: 'time' });
const word = (name: string, form: VocabularyName): Field => ({ name, form });
const epcs = (name: string): Field => ({ name, form: 'value', member: 'epc' });
const quantities = (name: string): Field => ({
  name,
  form: [value('epcClass'), value('quantity'), value('uom')],
  member: 'quantityElement',
});
const stated = ['deviceID', 'deviceMetadata', 'rawData', 'dataProcessingMethod'].map(value);

const SENSOR_METADATA = [time('time'), time('startTime'), time('endTime'), ...stated, value('bizRules')];
const SENSOR_REPORT = [
  word('type', 'measurementType'),
  word('exception', 'sensorAlert'),
  ...stated,
  time('time'),
  value('microorganism'),
  value('chemicalSubstance'),
  value('value'),
  word('component', 'component'),
  ...['stringValue', 'booleanValue', 'hexBinaryValue', 'uriValue', 'minValue', 'maxValue', 'meanValue'].map(value),
  ...['sDev', 'percRank', 'percValue', 'uom', 'coordinateReferenceSystem'].map(value),
];

const IN_ORDER: readonly Field[] = [
  time('eventTime'),
  value('eventTimeZoneOffset'),
  value('certificationInfo'),
  epcs('epcList'),
  value('parentID'),
  epcs('inputEPCList'),
  epcs('childEPCs'),
  quantities('quantityList'),
  quantities('childQuantityList'),
  quantities('inputQuantityList'),
  epcs('outputEPCList'),
  quantities('outputQuantityList'),
  value('action'),
  value('transformationID'),
  word('bizStep', 'bizStep'),
  word('disposition', 'disposition'),
  { name: 'persistentDisposition', form: [word('set', 'disposition'), word('unset', 'disposition')] },
  { name: 'readPoint', form: [value('id')] },
  { name: 'bizLocation', form: [value('id')] },
  {
    name: 'sensorElementList',
    member: 'sensorElement',
    form: [
      { name: 'sensorMetadata', form: SENSOR_METADATA },
      { name: 'sensorReport', form: SENSOR_REPORT },
    ],
  },
];
const PAIRS: readonly Field[] = [
  { name: 'bizTransactionList', member: '', form: [word('type', 'bizTransactionType'), value('bizTransaction')] },
  { name: 'destinationList', member: '', form: [word('type', 'sourceDestinationType'), value('destination')] },
  { name: 'sourceList', member: '', form: [word('type', 'sourceDestinationType'), value('source')] },
];
const OWN = new Set([...IN_ORDER, ...PAIRS].map((field) => field.name));
const NEVER = new Set(['type', 'eventID', 'recordTime', 'errorDeclaration', '@context', 'comment', 'rdfs:comment']);

/** The text that is hashed: name=value pairs in the canonical order, nothing between them. */
export function preHash(event: EpcisEvent, context: JsonLdContext, ignoredFields: readonly string[] = []): string {
  const names = prefixesOf(context, event['@context']);
  const skipped = new Set([...NEVER, ...ignoredFields]);
  const ordered = IN_ORDER.map((field) => written(field, event[field.name], names)).join('');
  const rest = Object.entries(event)
    .filter(([name]) => !OWN.has(name) && !skipped.has(name))
    .flatMap(([name, item]) => extension(name, item, names));
  const pairs = PAIRS.map((field) => written(field, event[field.name], names));
  return `eventType=${event.type}${ordered}${[...pairs, ...rest].sort(byCodes).join('')}`;
}

function written({ name, form, member }: Field, content: unknown, names: ReadonlyMap<string, string>): string {
  if (content === undefined || content === null) return '';
  const items = Array.isArray(content) ? content : [content];
  const itemName = member ?? name;
  const texts = items.map((item) => {
    if (Array.isArray(form)) return isObject(item) ? named(itemName, element(form, item, names)) : '';
    const text = plain(form as 'value' | 'time' | VocabularyName, item, names);
    return text === '' ? '' : `${itemName}=${text}`;
  });
  const joined = texts.sort(byCodes).join('');
  return joined === '' || member === undefined ? joined : name + joined;
}

function element(
  fields: readonly Field[],
  content: Record<string, unknown>,
  names: ReadonlyMap<string, string>,
): string {
  const own = fields.map((field) => written(field, content[field.name], names)).join('');
  const others = Object.entries(content)
    .filter(([name]) => !NEVER_IN_ELEMENT.has(name) && !fields.some((field) => field.name === name))
    .flatMap(([name, item]) => extension(name, item, names));
  return own + others.sort(byCodes).join('');
}
const NEVER_IN_ELEMENT = new Set(['comment', 'rdfs:comment']);

/** An extension or ILMD field: `{namespace}localName=value`; members and fields in the order of their text. */
function extension(name: string, content: unknown, names: ReadonlyMap<string, string>): string[] {
  if (content === null || content === undefined || NEVER_IN_ELEMENT.has(name)) return [];
  const key = expandedName(name, names);
  const items = Array.isArray(content) ? content : [content];
  return items.map((item) => {
    if (Array.isArray(item))
      return (
        key +
        item
          .flatMap((inner) => extension('', inner, names))
          .sort(byCodes)
          .join('')
      );
    if (isObject(item)) {
      const fields = Object.entries(item).flatMap(([inner, innerContent]) => extension(inner, innerContent, names));
      return key + fields.sort(byCodes).join('');
    }
    const text = plain('value', item, names);
    return text === '' ? key : `${key}=${text}`;
  });
}

function named(name: string, text: string): string {
  return text === '' ? '' : name + text;
}

function plain(form: 'value' | 'time' | VocabularyName, item: unknown, names: ReadonlyMap<string, string>): string {
  if (typeof item === 'number' || typeof item === 'boolean') return String(item);
  if (typeof item !== 'string') return '';
  const text = item.trim();
  if (form === 'time') return utcMilliseconds(text);
  const full = expandedValue(text, names);
  if (form !== 'value') return webForm(form, full);
  return canonicalLink(full) ?? canonicalNumber(webVocabulary(full));
}

const URN_LISTS = ['bizStep', 'disposition', 'bizTransactionType', 'sourceDestinationType', 'errorReason'] as const;
function webVocabulary(text: string): string {
  if (!text.startsWith('urn:epcglobal:cbv:')) return text;
  return URN_LISTS.reduce((form, list) => webForm(list, form), text);
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
function canonicalNumber(text: string): string {
  if (!DECIMAL.test(text)) return text;
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  return Number.isInteger(number) ? BigInt(number).toString() : String(number);
}

/** UTC with three decimals; the fourth rounds. A text that is no time stays as it is. */
export function utcMilliseconds(text: string): string {
  const match = /^(.*?)(?:\.(\d+))?(Z|[+-]\d{2}:?\d{2})$/i.exec(text);
  const whole = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (match === null || Number.isNaN(whole)) return text;
  const [thousandths, next] = [(match[2] ?? '').padEnd(3, '0').slice(0, 3), (match[2] ?? '')[3] ?? '0'];
  return new Date(whole + Number(thousandths) + (next >= '5' ? 1 : 0)).toISOString();
}

function prefixesOf(...contexts: readonly unknown[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>([
    ['gs1', GS1_VOCABULARY],
    ['cbv', CBV],
    ['epcis', 'https://ref.gs1.org/epcis/'],
    ['cbvmda', 'urn:epcglobal:cbv:mda:'],
  ]);
  for (const context of contexts.flat()) {
    if (!isObject(context)) continue;
    for (const [prefix, namespace] of Object.entries(context))
      if (typeof namespace === 'string') names.set(prefix, namespace);
  }
  return names;
}

function expandedName(name: string, names: ReadonlyMap<string, string>): string {
  const at = name.indexOf(':');
  const namespace = at === -1 ? undefined : names.get(name.slice(0, at));
  return namespace === undefined ? name : `{${namespace}}${name.slice(at + 1)}`;
}

/** Only GS1's own prefixes are written out in values; those of users stay, as in the XML form. */
function expandedValue(text: string, names: ReadonlyMap<string, string>): string {
  const at = text.indexOf(':');
  const namespace = at === -1 ? undefined : names.get(text.slice(0, at));
  const ofGs1 = namespace !== undefined && /^https:\/\/(ref\.)?gs1\.org\//.test(namespace);
  return ofGs1 ? namespace + text.slice(at + 1) : text;
}

/** By Unicode code points, which is the order of UTF-8 bytes; JavaScript's own order is by UTF-16 units. */
function byCodes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
