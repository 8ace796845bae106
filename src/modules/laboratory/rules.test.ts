import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validate } from '#standards/fhir';
import type { TubeKnown, WorkKnown } from './model.ts';
import {
  ageAt,
  countsOfTube,
  countsOfWork,
  flagOf,
  idsOf,
  intervalDefinitions,
  mergeTube,
  mergeWork,
  NOTHING_KNOWN,
  orderFact,
  percentiles,
  publishedInterval,
  startOfDay,
  stateOfTube,
  workOf,
} from './rules.ts';

const at = (hour: number): string => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
const time = fc.integer({ min: 0, max: 48 }).map(at);
const version = fc.integer({ min: 1, max: 5 });
const step = fc.constantFrom('packing', 'accepting', 'departing', 'arriving', 'receiving');
const tube: fc.Arbitrary<TubeKnown> = fc.record({
  specimens: fc.dictionary(
    fc.constantFrom('p/s1', 'p/s2'),
    fc.record({ id: fc.constant('s'), version, collectedAt: time }),
    { maxKeys: 2 },
  ),
  steps: fc.dictionary(step, fc.record({ at: time, place: fc.constantFrom('a', 'b') }), { maxKeys: 4 }),
});
const known: fc.Arbitrary<WorkKnown> = fc.record(
  {
    order: fc.record({
      version,
      tenant: fc.constant('t'),
      patients: fc.constant(['p']),
      status: fc.constantFrom('active', 'revoked', 'completed'),
      priority: fc.constantFrom('routine', 'stat'),
      orderedAt: time,
    }),
    tubes: fc.dictionary(fc.constantFrom('A1', 'A2'), tube, { maxKeys: 2 }),
    reports: fc.dictionary(
      fc.constantFrom('r1', 'r2'),
      fc.record({
        version,
        status: fc.constantFrom('partial', 'final', 'corrected'),
        issuedAt: time,
        results: fc.nat(9),
      }),
      { maxKeys: 2 },
    ),
  },
  { requiredKeys: ['tubes', 'reports'] },
);

/** Goal: facts may come in any order, and more than once. Method: the laws of a union, on random facts. */
describe('what is known of an order', () => {
  test('merging is commutative, associative and changes nothing the second time', () => {
    fc.assert(
      fc.property(known, known, known, (a, b, c) => {
        expect(mergeWork(a, b)).toEqual(mergeWork(b, a));
        expect(mergeWork(mergeWork(a, b), c)).toEqual(mergeWork(a, mergeWork(b, c)));
        expect(mergeWork(mergeWork(a, b), b)).toEqual(mergeWork(a, b));
        expect(mergeWork(NOTHING_KNOWN, a)).toEqual(mergeWork(a, NOTHING_KNOWN));
      }),
    );
  });

  test('counts moved fact by fact add up to the counts of the end', () => {
    const sum = (counts: readonly { hour: Date; kind: string; site: string; by: number }[]): Record<string, number> => {
      const sums: Record<string, number> = {};
      for (const { hour, kind, site, by } of counts)
        sums[`${hour.toISOString()} ${kind} ${site}`] = (sums[`${hour.toISOString()} ${kind} ${site}`] ?? 0) + by;
      return Object.fromEntries(Object.entries(sums).filter(([, count]) => count !== 0));
    };
    fc.assert(
      fc.property(fc.array(known, { maxLength: 6 }), fc.array(tube, { maxLength: 6 }), (facts, tubes) => {
        let work = NOTHING_KNOWN;
        const moved = facts.flatMap((fact) => {
          const next = mergeWork(work, fact);
          const counts = countsOfWork(workOf('p', 'o', work), workOf('p', 'o', next));
          work = next;
          return counts;
        });
        expect(sum(moved)).toEqual(sum(countsOfWork(undefined, workOf('p', 'o', work))));
        let all: TubeKnown = { specimens: {}, steps: {} };
        const shifted = tubes.flatMap((fact) => {
          const next = mergeTube(all, fact);
          const counts = countsOfTube(stateOfTube(all), stateOfTube(next));
          all = next;
          return counts;
        });
        expect(sum(shifted)).toEqual(sum(countsOfTube(undefined, stateOfTube(all))));
      }),
    );
  });
});

describe('how an order stands', () => {
  const order = {
    version: 1,
    tenant: 't',
    patients: ['p'],
    status: 'active',
    priority: 'routine' as const,
    orderedAt: at(0),
  };
  const specimen = { 'p/s': { id: 's', version: 1, collectedAt: at(1) } };
  const withSteps = (steps: TubeKnown['steps'], reports: WorkKnown['reports'] = {}): WorkKnown => ({
    order,
    tubes: { A1: { specimens: specimen, steps } },
    reports,
  });
  test.each([
    [{ order, tubes: {}, reports: {} }, 'ordered'],
    [withSteps({}), 'collected'],
    [withSteps({ packing: { at: at(2) } }), 'collected'],
    [withSteps({ accepting: { at: at(2) } }), 'in-transit'],
    [withSteps({ accepting: { at: at(2) }, arriving: { at: at(3) } }), 'received'],
    [withSteps({}, { r: { version: 1, status: 'partial', results: 1 } }), 'preliminary'],
    [withSteps({}, { r: { version: 2, status: 'corrected', results: 1 } }), 'reported'],
    [{ order: { ...order, status: 'revoked' }, tubes: {}, reports: {} }, 'cancelled'],
  ] as [WorkKnown, string][])('%#: %j', (facts, state) => expect(workOf('p', 'o', facts).state).toBe(state));

  test('turnaround runs from the arrival to the first final report', () => {
    const reports = {
      r1: { version: 1, status: 'partial', issuedAt: at(4), results: 1 },
      r2: { version: 1, status: 'final', issuedAt: at(5), results: 2 },
      r3: { version: 2, status: 'corrected', issuedAt: at(9), results: 2 },
    };
    expect(workOf('p', 'o', withSteps({ accepting: { at: at(2) }, arriving: { at: at(3) } }, reports))).toMatchObject({
      turnaroundMin: 120,
      resultedAt: new Date(at(4)),
      reportedAt: new Date(at(5)),
    });
    expect(workOf('p', 'o', withSteps({}, reports)).turnaroundMin).toBe(240);
    expect(workOf('p', 'o', withSteps({ arriving: { at: at(7) } }, reports)).turnaroundMin).toBeUndefined();
  });
});

describe('reading resources', () => {
  test('an order of a clinic', () => {
    const fact = orderFact(
      {
        identifier: [
          { system: 'urn:x', value: '1' },
          { system: 'https://banyan.health/id/order', value: 'P7' },
        ],
        requisition: { value: 'G7' },
        status: 'active',
        priority: 'stat',
        authoredOn: '2026-01-01T08:00:00+08:00',
        code: { coding: [{ system: 'http://loinc.org', code: '2345-7', display: 'Glucose' }] },
        requester: { identifier: { system: 'https://id.gs1.org/414', value: '6900001000018' }, display: '卫生站' },
      },
      { version: 3, tenant: 't', patients: ['p'] },
    );
    expect(fact).toEqual({
      version: 3,
      tenant: 't',
      patients: ['p'],
      status: 'active',
      priority: 'stat',
      number: 'P7',
      requisition: 'G7',
      code: '2345-7',
      name: 'Glucose',
      site: 'https://id.gs1.org/414/6900001000018',
      requester: '卫生站',
      orderedAt: '2026-01-01T00:00:00.000Z',
    });
  });
  test('references in every form', () => {
    expect(
      idsOf(
        [
          { reference: 'Specimen/a' },
          { reference: 'https://x.example/fhir/Specimen/b/_history/2' },
          { reference: 'Patient/c' },
          {},
        ],
        'Specimen',
      ),
    ).toEqual(['a', 'b']);
    expect(idsOf({ reference: 'Patient/c' }, 'Patient')).toEqual(['c']);
    expect(idsOf(undefined, 'Patient')).toEqual([]);
  });
});

describe('flags', () => {
  // WS/T 404: potassium 3.5-5.3; WS/T 405: haemoglobin men 130-175, women 115-150.
  test.each([
    ['718-7', 'g/L', { sex: 'male', ageYears: 40 }, { low: 130, high: 175 }],
    ['718-7', 'g/L', { sex: 'female', ageYears: 40 }, { low: 115, high: 150 }],
    ['2823-3', 'mmol/L', { ageYears: 40 }, { low: 3.5, high: 5.3 }],
  ])('%s %s %j', (code, unit, person, expected) => {
    const interval = publishedInterval(code, unit, person);
    expect(interval).toMatchObject(expected);
    expect(interval?.source).toMatch(/WS\/T 40[45]/);
  });
  test.each([
    ['another unit', '2823-3', 'mg/dL', { ageYears: 40 }],
    ['a child without an interval', '2823-3', 'mmol/L', { ageYears: 5 }],
    ['an unknown age', '2823-3', 'mmol/L', {}],
    ['an unknown test', '0-0', 'mmol/L', { ageYears: 40 }],
  ])('%s has none', (_, code, unit, person) => expect(publishedInterval(code, unit, person)).toBeUndefined());

  test.each([
    [3.4, 'L'],
    [3.5, 'N'],
    [5.3, 'N'],
    [5.4, 'H'],
    [6.2, 'HH'],
    [2.8, 'LL'],
  ])('potassium %d is %s', (value, flag) =>
    expect(flagOf(value, { low: 3.5, high: 5.3, source: 's' }, '2823-3')).toBe(flag),
  );

  test.each([
    ['1980-05-20', 45],
    ['2025-12-31', 0],
    ['1980', 46],
    [undefined, undefined],
  ])('born %s', (birthDate, age) => expect(ageAt(birthDate, new Date('2026-01-01T00:00:00Z'))).toBe(age));
});

describe('the day in numbers', () => {
  test('percentiles by nearest rank', () => {
    const histogram = [
      { minutes: 10, count: 5 },
      { minutes: 20, count: 4 },
      { minutes: 90, count: 1 },
    ];
    expect(percentiles(histogram, [0.5, 0.9, 1])).toEqual([10, 20, 90]);
    expect(percentiles([], [0.5])).toEqual([null]);
  });
  test('percentiles of a histogram are those of its values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(300), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.9, 0.25),
        (values, share) => {
          const sorted = [...values].sort((a, b) => a - b);
          const histogram = [...Map.groupBy(sorted, (value) => value)].map(([minutes, same]) => ({
            minutes,
            count: same.length,
          }));
          expect(percentiles(histogram, [share])).toEqual([sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]]);
        },
      ),
    );
  });
  test('the day begins at midnight in UTC+8', () => {
    expect(startOfDay(new Date('2026-01-01T15:59:59Z')).toISOString()).toBe('2025-12-31T16:00:00.000Z');
    expect(startOfDay(new Date('2026-01-01T16:00:00Z')).toISOString()).toBe('2026-01-01T16:00:00.000Z');
  });
});

/** Goal: the published intervals leave as valid R4. Method: our validator, and one row by hand (WS/T 405, haematocrit of men). */
test('the published intervals are resources that other systems can read', () => {
  const definitions = intervalDefinitions();
  expect(definitions.flatMap((definition) => validate(definition))).toEqual([]);
  const haematocrit = definitions.find(({ id }) => id === 'interval-4544-3');
  expect(haematocrit?.qualifiedInterval?.[0]).toMatchObject({
    category: 'reference',
    gender: 'male',
    range: { low: { value: 40, code: '%' }, high: { value: 50 } },
    age: { low: { value: 18, code: 'a' } },
    condition: 'WS/T 405',
  });
});
