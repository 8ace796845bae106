import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import type { EpcisEvent } from '#standards/epcis';
import type { Reading, Trace } from '../model.ts';
import {
  advanceExposure,
  boxName,
  classOf,
  conditionOf,
  deviceName,
  type ExposureChange,
  type ExposureState,
  facetsOf,
  headingOf,
  historyOf,
  kindOf,
  parseEventQuery,
  parseReadings,
  sensorOf,
  specimenName,
  temperatureState,
  thin,
  thingOf,
  traceOf,
} from './index.ts';

const SPECIMEN = specimenName('26112200001');
const BOX = boxName('00001');
const OTHER_BOX = boxName('00002');
const VEHICLE = 'https://id.gs1.org/8004/69000020001';
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

function event(fields: Partial<EpcisEvent>, minute = 0): EpcisEvent {
  return {
    type: 'ObjectEvent',
    eventTime: at(minute),
    eventTimeZoneOffset: '+08:00',
    action: 'OBSERVE',
    ...fields,
  } as EpcisEvent;
}
const pack = (parentID: string, minute: number, action: 'ADD' | 'DELETE' = 'ADD'): EpcisEvent =>
  event(
    {
      type: 'AggregationEvent',
      action,
      parentID,
      childEPCs: [SPECIMEN],
      bizStep: action === 'ADD' ? 'packing' : 'unpacking',
    },
    minute,
  );
const tracesOf = (...events: EpcisEvent[]): Trace[] =>
  events.flatMap((each, index) => traceOf(each, `e${String(index).padStart(3, '0')}`));
const ofSpecimen = (...events: EpcisEvent[]) => {
  const traces = tracesOf(...events).filter(({ part }) => part === SPECIMEN);
  return { thing: thingOf(SPECIMEN, traces), ...historyOf(SPECIMEN, traces) };
};

describe('what things are', () => {
  test.each([
    [SPECIMEN, 'specimen', '26112200001'],
    [BOX, 'box', '00001'],
    [VEHICLE, 'vehicle', '0001'],
    [deviceName('00007'), 'device', '00007'],
    ['https://id.gs1.org/414/6900001000018', 'other', '6900001000018'],
  ])('%s', (part, kind, code) => expect(kindOf(part)).toEqual({ kind, code }));

  test('a box is found by its serial', () => expect(BOX).toBe('https://id.gs1.org/8003/0690000110001000001'));
  test('the asset type tells the temperature class', () => {
    expect(classOf(BOX).id).toBe('refrigerated');
    expect(classOf(boxName('00001', '10002')).id).toBe('frozen');
  });
});

/** Goal: which state follows from which event. Method: one row a step. */
describe('what an event says of a thing', () => {
  const place = { id: 'https://id.gs1.org/414/6900001000018' };
  test.each([
    [event({ bizStep: 'collecting', action: 'ADD', readPoint: place }), { state: 'collected', place: place.id }],
    [event({ bizStep: 'departing', readPoint: place }), { state: 'in-transit', place: undefined }],
    [event({ bizStep: 'arriving', bizLocation: place }), { state: 'arrived', place: place.id }],
    [event({ bizStep: 'urn:epcglobal:cbv:bizstep:storing', bizLocation: place }), { state: 'stored', place: place.id }],
    [event({ bizStep: 'destroying' }), { state: 'destroyed', place: undefined }],
    [event({ bizStep: 'inspecting', disposition: 'stolen' }), { state: 'lost', place: undefined }],
    [event({ bizStep: 'inspecting' }), { state: 'known', place: undefined }],
  ])('%#', (said, expected) => {
    const { thing } = ofSpecimen({ ...said, epcList: [SPECIMEN] });
    expect({ state: thing.state, place: thing.place }).toEqual(expected);
  });

  test('a hand-over changes the holder', () => {
    const { thing } = ofSpecimen(
      event({
        epcList: [SPECIMEN],
        bizStep: 'accepting',
        sourceList: [{ type: 'possessing_party', source: 'urn:epc:id:pgln:6900001.00001' }],
        destinationList: [{ type: 'possessing_party', destination: 'urn:epc:id:pgln:6900001.00002' }],
      }),
    );
    expect(thing).toMatchObject({ state: 'accepted', holder: 'https://id.gs1.org/417/6900001000020' });
  });

  test('a DELETE without children takes out what the caller knows to be in', () => {
    const taken = traceOf(
      event({ type: 'AggregationEvent', action: 'DELETE', parentID: BOX, bizStep: 'unpacking' }),
      'e',
      [SPECIMEN],
    );
    expect(taken).toContainEqual(
      expect.objectContaining({ part: SPECIMEN, act: 'out', other: BOX, state: 'unpacked' }),
    );
  });
});

describe('where a thing was packed', () => {
  test('in and out of a box', () => {
    expect(ofSpecimen(pack(BOX, 1), pack(BOX, 9, 'DELETE'))).toMatchObject({
      stays: [{ parent: BOX, since: new Date(at(1)), until: new Date(at(9)) }],
      anomalies: [],
      thing: { state: 'unpacked' },
    });
  });

  test('in two boxes at once is noted, and the later one counts', () => {
    const { thing, stays, anomalies } = ofSpecimen(pack(BOX, 1), pack(OTHER_BOX, 5));
    expect(anomalies).toEqual([
      expect.objectContaining({ kind: 'in-two-containers', detail: { before: BOX, now: OTHER_BOX } }),
    ]);
    expect(stays).toEqual([
      { parent: BOX, since: new Date(at(1)), until: new Date(at(5)) },
      { parent: OTHER_BOX, since: new Date(at(5)) },
    ]);
    expect(thing.parent).toBe(OTHER_BOX);
  });

  test.each([
    ['out of a box it was not in', [pack(BOX, 1, 'DELETE')], 'not-in-container'],
    [
      'moved after its end',
      [
        event({ epcList: [SPECIMEN], bizStep: 'destroying' }, 1),
        event({ epcList: [SPECIMEN], bizStep: 'arriving' }, 5),
      ],
      'after-its-end',
    ],
  ])('%s', (_, events, kind) => {
    expect(ofSpecimen(...events).anomalies).toEqual([expect.objectContaining({ kind })]);
  });

  test('handed over by somebody who does not hold it', () => {
    const over = (from: string, to: string, minute: number): EpcisEvent =>
      event(
        {
          epcList: [SPECIMEN],
          bizStep: 'accepting',
          sourceList: [{ type: 'possessing_party', source: `https://id.gs1.org/417/${from}` }],
          destinationList: [{ type: 'possessing_party', destination: `https://id.gs1.org/417/${to}` }],
        },
        minute,
      );
    expect(
      ofSpecimen(over('6900001000018', '6900001000025', 1), over('6900001000025', '6900001000032', 2)).anomalies,
    ).toEqual([]);
    expect(
      ofSpecimen(over('6900001000018', '6900001000025', 1), over('6900001000018', '6900001000032', 2)).anomalies,
    ).toEqual([expect.objectContaining({ kind: 'held-by-another' })]);
  });

  test('the order in which events arrive does not matter', () => {
    const some = fc.array(
      fc.record({
        minute: fc.integer({ min: 0, max: 20 }),
        what: fc.constantFrom(
          (minute: number) => pack(BOX, minute),
          (minute: number) => pack(BOX, minute, 'DELETE'),
          (minute: number) => pack(OTHER_BOX, minute),
          (minute: number) => event({ epcList: [SPECIMEN], bizStep: 'departing' }, minute),
          (minute: number) =>
            event(
              { epcList: [SPECIMEN], bizStep: 'arriving', bizLocation: { id: 'https://id.gs1.org/414/6900001000018' } },
              minute,
            ),
        ),
      }),
      { maxLength: 12 },
    );
    const shuffled = some.chain((list) => {
      const traces = tracesOf(...list.map(({ what, minute }) => what(minute))).filter(({ part }) => part === SPECIMEN);
      return fc.tuple(fc.constant(traces), fc.shuffledSubarray(traces, { minLength: traces.length }));
    });
    fc.assert(
      fc.property(shuffled, ([traces, other]) => {
        expect(thingOf(SPECIMEN, other)).toEqual(thingOf(SPECIMEN, traces));
        expect(historyOf(SPECIMEN, other)).toEqual(historyOf(SPECIMEN, traces));
      }),
    );
  });
});

const limits = classOf(BOX);
function run(course: readonly (readonly [minute: number, temperatureC: number])[]): {
  state: ExposureState;
  changes: ExposureChange[];
} {
  let state: ExposureState | undefined;
  const changes: ExposureChange[] = [];
  for (const [minute, temperatureC] of course) {
    const next = advanceExposure(state, { at: minute * 60_000, temperatureC }, { part: BOX, limits });
    state = next.state;
    changes.push(...next.changes);
  }
  return { state: state!, changes };
}
const alarmsOf = (changes: readonly ExposureChange[]) =>
  changes.flatMap((change) => (change.what === 'alarm' ? [change.rule.id] : []));
const every = (from: number, to: number, temperatureC: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, temperatureC] as const);

describe('time outside the limits', () => {
  test('nothing within the limits', () => expect(run(every(0, 60, 5)).changes).toEqual([]));

  test('an excursion begins, grows, ends; the alarm comes after ten minutes', () => {
    const { changes } = run([...every(0, 5, 5), ...every(6, 18, 9.5), ...every(19, 20, 5)]);
    const excursions = changes.filter((change) => change.what === 'excursion');
    expect(excursions[0]).toMatchObject({ kind: 'above', beganAt: 6 * 60_000, began: true, minutes: 0 });
    expect(excursions.at(-1)).toMatchObject({ beganAt: 6 * 60_000, endedAt: 19 * 60_000, minutes: 13, extremeC: 9.5 });
    expect(alarmsOf(changes)).toEqual(['above']);
    expect(changes.find((change) => change.what === 'alarm')).toMatchObject({ at: 16 * 60_000, minutes: 10 });
  });

  test('nine minutes raise none', () =>
    expect(alarmsOf(run([...every(0, 8, 9.5), ...every(9, 20, 5)]).changes)).toEqual([]));

  test('an hour of frost is a freeze beside the limit', () =>
    expect(alarmsOf(run(every(0, 61, -2)).changes)).toEqual(['below', 'freeze']));

  test('heat adds up over several times', () => {
    const warm = [...every(0, 305, 31), ...every(306, 320, 5), ...every(321, 620, 31)];
    expect(alarmsOf(run(warm).changes).filter((rule) => rule === 'heat')).toEqual(['heat']);
  });

  test('a silence counts for ten minutes, not for its length', () => {
    const { changes } = run([
      [0, 12],
      [300, 12],
    ]);
    expect(changes).toContainEqual(
      expect.objectContaining({ what: 'excursion', beganAt: 0, endedAt: 10 * 60_000, minutes: 10 }),
    );
    expect(changes.at(-1)).toMatchObject({ what: 'excursion', beganAt: 300 * 60_000, began: true });
  });

  test('fixed to another box it starts anew', () => {
    const first = advanceExposure(undefined, { at: 0, temperatureC: 12 }, { part: BOX, limits });
    const second = advanceExposure(first.state, { at: 60_000, temperatureC: 5 }, { part: OTHER_BOX, limits });
    expect(second.changes).toEqual([expect.objectContaining({ what: 'excursion', endedAt: 0 })]);
    expect(second.state).toMatchObject({ part: OTHER_BOX });
  });

  test('minutes of excursions and the sums of the plot agree', () => {
    const course = fc.array(fc.tuple(fc.integer({ min: 1, max: 25 }), fc.double({ min: -10, max: 40, noNaN: true })), {
      minLength: 2,
      maxLength: 60,
    });
    fc.assert(
      fc.property(course, (steps) => {
        let minute = 0;
        const timed = steps.map(([wait, temperatureC]) => {
          minute += wait;
          return [minute, temperatureC] as const;
        });
        const last = new Map<string, number>();
        for (const change of run(timed).changes)
          if (change.what === 'excursion') last.set(`${change.kind}${change.beganAt}`, change.minutes);
        const sum = [...last.values()].reduce((total, minutes) => total + minutes, 0);
        const readings: Reading[] = timed.map(([at, temperatureC]) => ({ at: new Date(at * 60_000), temperatureC }));
        const { minutesAbove, minutesBelow } = conditionOf(readings, limits);
        expect(sum).toBeCloseTo(minutesAbove + minutesBelow, 6);
      }),
    );
  });
});

describe('how a sensor stands', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  test.each([
    [{ temperatureC: 5 }, false, 'in-range'],
    [{ temperatureC: 9 }, false, 'warning'],
    [{ temperatureC: 9 }, true, 'excursion'],
    [{ temperatureC: 5, receivedAt: new Date('2026-01-01T11:50:00Z') }, false, 'silent'],
    [{}, false, 'silent'],
  ] as const)('%j alarmed %s is %s', (said, alarmed, expected) => {
    expect(temperatureState({ receivedAt: now, ...said }, { now, alarmed, limits })).toBe(expected);
  });

  test('the condition names freezing, which the mean kinetic temperature does not see', () => {
    const readings = [-10, 5, 5, 5, 5].map((temperatureC, index) => ({ at: new Date(index * 600_000), temperatureC }));
    const condition = conditionOf(readings, limits);
    expect(condition.frozen).toBe(true);
    expect(condition.meanKineticC).toBeCloseTo(3.112, 3);
    expect(condition).toMatchObject({
      lowestC: -10,
      highestC: 5,
      minutesBelow: 10,
      minutesWithin: 30,
      unmeasuredMinutes: 0,
    });
  });

  test('thinning keeps the extremes', () => {
    const readings = Array.from({ length: 10_000 }, (_, index) => ({
      at: new Date(index * 1000),
      temperatureC: index === 4321 ? 30 : index === 777 ? -5 : 5,
    }));
    const thinned = thin(readings, 200);
    expect(thinned.length).toBeLessThanOrEqual(200);
    expect(Math.max(...thinned.map(({ temperatureC }) => temperatureC!))).toBe(30);
    expect(Math.min(...thinned.map(({ temperatureC }) => temperatureC!))).toBe(-5);
  });

  test('headings by the compass', () => {
    const from = { latitude: 23, longitude: 113 };
    expect(headingOf(from, { latitude: 23.1, longitude: 113 })).toBeCloseTo(0, 1);
    expect(headingOf(from, { latitude: 23, longitude: 113.1 })).toBeCloseTo(90, 0);
    expect(headingOf(from, { latitude: 23.00001, longitude: 113 })).toBeUndefined();
  });
});

describe("a device's message", () => {
  const bytes = (content: unknown): Uint8Array =>
    Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const now = new Date('2026-01-01T00:01:00Z');
  test('is read', () => {
    const message = parseReadings(
      bytes({
        seq: 1,
        readings: [{ at: '2026-01-01T00:00:00Z', temperatureC: 4.2, latitude: 23.1, longitude: 113.3, speedKmh: 31 }],
      }),
      'd1',
      now,
    );
    expect(message).toEqual({
      device: 'd1',
      seq: 1,
      receivedAt: now,
      readings: [
        { at: new Date('2026-01-01T00:00:00Z'), temperatureC: 4.2, latitude: 23.1, longitude: 113.3, speedKmh: 31 },
      ],
    });
  });
  test.each([
    ['{', 'no JSON in UTF-8'],
    [[], 'seq is no whole number of 0 or more'],
    [{ seq: 1.5, readings: [{}] }, 'seq is no whole number of 0 or more'],
    [{ seq: 1, readings: [] }, 'readings is no list'],
    [{ seq: 1, readings: [{ at: 'yesterday' }] }, 'at is no time with a zone'],
    [{ seq: 1, readings: [{ at: '2026-01-01T00:00:00' }] }, 'at is no time with a zone'],
    [{ seq: 1, readings: [{ at: '2099-01-01T00:00:00Z' }] }, 'at is more than ten years from now'],
    [{ seq: 1, readings: [{ at: '1970-01-01T00:00:00Z' }] }, 'at is more than ten years from now'],
    [{ seq: 1, readings: [{ at: '+275760-09-13T00:00:00Z' }] }, 'at is more than ten years from now'],
    [
      { seq: 1, readings: [{ at: '2026-01-01T00:00:00Z', temperatureC: -300 }] },
      'temperatureC is no number from -273.15 to 200',
    ],
    [{ seq: 1, readings: [{ at: '2026-01-01T00:00:00Z', latitude: 23 }] }, 'a position needs latitude and longitude'],
  ])('%j is refused: %s', (content, reason) => {
    expect(() => parseReadings(bytes(content), 'd1', now)).toThrow(Problem);
    try {
      parseReadings(bytes(content), 'd1', now);
    } catch (error) {
      expect((error as Problem).facts).toMatchObject({ reason });
    }
  });
});

describe('event queries', () => {
  const query = (text: string) => parseEventQuery(new URLSearchParams(text));
  test('vocabulary and keys in any spelling ask the same', () => {
    expect(query('EQ_bizStep=urn:epcglobal:cbv:bizstep:packing').terms).toEqual(query('EQ_bizStep=packing').terms);
    expect(query('MATCH_epc=urn:epc:id:giai:6900001.A1').terms).toEqual(
      query('MATCH_epc=https://labels.example/8004/6900001A1').terms,
    );
  });
  test('a temperature in kelvin finds one in degrees Celsius', () => {
    const [stored] = sensorOf(
      event({ sensorElementList: [{ sensorReport: [{ type: 'gs1:Temperature', value: 25, uom: 'CEL' }] }] }),
    )!;
    expect(stored).toMatchObject({ type: 'Temperature', value: 298.15, unit: 'KEL', raw_value: 25 });
    expect(query('EQ_type=gs1:Temperature&GE_value_KEL=290').sensor).toEqual([
      { field: 'type', values: ['Temperature'] },
      { field: 'value', comparison: '>=', number: 290, unit: 'KEL' },
    ]);
  });
  test('metadata hold for each report of their element', () => {
    const reports = sensorOf(
      event({
        sensorElementList: [
          {
            sensorMetadata: { deviceID: 'urn:epc:id:giai:6900003.1', 'ex:a': '1' },
            sensorReport: [{ type: 'Temperature' }, { type: 'RelativeHumidity' }],
            'ex:b': 2,
          },
        ],
      }),
    );
    expect(reports).toEqual(
      [
        {
          type: 'Temperature',
          deviceID: 'https://id.gs1.org/8004/69000031',
          SENSORMETADATA_ex: undefined,
          'SENSORMETADATA_ex:a': '1',
          'SENSORELEMENT_ex:b': '2',
        },
        {
          type: 'RelativeHumidity',
          deviceID: 'https://id.gs1.org/8004/69000031',
          'SENSORMETADATA_ex:a': '1',
          'SENSORELEMENT_ex:b': '2',
        },
      ].map(({ ...report }) => Object.fromEntries(Object.entries(report).filter(([, value]) => value !== undefined))),
    );
  });
  test('transactions and parties are found by type', () => {
    const facets = facetsOf(
      event({ bizTransactionList: [{ type: 'po', bizTransaction: 'urn:epcglobal:cbv:bt:1:2' }] }),
    );
    expect(query('EQ_bizTransaction_po=urn:epcglobal:cbv:bt:1:2').terms).toEqual([{ on: 'facet', values: facets }]);
  });
  test.each([
    'EQ_bizstep=packing',
    'perPage=0',
    'perPage=abc',
    'GE_eventTime=2026-01-01',
    'orderBy=color',
    'nextPageToken=x',
    'eventCountLimit=1&maxEventCount=1',
    'GE_value_KEL=warm',
  ])('%s is refused', (text) => expect(() => query(text)).toThrow(Problem));
});
