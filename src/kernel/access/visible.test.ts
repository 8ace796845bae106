import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Actor, type Context, makeContext, ROLES, type Role } from '#kernel/context';
import { silentLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { testActor } from '../../../tests/support/context.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { findPermissions } from './authenticate.ts';
import { type Care, openCare } from './care.ts';
import { CATALOGUE, narrow, type Verb } from './grants.ts';
import { onlyPatientOf, type RowToWrite, requireWrite, visible } from './visible.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const PATIENTS = ['p1', 'p2', 'p3'];
const ORGANIZATIONS = ['o1', 'o2', 'o3'];
const TYPES = ['Patient', 'Observation', 'Specimen', 'Encounter', 'Group', 'Organization', 'ValueSet'];
const PERSON_ROLES = ROLES.filter((role) => role !== 'system');

interface Row extends RowToWrite {
  id: string;
}

const db = await testDatabase();
const permissions = new Map<Role, ReadonlySet<string>>();

beforeAll(async () => {
  for (const role of ROLES) permissions.set(role, await findPermissions(db, [role]));
  await db.run(
    sql`create table public.thing (part text, id text primary key, tenant text, patients text[], content json)`,
  );
});

function actorOf(role: Role, parts: Partial<Actor> = {}): Actor {
  return testActor(role, { permissions: permissions.get(role) ?? new Set(), ...parts });
}

function contextFor(actor: Actor): Context {
  return makeContext({ actor, db, log: silentLog, now: () => NOW });
}

/**
 * The policy of docs/access.md once more, slowly, in words of its own: no SQL, no grants.
 * It knows the roles by name; the tables of policies are what is judged.
 */
function maySee(actor: Actor, type: string, row: Row, care: readonly Care[]): boolean {
  const [role] = actor.roles;
  const own = row.tenant !== null && actor.organizations.includes(row.tenant);
  const catalogue = CATALOGUE.has(type) && row.patients.length === 0;
  const caredFor = (grounds?: string[]) =>
    care.some(
      ({ patient, organization, ground, since, until }) =>
        row.patients.includes(patient) &&
        actor.organizations.includes(organization) &&
        since.getTime() <= NOW.getTime() &&
        (until === undefined || until.getTime() > NOW.getTime()) &&
        (grounds === undefined || grounds.includes(ground)),
    );
  if (catalogue) return role !== 'system';
  switch (role) {
    case 'clinician':
      return own || caredFor();
    case 'laboratory-technician':
    case 'laboratory-director':
      return (
        own ||
        (['Patient', 'ServiceRequest', 'Specimen', 'Observation', 'DiagnosticReport'].includes(type) &&
          caredFor(['laboratory']))
      );
    case 'patient':
      return type !== 'Group' && actor.patient !== undefined && row.patients.includes(actor.patient);
    default:
      return false;
  }
}

const instant = fc.integer({ min: -3, max: 3 }).map((days) => new Date(NOW.getTime() + days * 86_400_000));
const rows = fc.array(
  fc.record({
    tenant: fc.option(fc.constantFrom(...ORGANIZATIONS)),
    patients: fc.uniqueArray(fc.constantFrom(...PATIENTS), { maxLength: 2 }),
  }),
  { maxLength: 12 },
);
const cares = fc.uniqueArray(
  fc.record({
    patient: fc.constantFrom(...PATIENTS),
    organization: fc.constantFrom(...ORGANIZATIONS),
    ground: fc.constantFrom('order', 'encounter', 'admission', 'referral', 'laboratory') as fc.Arbitrary<
      Care['ground']
    >,
    since: instant,
    until: fc.option(instant, { nil: undefined }),
  }),
  { maxLength: 6, selector: ({ patient, organization, ground }) => `${patient} ${organization} ${ground}` },
);

/** Goal: the predicate shows each actor the rows of the policy, no other and no fewer. Method: random worlds against the slow policy above. */
describe('visible', () => {
  test('shows exactly what the slow policy shows, for every role', async () => {
    const world = fc.record({
      role: fc.constantFrom(...PERSON_ROLES),
      organizations: fc.uniqueArray(fc.constantFrom(...ORGANIZATIONS), { maxLength: 2 }),
      patient: fc.option(fc.constantFrom(...PATIENTS), { nil: undefined }),
      type: fc.constantFrom(...TYPES),
      rows,
      cares,
    });
    let shown = 0;
    await fc.assert(
      fc.asyncProperty(world, async ({ role, organizations, patient, type, rows: drawn, cares: drawnCares }) => {
        const care = drawnCares.map(({ until, ...rest }) => ({ ...rest, ...(until && { until }) }));
        const things: Row[] = drawn.map((row, index) => ({ id: String(index), ...row }));
        await putWorld(things, care);
        const actor = actorOf(role, { organizations, ...(patient !== undefined && { patient }) });
        const seen = await db.rows<{ id: string }>(
          sql`select id from public.thing as t where ${visible(contextFor(actor), type, 't')} order by id`,
        );
        const expected = things
          .filter((row) => maySee(actor, type, row, care))
          .map(({ id }) => id)
          .sort();
        expect(seen.map(({ id }) => id)).toEqual(expected);
        shown += expected.length;
      }),
      { numRuns: 300 },
    );
    expect(shown).toBeGreaterThan(50);
  });

  test('shows nothing to an actor without permissions, and everything to one with all', async () => {
    await putWorld(
      [
        { id: '1', tenant: 'o1', patients: [] },
        { id: '2', tenant: 'o1', patients: ['p1'] },
      ],
      [],
    );
    const count = async (actor: Actor) =>
      (await db.rows(sql`select 1 from public.thing as t where ${visible(contextFor(actor), 'Organization', 't')}`))
        .length;
    expect(await count(testActor('clinician', { organizations: ['o1'] }))).toBe(0);
    expect(await count(testActor('administrator', { permissions: new Set(['*']) }))).toBe(2);
  });

  /** Each row names what a token's scopes leave of an account that could see all of it. */
  test.each([
    { scopes: ['patient/Observation.rs'], patient: 'p1', type: 'Observation', seen: ['of-p1', 'vital-p1'] },
    { scopes: ['patient/*.rs'], patient: 'p1', type: 'Observation', seen: ['of-p1', 'vital-p1'] },
    { scopes: ['patient/Observation.rs'], patient: undefined, type: 'Observation', seen: [] },
    { scopes: ['patient/Patient.rs'], patient: 'p1', type: 'Observation', seen: [] },
    { scopes: ['patient/Observation.cud'], patient: 'p1', type: 'Observation', seen: [] },
    {
      scopes: ['user/Observation.rs?category=laboratory'],
      patient: undefined,
      type: 'Observation',
      seen: ['of-p1', 'of-p2'],
    },
    {
      scopes: ['user/Observation.rs?category=http://c|vital-signs'],
      patient: undefined,
      type: 'Observation',
      seen: ['vital-p1'],
    },
    {
      scopes: ['user/Observation.rs?category=http://other|vital-signs'],
      patient: undefined,
      type: 'Observation',
      seen: [],
    },
    { scopes: ['user/Observation.rs?code=123'], patient: undefined, type: 'Observation', seen: [] },
    { scopes: ['openid', 'fhirUser', 'laboratory.order.read'], patient: 'p1', type: 'Observation', seen: [] },
    {
      scopes: ['user/Observation.read'],
      patient: undefined,
      type: 'Observation',
      seen: ['of-p1', 'of-p2', 'vital-p1'],
    },
  ])('$scopes leave $seen', async ({ scopes, patient, type, seen }) => {
    const of = (code: string) => ({ category: [{ coding: [{ system: 'http://c', code }] }] });
    await putWorld(
      [
        { id: 'of-p1', tenant: 'o1', patients: ['p1'], content: of('laboratory') },
        { id: 'of-p2', tenant: 'o1', patients: ['p2'], content: of('laboratory') },
        { id: 'vital-p1', tenant: 'o1', patients: ['p1'], content: of('vital-signs') },
      ],
      [],
    );
    const all = actorOf('clinician', { organizations: ['o1'] });
    for (const held of [all.permissions, new Set(['*'])]) {
      const ctx = contextFor({ ...all, permissions: narrow(held, scopes, patient) });
      const found = await db.rows<{ id: string }>(
        sql`select id from public.thing as t where ${visible(ctx, type, 't')} and ${visible(ctx, type, 't', 's')} order by id`,
      );
      expect(found.map(({ id }) => id)).toEqual(seen);
    }
  });

  test('a token never widens what its account may', async () => {
    const scope = fc.oneof(
      fc.constantFrom('*', 'openid', 'laboratory.result.release', 'access.audit.read', 'custody.hand-over'),
      fc
        .tuple(
          fc.constantFrom('patient', 'user', 'system'),
          fc.constantFrom('*', ...TYPES),
          fc.constantFrom('r', 'rs', 'cruds', 'cud', 'u', '*', 'read', 'write'),
        )
        .map(([context, type, verbs]) => `${context}/${type}.${verbs}`),
    );
    const draw = fc.record({
      role: fc.constantFrom(...PERSON_ROLES),
      scopes: fc.array(scope, { maxLength: 4 }),
      type: fc.constantFrom(...TYPES),
      rows,
    });
    await fc.assert(
      fc.asyncProperty(draw, async ({ role, scopes, type, rows: drawn }) => {
        await putWorld(
          drawn.map((row, index) => ({ id: String(index), ...row })),
          [{ patient: 'p1', organization: 'o1', ground: 'order', since: NOW }],
        );
        const actor = actorOf(role, { organizations: ['o1'], patient: 'p2' });
        const narrowed = { ...actor, permissions: narrow(actor.permissions, scopes, 'p1') };
        for (const act of narrowed.permissions) if (!act.startsWith('fhir:')) expect(actor.permissions).toContain(act);
        for (const verb of ['c', 'r', 'u', 'd', 's'] as Verb[]) {
          const beyond = await db.rows(sql`
            select id from public.thing as t
            where ${visible(contextFor(narrowed), type, 't', verb)} and not ${visible(contextFor(actor), type, 't', verb)}
          `);
          expect(beyond).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('onlyPatientOf', () => {
  test.each([
    { actor: () => actorOf('patient', { patient: 'p1' }), type: 'Observation', only: 'p1' },
    { actor: () => actorOf('patient', { patient: 'p1' }), type: 'Organization', only: undefined },
    { actor: () => actorOf('clinician', { organizations: ['o1'] }), type: 'Observation', only: undefined },
    { actor: () => testActor('administrator', { permissions: new Set(['*']) }), type: 'Observation', only: undefined },
    { actor: () => actorOf('courier'), type: 'Observation', only: undefined },
  ])('$type: $only', ({ actor, type, only }) => expect(onlyPatientOf({ actor: actor() }, type)).toBe(only));

  test('a clinician’s application for one patient begins at that patient', () => {
    const clinician = actorOf('clinician', { organizations: ['o1'] });
    const narrowed = { ...clinician, permissions: narrow(clinician.permissions, ['patient/*.rs'], 'p2') };
    expect(onlyPatientOf({ actor: narrowed }, 'Observation')).toBe('p2');
  });
});

describe('requireWrite', () => {
  const write = (actor: Actor, verb: 'c' | 'u' | 'd', type: string, row: RowToWrite) =>
    requireWrite(contextFor(actor), db, verb, type, [row]).then(
      () => true,
      (error: Problem) => {
        expect(error.kind).toBe('forbidden');
        return false;
      },
    );

  beforeAll(async () => {
    await db.run(sql`delete from access.care`);
    await openCare(db, [{ patient: 'p1', organization: 'lab', ground: 'laboratory', since: NOW }]);
  });

  test.each([
    { role: 'clinician', verb: 'c', type: 'Observation', tenant: 'o1', patients: ['p1'], may: true },
    { role: 'clinician', verb: 'c', type: 'Observation', tenant: 'o2', patients: ['p1'], may: false },
    { role: 'clinician', verb: 'd', type: 'Observation', tenant: 'o1', patients: ['p1'], may: false },
    { role: 'clinician', verb: 'u', type: 'Organization', tenant: 'o2', patients: [], may: false },
    { role: 'administrator', verb: 'd', type: 'Organization', tenant: 'o2', patients: [], may: true },
    { role: 'administrator', verb: 'c', type: 'Patient', tenant: null, patients: ['p1'], may: false },
    { role: 'administrator', verb: 'c', type: 'Location', tenant: null, patients: ['p1'], may: false },
    { role: 'laboratory-technician', verb: 'u', type: 'Specimen', tenant: 'o2', patients: ['p1'], may: true },
    { role: 'laboratory-technician', verb: 'u', type: 'Specimen', tenant: 'o2', patients: ['p1', 'p2'], may: false },
    { role: 'laboratory-technician', verb: 'u', type: 'Encounter', tenant: 'o2', patients: ['p1'], may: false },
    { role: 'laboratory-technician', verb: 'd', type: 'Observation', tenant: 'lab', patients: ['p1'], may: false },
    { role: 'laboratory-director', verb: 'd', type: 'Observation', tenant: 'lab', patients: ['p1'], may: true },
    { role: 'patient', verb: 'c', type: 'Observation', tenant: null, patients: ['p1'], may: true },
    { role: 'patient', verb: 'c', type: 'Observation', tenant: null, patients: ['p1', 'p2'], may: false },
    { role: 'patient', verb: 'c', type: 'Observation', tenant: null, patients: [], may: false },
    { role: 'patient', verb: 'u', type: 'Observation', tenant: null, patients: ['p1'], may: false },
    { role: 'courier', verb: 'c', type: 'Observation', tenant: 'o1', patients: [], may: false },
    { role: 'regulator', verb: 'c', type: 'Organization', tenant: 'o1', patients: [], may: false },
  ] as const)(
    '$role $verb $type of $tenant about $patients: $may',
    async ({ role, verb, type, tenant, patients, may }) => {
      const organizations = role.startsWith('laboratory') ? ['lab'] : ['o1'];
      const actor = actorOf(role, { organizations, ...(role === 'patient' && { patient: 'p1' }) });
      expect(await write(actor, verb, type, { tenant, patients })).toBe(may);
    },
  );

  test('one row out of reach refuses them all', async () => {
    const ctx = contextFor(actorOf('clinician', { organizations: ['o1'] }));
    const asked = requireWrite(ctx, db, 'c', 'Observation', [
      { tenant: 'o1', patients: [] },
      { tenant: 'o2', patients: [] },
    ]);
    await expect(asked).rejects.toThrow(Problem);
  });
});

async function putWorld(things: readonly Row[], care: readonly Care[]): Promise<void> {
  await db.run(sql`delete from public.thing`);
  await db.run(sql`delete from access.care`);
  await db.copy(
    'public.thing',
    ['part', 'id', 'tenant', 'patients', 'content'],
    things.map(({ id, tenant, patients, content }) => [id, id, tenant, patients, content ?? null]),
  );
  await openCare(db, care);
}
