import { bareForm, type EpcisEvent } from '#standards/epcis';
import type { Anomaly, Stay, Thing, ThingState, Trace } from '../model.ts';
import { kindOf, nameOf } from './identity.ts';

/** What a thing is after a business step; a step that is not here changes nothing. */
const STATE_AFTER: Record<string, ThingState> = {
  commissioning: 'collected',
  collecting: 'collected',
  sampling: 'collected',
  departing: 'in-transit',
  shipping: 'in-transit',
  transporting: 'in-transit',
  arriving: 'arrived',
  accepting: 'accepted',
  receiving: 'received',
  storing: 'stored',
  stocking: 'stored',
  holding: 'stored',
  destroying: 'destroyed',
  killing: 'destroyed',
  decommissioning: 'destroyed',
};
const STATE_BY_DISPOSITION: Record<string, ThingState> = {
  destroyed: 'destroyed',
  disposed: 'destroyed',
  stolen: 'lost',
};
const ON_THE_WAY = new Set(['departing', 'shipping', 'transporting']);

/**
 * What an event says of each thing it names.
 *
 * @param taken things that leave with a DELETE that names no children: all of them (EPCIS 2.0, 7.4.3)
 */
export function traceOf(event: EpcisEvent, id: string, taken: readonly string[] = []): Trace[] {
  const step = event.bizStep === undefined ? undefined : bareForm('bizStep', event.bizStep);
  const disposition = event.disposition === undefined ? undefined : bareForm('disposition', event.disposition);
  const { fromParty, toParty } = partiesOf(event);
  const location = event.bizLocation?.id ?? event.readPoint?.id;
  const place = step !== undefined && ON_THE_WAY.has(step) ? '' : location === undefined ? undefined : nameOf(location);
  const shared = {
    at: new Date(event.eventTime),
    event: id,
    ...(step !== undefined && { step }),
    ...(disposition !== undefined && { disposition }),
    ...(place !== undefined && { place }),
    ...(fromParty !== undefined && { fromParty }),
    ...(toParty !== undefined && { toParty }),
  };
  const state = STATE_BY_DISPOSITION[disposition ?? ''] ?? STATE_AFTER[step ?? ''];
  const stated = state === undefined ? {} : { state };
  const named = (role: Trace['role'], uris: readonly string[] | undefined, more: Partial<Trace> = {}): Trace[] =>
    [...new Set((uris ?? []).map(nameOf))].map((part) => ({ ...shared, part, role, ...more }));
  const classes = (role: Trace['role'], quantities: EpcisEvent['quantityList']): Trace[] =>
    named(
      role,
      quantities?.map(({ epcClass }) => epcClass),
    );

  const sensors = (event.sensorElementList ?? []).flatMap(({ sensorMetadata, sensorReport }) =>
    [sensorMetadata?.deviceID, ...sensorReport.map(({ deviceID }) => deviceID)].filter(
      (device) => device !== undefined,
    ),
  );
  const rows = [
    ...named('sensor', sensors),
    ...classes('class', [...(event.quantityList ?? []), ...(event.childQuantityList ?? [])]),
  ];
  if (event.type === 'AggregationEvent' || event.type === 'AssociationEvent') {
    const parent = event.parentID === undefined ? undefined : nameOf(event.parentID);
    const children = event.action === 'DELETE' && event.childEPCs === undefined ? taken : event.childEPCs;
    const moved = childState(event.type, event.action, step);
    const act = event.action === 'ADD' ? 'in' : event.action === 'DELETE' ? 'out' : undefined;
    rows.push(
      ...named('parent', parent === undefined ? [] : [parent]),
      ...named('child', children, {
        ...(parent !== undefined && { other: parent }),
        ...(act !== undefined && parent !== undefined && { act }),
        ...(moved !== undefined && { state: moved }),
      }),
    );
  } else if (event.type === 'TransformationEvent') {
    rows.push(
      ...named('input', event.inputEPCList),
      ...named('output', event.outputEPCList, { state: 'collected' }),
      ...classes('inputClass', event.inputQuantityList),
      ...classes('outputClass', event.outputQuantityList),
    );
  } else {
    rows.push(
      ...named('parent', event.parentID === undefined ? [] : [event.parentID]),
      ...named('subject', event.epcList, stated),
    );
  }
  return rows;
}

function childState(type: string, action: string | undefined, step: string | undefined): ThingState | undefined {
  if (action !== 'ADD' && action !== 'DELETE') return undefined;
  if (type === 'AssociationEvent') return action === 'ADD' ? 'attached' : 'detached';
  const loading = step === 'loading' || step === 'unloading';
  if (action === 'ADD') return loading ? 'loaded' : 'packed';
  return loading ? 'unloaded' : 'unpacked';
}

/** From whom to whom possession goes, where the event says so. */
export function partiesOf(event: EpcisEvent): { fromParty?: string; toParty?: string } {
  const of = (list: readonly { type: string }[] | undefined): string | undefined => {
    const found = list?.find(({ type }) => bareForm('sourceDestinationType', type) === 'possessing_party');
    const { source, destination } = (found ?? {}) as { source?: string; destination?: string };
    return source ?? destination;
  };
  const [from, to] = [of(event.sourceList), of(event.destinationList)];
  return {
    ...(from !== undefined && { fromParty: nameOf(from) }),
    ...(to !== undefined && { toParty: nameOf(to) }),
  };
}

/** Roles in which a thing itself was there; classes of goods and sensors that only reported were not. */
export function isMove({ role }: Trace): boolean {
  return role === 'subject' || role === 'parent' || role === 'child' || role === 'input' || role === 'output';
}

const NEVER = new Date(0);

/** A thing nobody said anything about yet. */
export function unknownThing(part: string): Thing {
  const { kind, code } = kindOf(part);
  return {
    part,
    kind,
    code,
    state: 'known',
    stateAt: NEVER,
    placeAt: NEVER,
    holderAt: NEVER,
    parentAt: NEVER,
    seenAt: NEVER,
  };
}

/**
 * The thing after one more word on it. Each field goes with the latest word on that field, so the order in which
 * events arrive does not matter; of two at the same instant the later in the alphabet counts, which is as good as any.
 */
export function advance(thing: Thing, trace: Trace): Thing {
  const next = { ...thing };
  const { at } = trace;
  if (at > next.seenAt) next.seenAt = at;
  if (trace.state !== undefined && at >= next.stateAt) Object.assign(next, { state: trace.state, stateAt: at });
  if (trace.place !== undefined && at >= next.placeAt) {
    next.placeAt = at;
    delete next.place;
    if (trace.place !== '') next.place = trace.place;
  }
  if (trace.toParty !== undefined && at >= next.holderAt) Object.assign(next, { holder: trace.toParty, holderAt: at });
  if (trace.act !== undefined && at >= next.parentAt) {
    next.parentAt = at;
    if (trace.act === 'in' && trace.other !== undefined) next.parent = trace.other;
    else if (next.parent === trace.other) delete next.parent;
  }
  const damaged = trace.disposition === 'damaged' || trace.disposition === 'non_conformant';
  if (damaged && (next.damagedAt === undefined || at < next.damagedAt)) next.damagedAt = at;
  return next;
}

/** The thing from everything said of it. */
export function thingOf(part: string, traces: readonly Trace[]): Thing {
  return [...traces].filter(isMove).sort(inTime).reduce(advance, unknownThing(part));
}

/** In the order of time; at one instant things come out before they go in, and then by the event's name. */
export function inTime(left: Trace, right: Trace): number {
  return (
    left.at.getTime() - right.at.getTime() ||
    (left.act === right.act ? 0 : left.act === 'out' ? -1 : right.act === 'out' ? 1 : 0) ||
    (left.event < right.event ? -1 : left.event > right.event ? 1 : 0)
  );
}

/** Where a thing was packed from when to when, and what in its history cannot have been. */
export function historyOf(part: string, traces: readonly Trace[]): { stays: Stay[]; anomalies: Anomaly[] } {
  const stays: Stay[] = [];
  const anomalies: Anomaly[] = [];
  let open: Stay | undefined;
  let endedAt: Date | undefined;
  let holder: string | undefined;
  for (const { at, event, act, other = '', state, fromParty, toParty } of traces.filter(isMove).sort(inTime)) {
    const note = (kind: Anomaly['kind'], detail: Record<string, string>): void => {
      anomalies.push({ part, event, kind, at, detail });
    };
    if (endedAt !== undefined && state !== 'destroyed') note('after-its-end', { endedAt: endedAt.toISOString() });
    if (state === 'destroyed') endedAt ??= at;
    if (fromParty !== undefined && holder !== undefined && fromParty !== holder)
      note('held-by-another', { holder, said: fromParty });
    if (toParty !== undefined) holder = toParty;
    if (act === 'in' && open?.parent !== other) {
      if (open !== undefined) {
        note('in-two-containers', { before: open.parent, now: other });
        open.until = at;
      }
      open = { parent: other, since: at };
      stays.push(open);
    }
    if (act === 'out') {
      if (open?.parent === other) {
        open.until = at;
        open = undefined;
      } else note('not-in-container', { container: other });
    }
  }
  return { stays, anomalies };
}
