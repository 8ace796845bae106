import {
  add,
  all,
  type Check,
  either,
  flag,
  holdsNoText,
  isDeeperThan,
  isObject,
  isUri,
  join,
  listOf,
  MOST_DEPTH,
  number,
  oneOf,
  pattern,
  shape,
  text,
  time,
  uri,
  wordOrUri,
} from './check.ts';
import { type EpcisEvent, EVENT_TYPES, type Finding, type JsonLdContext } from './model.ts';
import {
  BIZ_STEPS,
  BIZ_TRANSACTION_TYPES,
  COMPONENTS,
  DISPOSITIONS,
  ERROR_REASONS,
  MEASUREMENT_TYPES,
  SENSOR_ALERTS,
  SOURCE_DESTINATION_TYPES,
} from './vocabulary.ts';

const CBV_NAMESPACE = /^(urn:epcglobal:cbv|https?:\/\/ns\.gs1\.org\/cbv\/)/;
const GS1_NAMESPACE = /^https?:\/\/(www\.)?gs1\.org\/voc\//;

const bizStep = wordOrUri(BIZ_STEPS, CBV_NAMESPACE);
const disposition = wordOrUri(DISPOSITIONS, CBV_NAMESPACE);
const partyType = wordOrUri(SOURCE_DESTINATION_TYPES, CBV_NAMESPACE);
const place = shape({ fields: { id: uri }, needs: ['id'], others: 'any' });
const quantity = shape({
  fields: { epcClass: uri, quantity: number, uom: pattern(/^[A-Z0-9]{2,3}$/, 'must be a UN/ECE Rec. 20 unit code') },
  needs: ['epcClass'],
  others: 'none',
});
const bizTransaction = shape({
  fields: { type: wordOrUri(BIZ_TRANSACTION_TYPES, CBV_NAMESPACE), bizTransaction: uri },
  needs: ['bizTransaction'],
  others: 'none',
});
const source = shape({ fields: { type: partyType, source: uri }, needs: ['type', 'source'], others: 'none' });
const destination = shape({
  fields: { type: partyType, destination: uri },
  needs: ['type', 'destination'],
  others: 'none',
});

const sensorMetadata = shape({
  fields: {
    time,
    startTime: time,
    endTime: time,
    deviceID: uri,
    deviceMetadata: uri,
    rawData: uri,
    dataProcessingMethod: uri,
    bizRules: uri,
  },
});
const sensorReport = shape({
  fields: {
    type: wordOrUri(MEASUREMENT_TYPES, GS1_NAMESPACE),
    exception: wordOrUri(SENSOR_ALERTS, GS1_NAMESPACE),
    deviceID: uri,
    deviceMetadata: uri,
    rawData: uri,
    dataProcessingMethod: uri,
    bizRules: uri,
    time,
    microorganism: uri,
    chemicalSubstance: uri,
    coordinateReferenceSystem: uri,
    value: number,
    component: wordOrUri(COMPONENTS, CBV_NAMESPACE),
    stringValue: text,
    booleanValue: flag,
    hexBinaryValue: pattern(/^[A-Fa-f0-9]+$/, 'must be hexadecimal'),
    uriValue: uri,
    minValue: number,
    maxValue: number,
    meanValue: number,
    sDev: number,
    percRank: number,
    percValue: number,
    uom: text,
  },
  needs: ['type'],
});
const sensorElement = shape({
  fields: { sensorMetadata, sensorReport: listOf(sensorReport, { least: 1 }) },
  needs: ['sensorReport'],
});

const context = either(uri, (value, at, findings) => {
  if (!isObject(value) && !Array.isArray(value))
    return add(findings, at, 'must be a link, an object or a list of them');
  if (!Array.isArray(value)) return;
  value.forEach((item, index) => {
    if (!isUri(item) && !isObject(item)) add(findings, `${at}[${index}]`, 'must be a link or an object');
  });
});
const common = {
  '@context': context,
  type: text,
  eventTime: time,
  recordTime: time,
  eventTimeZoneOffset: pattern(/^[+-]((0\d|1[0-3]):[0-5]\d|14:00)$/, 'must be a zone such as +08:00'),
  eventID: uri,
  certificationInfo: either(uri, listOf(uri)),
  errorDeclaration: shape({
    fields: { declarationTime: time, reason: wordOrUri(ERROR_REASONS, CBV_NAMESPACE), correctiveEventIDs: listOf(uri) },
    needs: ['declarationTime'],
  }),
};
const epcs = listOf(uri);
const distinctEpcs = listOf(uri, { unique: true });
const quantities = listOf(quantity);
const ilmd: Check = (value, at, findings) => {
  if (!isObject(value)) return add(findings, at, 'must be an object');
  for (const name of Object.keys(value)) if (!isUri(name)) add(findings, join(at, name), 'needs a prefix');
};
const everywhere = {
  ...common,
  action: oneOf(['ADD', 'OBSERVE', 'DELETE']),
  bizStep,
  disposition,
  readPoint: place,
  bizLocation: place,
  bizTransactionList: listOf(bizTransaction),
  sourceList: listOf(source),
  destinationList: listOf(destination),
  sensorElementList: listOf(sensorElement),
};
const persistentDisposition: Check = (value, at, findings) => {
  const words = listOf(disposition, { least: 1, unique: true });
  shape({ fields: { set: words, unset: words }, others: 'none' })(value, at, findings);
  if (isObject(value) && !has(value, 'set') && !has(value, 'unset')) add(findings, at, 'must set or unset something');
};
const timed = ['type', 'eventTime', 'eventTimeZoneOffset'];

/** What must be there beyond the fields' own forms. */
const requiring =
  (holds: (event: Record<string, unknown>) => boolean, at: string, message: string): Check =>
  (value, where, findings) => {
    if (isObject(value) && !holds(value)) add(findings, join(where, at), message);
  };

const ofParentAndChildren = all(
  shape({
    fields: { ...everywhere, parentID: uri, childEPCs: epcs, childQuantityList: quantities },
    needs: [...timed, 'action'],
  }),
  requiring(
    (event) => event.action === 'DELETE' || filled(event, 'childEPCs') || filled(event, 'childQuantityList'),
    'childEPCs',
    'is missing: children are named unless all of them are taken away',
  ),
);

const EVENTS: Record<(typeof EVENT_TYPES)[number], Check> = {
  ObjectEvent: all(
    shape({
      fields: { ...everywhere, epcList: distinctEpcs, quantityList: quantities, persistentDisposition, ilmd },
      needs: [...timed, 'action'],
    }),
    requiring(
      (event) =>
        has(event, 'epcList') ||
        filled(event, 'quantityList') ||
        (filled(event, 'sensorElementList') && has(event, 'readPoint')),
      'epcList',
      'is missing: an event is about things, a quantity, or a place with sensor data',
    ),
    requiring((event) => !has(event, 'ilmd') || event.action === 'ADD', 'ilmd', 'is for the action ADD only'),
  ),
  AggregationEvent: ofParentAndChildren,
  AssociationEvent: all(
    ofParentAndChildren,
    requiring((event) => has(event, 'parentID'), 'parentID', 'is missing'),
  ),
  TransactionEvent: all(
    shape({
      fields: {
        ...everywhere,
        parentID: uri,
        epcList: epcs,
        quantityList: quantities,
        bizTransactionList: listOf(bizTransaction, { least: 1 }),
      },
      needs: [...timed, 'action', 'bizTransactionList'],
    }),
    requiring(
      (event) => event.action === 'DELETE' || has(event, 'epcList') || filled(event, 'quantityList'),
      'epcList',
      'is missing: a transaction names its things unless it is deleted',
    ),
  ),
  TransformationEvent: all(
    shape({
      fields: {
        ...everywhere,
        inputEPCList: distinctEpcs,
        inputQuantityList: quantities,
        outputEPCList: distinctEpcs,
        outputQuantityList: quantities,
        transformationID: uri,
        persistentDisposition,
        ilmd,
        action: notAField,
      },
      needs: timed,
    }),
    requiring(
      (event) => {
        const input = filled(event, 'inputEPCList') || filled(event, 'inputQuantityList');
        const output = filled(event, 'outputEPCList') || filled(event, 'outputQuantityList');
        return has(event, 'transformationID') ? input || output : input && output;
      },
      'inputEPCList',
      'or the output is missing: without a transformationID both are needed, with it one of them',
    ),
  ),
};
const otherEvent = shape({ fields: { ...common, type: uri }, needs: timed, others: 'any' });

function notAField(_value: unknown, at: string, findings: Finding[]): void {
  add(findings, at, 'is not a field of this element');
}

const event: Check = (value, at, findings) => {
  const type = isObject(value) ? value.type : undefined;
  const known = EVENT_TYPES.find((name) => name === type);
  (known === undefined ? otherEvent : EVENTS[known])(value, at, findings);
};

const eventList = listOf(event);
const vocabulary = shape({
  fields: {
    type: uri,
    vocabularyElementList: listOf(
      shape({
        fields: {
          id: uri,
          attributes: listOf(shape({ fields: { id: uri }, needs: ['id'], others: 'any' })),
          children: listOf(uri),
        },
        needs: ['id'],
        others: 'any',
      }),
    ),
  },
  needs: ['type'],
  others: 'any',
});
const version = pattern(/^\d+(\.\d+)*$/, 'must be a version number');
const document = shape({
  fields: {
    '@context': context,
    id: uri,
    type: oneOf(['EPCISDocument']),
    schemaVersion: version,
    creationDate: time,
    instanceIdentifier: text,
    sender: text,
    receiver: text,
    epcisHeader: shape({
      fields: { epcisMasterData: shape({ fields: { vocabularyList: listOf(vocabulary) }, others: 'any' }) },
    }),
    epcisBody: shape({ fields: { eventList }, needs: ['eventList'], others: 'any' }),
  },
  needs: ['@context', 'type', 'schemaVersion', 'creationDate', 'epcisBody'],
});
const resultsBody = shape({ fields: { eventList, vocabularyList: listOf(vocabulary) }, needs: ['eventList'] });
const queryDocument = shape({
  fields: {
    '@context': context,
    id: uri,
    type: oneOf(['EPCISQueryDocument']),
    schemaVersion: version,
    creationDate: time,
    epcisBody: shape({
      fields: {
        queryResults: shape({
          fields: { queryName: text, subscriptionID: text, resultsBody },
          needs: ['queryName', 'resultsBody'],
        }),
      },
      needs: ['queryResults'],
    }),
  },
  needs: ['@context', 'type', 'epcisBody'],
});
const singleEvent = all(event, shape({ fields: { '@context': context }, needs: ['@context'], others: 'any' }));

/** A read document: its events as they came, and what their names mean. */
export interface ReadDocument {
  kind: 'document' | 'query-document' | 'event';
  events: EpcisEvent[];
  context: JsonLdContext;
  /** Names listed under `<prefix>:ignoreFields` of the document: they stay out of event hashes. */
  ignoredFields: readonly string[];
}

/** Everything that EPCIS 2.0's JSON form says against an input; nothing when it is valid. */
export function findFaults(input: unknown): Finding[] {
  const findings: Finding[] = [];
  if (!isObject(input)) add(findings, '', 'must be a JSON object');
  else if (isDeeperThan(input, MOST_DEPTH)) add(findings, '', `is nested deeper than ${MOST_DEPTH} levels`);
  else if (holdsNoText(input)) add(findings, '', 'holds a text with NUL or half of a surrogate pair');
  else {
    const check =
      input.type === 'EPCISDocument' ? document : input.type === 'EPCISQueryDocument' ? queryDocument : singleEvent;
    check(input, '', findings);
  }
  return findings;
}

/** What is wrong with one event of a document, whose names its document's context explains. */
export function findEventFaults(input: unknown, at = ''): Finding[] {
  const findings: Finding[] = [];
  if (isDeeperThan(input, MOST_DEPTH)) add(findings, at, `is nested deeper than ${MOST_DEPTH} levels`);
  else if (holdsNoText(input)) add(findings, at, 'holds a text with NUL or half of a surrogate pair');
  else event(input, at, findings);
  return findings;
}

/**
 * The envelope of a document, query document or single event, opened without judging its events.
 * undefined when it is none of these.
 */
export function openDocument(input: unknown): ReadDocument | undefined {
  if (!isObject(input)) return undefined;
  const context = input['@context'];
  const ignoredFields = Object.entries(input)
    .filter(([name]) => name.endsWith(':ignoreFields'))
    .flatMap(([, value]) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []));
  const body = isObject(input.epcisBody) ? input.epcisBody : {};
  if (input.type === 'EPCISDocument') {
    const events = body.eventList;
    return Array.isArray(events) ? { kind: 'document', events, context, ignoredFields } : undefined;
  }
  if (input.type === 'EPCISQueryDocument') {
    const results = isObject(body.queryResults) ? body.queryResults.resultsBody : undefined;
    const events = isObject(results) ? results.eventList : undefined;
    return Array.isArray(events) ? { kind: 'query-document', events, context, ignoredFields } : undefined;
  }
  if (typeof input.type !== 'string' || input.eventTime === undefined) return undefined;
  return { kind: 'event', events: [input as EpcisEvent], context, ignoredFields };
}

/** Stated once for all reports of a sensor element, or in each report, never both (GS1 conformance TCR-53, step 29). */
const STATED_ONCE = ['time', 'deviceID', 'deviceMetadata', 'rawData', 'dataProcessingMethod'] as const;

/**
 * What a capture refuses although the JSON schema lets it pass: GS1 conformance requirements TCR-53 step 29 (sensor
 * data stated twice), TCR-54 steps 3 and 4 (association without parent or children), EPCIS 2.0 section 7.4.3 (an
 * aggregation that adds or takes away needs its parent).
 */
export function findCaptureFaults(input: EpcisEvent, at = ''): Finding[] {
  const findings: Finding[] = [];
  const parented = input.type === 'AggregationEvent' || input.type === 'AssociationEvent';
  if (parented && input.action !== 'OBSERVE' && input.parentID === undefined) {
    add(findings, join(at, 'parentID'), 'is missing: what is added or taken away needs its parent');
  }
  (input.sensorElementList ?? []).forEach((element, index) => {
    const metadata = element.sensorMetadata ?? {};
    element.sensorReport.forEach((report, nth) => {
      for (const name of STATED_ONCE) {
        if (metadata[name] === undefined || report[name] === undefined) continue;
        const where = `${join(at, 'sensorElementList')}[${index}].sensorReport[${nth}].${name}`;
        add(findings, where, 'is stated in the metadata already');
      }
    });
  });
  return findings;
}

function has(event: Record<string, unknown>, name: string): boolean {
  return event[name] !== undefined;
}

function filled(event: Record<string, unknown>, name: string): boolean {
  const value = event[name];
  return Array.isArray(value) && value.length > 0;
}
