import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  idFrom,
  idWithin,
  keysOf,
  keysWithin,
  mergeInto,
  orderStatusAfter,
  replacementOf,
  showEntry,
} from './rules.ts';

/** Goal: a message never makes the record poorer, nor says the same twice. Method: by hand, then properties over random resources. */
const draft = (resource: object, onExisting: 'fill' | 'override' = 'override') => ({
  resource: resource as never,
  onExisting,
});

describe('merging', () => {
  const before = { resourceType: 'Patient', id: '1', gender: 'male', identifier: [{ system: 's', value: '1' }] };

  test('fills gaps, or lets the message speak', () => {
    const said = {
      resourceType: 'Patient',
      gender: 'female',
      birthDate: '1980',
      identifier: [{ system: 's', value: '2' }],
    };
    const identifier = [...before.identifier, ...said.identifier];
    expect(mergeInto(before, draft(said, 'fill'))).toEqual({ ...before, birthDate: '1980', identifier });
    expect(mergeInto(before, draft(said))).toEqual({ ...before, gender: 'female', birthDate: '1980', identifier });
  });

  test('keeps the results of a report that is corrected in part', () => {
    const report = {
      resourceType: 'DiagnosticReport',
      id: '1',
      status: 'final',
      result: [{ reference: 'Observation/a' }, { reference: 'Observation/b' }],
    };
    const said = {
      resourceType: 'DiagnosticReport',
      status: 'corrected',
      result: [{ reference: 'Observation/b' }, { reference: 'Observation/c' }],
    };
    expect(mergeInto(report, draft(said))).toMatchObject({
      status: 'corrected',
      result: [{ reference: 'Observation/a' }, { reference: 'Observation/b' }, { reference: 'Observation/c' }],
    });
  });

  test('of what is known already changes nothing, to the letter', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.record({ a: fc.string() }));
    const parts = fc.dictionary(fc.constantFrom('name', 'gender', 'birthDate', 'active', 'photo'), value);
    fc.assert(
      fc.property(parts, fc.constantFrom('fill' as const, 'override' as const), (known, how) => {
        const resource = { resourceType: 'Patient', ...known };
        const once = mergeInto({ ...before, ...known }, draft(resource, how));
        expect(JSON.stringify(once)).toBe(JSON.stringify({ ...before, ...known }));
      }),
    );
  });
});

test.each([
  ['completed', 'active', 'override', 'completed'],
  ['revoked', 'active', 'override', 'revoked'],
  ['active', 'completed', 'fill', 'completed'],
  ['active', 'revoked', 'override', 'revoked'],
  ['completed', 'revoked', 'override', 'revoked'],
  ['active', 'unknown', 'fill', 'active'],
  ['on-hold', 'active', 'fill', 'on-hold'],
  ['on-hold', 'active', 'override', 'active'],
] as const)('an order that is %s and now said to be %s (%s) is %s', (was, is, how, after) => {
  expect(orderStatusAfter(was, is, how)).toBe(after);
});

describe('keys', () => {
  const order = (code?: string) => ({
    resource: { resourceType: 'ServiceRequest', ...(code !== undefined && { code: { coding: [{ code }] } }) } as never,
    identifiers: [{ system: 's', value: '1' }, { value: '2' }],
    slot: '',
  });

  test('of an order are its numbers with their code; without authority they count for one patient', () => {
    expect(keysOf(order('GLU'))).toEqual(['ServiceRequest|s|1#GLU']);
    expect(keysWithin(order('GLU'), 'p')).toEqual(['ServiceRequest|of p|1#GLU', 'ServiceRequest|of p|2#GLU']);
    expect(keysOf(order())).toEqual(['ServiceRequest|s|1']);
  });

  test('of an observation there are none', () => {
    expect(keysOf({ ...order(), resource: { resourceType: 'Observation' } as never })).toEqual([]);
  });
});

test('ids are FHIR ids that say where they belong', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'abc-.09'), minLength: 1, maxLength: 64 }),
      (text, patient) => {
        expect(idFrom(text)).toMatch(/^[0-9a-z]{25}$/);
        expect(idWithin(patient, idFrom(text)).length).toBeLessThanOrEqual(64);
      },
    ),
  );
});

test('a merged patient names its survivor', () => {
  const link = [{ type: 'replaced-by', other: { reference: 'Patient/9' } }];
  expect(replacementOf({ resourceType: 'Patient', link })).toBe('9');
  expect(replacementOf({ resourceType: 'Patient', link: [{ ...link[0], type: 'replaces' }] })).toBeUndefined();
});

test.each([
  [{ text: '血脂' }, { title: '血脂', titleZh: '血脂' }],
  [{ coding: [{ display: 'Lipid panel' }, { display: '血脂' }] }, { title: 'Lipid panel', titleZh: '血脂' }],
  [
    { text: '血脂', coding: [{ code: '24331-1', display: 'Lipid panel' }] },
    { title: 'Lipid panel', titleZh: '血脂' },
  ],
  [{ coding: [{ code: '24331-1' }] }, { title: '24331-1' }],
  [undefined, { title: 'DiagnosticReport' }],
])('what is called %j is told as %j', (code, told) => {
  const entry = showEntry({ resourceType: 'DiagnosticReport', id: '1', issued: '2026-01-01T00:00:00Z', code } as never);
  expect(entry).toMatchObject(told);
  expect('titleZh' in entry!).toBe('titleZh' in told);
});
