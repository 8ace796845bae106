import { epcOf } from './identifiers.ts';
import type { Journey } from './journey.ts';
import { tubesOf } from './orders.ts';
import { uuidOf } from './random.ts';
import type { Round, Stop } from './rounds.ts';
import { MINUTE, utcTime } from './time.ts';
import type { World } from './world.ts';

/** One EPCIS 2.0 event in GS1's JSON-LD form. */
export type EpcisEvent = Readonly<Record<string, unknown>> & { eventID: string; eventTime: string };

const CONTEXT = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld';

export function captureDocument(events: readonly EpcisEvent[]): object {
  return {
    '@context': [CONTEXT],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: events.at(-1)?.eventTime,
    epcisBody: { eventList: events },
  };
}

/** A courier leaves the laboratory: the sensor sits in the box, the box in the vehicle. */
export function departureEvents(world: World, round: Round): EpcisEvent[] {
  const { vehicle } = round;
  const ids = epcsOf(round);
  const here = placeOf(vehicle.laboratory.gln);
  const at = round.departAt;
  return [
    event(world, round, 'install', at - 12 * MINUTE, {
      type: 'AssociationEvent',
      parentID: ids.box,
      childEPCs: [ids.device],
      action: 'ADD',
      bizStep: 'installing',
      ...here,
    }),
    event(world, round, 'load', at - 5 * MINUTE, {
      type: 'AggregationEvent',
      parentID: ids.vehicle,
      childEPCs: [ids.box],
      action: 'ADD',
      bizStep: 'loading',
      disposition: 'in_progress',
      ...here,
    }),
    event(world, round, 'depart', at, {
      type: 'ObjectEvent',
      epcList: [ids.vehicle],
      action: 'OBSERVE',
      bizStep: 'departing',
      disposition: 'in_transit',
      readPoint: here.readPoint,
    }),
  ];
}

/** At a site the tubes go into the box and the courier takes them over. */
export function pickUpEvents(world: World, round: Round, stop: Stop, journeys: readonly Journey[]): EpcisEvent[] {
  const specimens = specimensOf(journeys);
  if (specimens.length === 0) return [];
  const ids = epcsOf(round);
  const here = placeOf(stop.site.gln);
  const name = `stop-${stop.site.index}`;
  return [
    event(world, round, `${name}-pack`, stop.leaveAt - MINUTE, {
      type: 'AggregationEvent',
      parentID: ids.box,
      childEPCs: specimens,
      action: 'ADD',
      bizStep: 'packing',
      disposition: 'in_progress',
      ...here,
    }),
    event(world, round, `${name}-accept`, stop.leaveAt, {
      type: 'ObjectEvent',
      epcList: specimens,
      action: 'OBSERVE',
      bizStep: 'accepting',
      disposition: 'in_transit',
      readPoint: here.readPoint,
      ...handOver(stop.site.gln, round.vehicle.courier.gln),
    }),
  ];
}

/** Back at the laboratory: the box leaves the vehicle, the tubes leave the box, the laboratory takes them over. */
export function arrivalEvents(world: World, round: Round, journeys: readonly Journey[]): EpcisEvent[] {
  const specimens = specimensOf(journeys);
  const { vehicle } = round;
  const ids = epcsOf(round);
  const here = placeOf(vehicle.laboratory.gln);
  const at = round.returnAt;
  const arrived = [
    event(world, round, 'arrive', at, {
      type: 'ObjectEvent',
      epcList: [ids.vehicle, ids.box],
      action: 'OBSERVE',
      bizStep: 'arriving',
      disposition: 'in_progress',
      ...here,
    }),
    event(world, round, 'unload', at + 2 * MINUTE, {
      type: 'AggregationEvent',
      parentID: ids.vehicle,
      childEPCs: [ids.box],
      action: 'DELETE',
      bizStep: 'unloading',
      disposition: 'in_progress',
      ...here,
    }),
  ];
  if (specimens.length === 0) return arrived;
  return [
    ...arrived,
    event(world, round, 'unpack', at + 4 * MINUTE, {
      type: 'AggregationEvent',
      parentID: ids.box,
      childEPCs: specimens,
      action: 'DELETE',
      bizStep: 'unpacking',
      disposition: 'in_progress',
      ...here,
    }),
    event(world, round, 'receive', at + 5 * MINUTE, {
      type: 'ObjectEvent',
      epcList: specimens,
      action: 'OBSERVE',
      bizStep: 'receiving',
      disposition: 'in_progress',
      ...here,
      ...handOver(vehicle.courier.gln, vehicle.laboratory.gln),
    }),
  ];
}

function event(world: World, round: Round, name: string, at: number, fields: object): EpcisEvent {
  return {
    ...fields,
    eventID: `urn:uuid:${uuidOf(world.seed, 'epcis', round.id, name)}`,
    eventTime: utcTime(at),
    eventTimeZoneOffset: '+08:00',
  };
}

function epcsOf({ vehicle }: Round): { vehicle: string; box: string; device: string } {
  return { vehicle: epcOf.vehicle(vehicle.number), box: epcOf.box(vehicle.box), device: epcOf.device(vehicle.device) };
}

function specimensOf(journeys: readonly Journey[]): string[] {
  return journeys.flatMap(({ order }) => tubesOf(order).map(({ accession }) => epcOf.specimen(accession)));
}

function placeOf(gln: string): { readPoint: { id: string }; bizLocation: { id: string } } {
  return { readPoint: { id: epcOf.place(gln) }, bizLocation: { id: epcOf.place(gln) } };
}

/** CBV 2.0 section 7.5: possessing_party of source and destination name parties by AI 417. */
function handOver(fromGln: string, toGln: string): object {
  return {
    sourceList: [{ type: 'possessing_party', source: `https://id.gs1.org/417/${fromGln}` }],
    destinationList: [{ type: 'possessing_party', destination: `https://id.gs1.org/417/${toGln}` }],
  };
}
