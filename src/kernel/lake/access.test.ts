import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { findPermissions, LAKE_SCOPE, narrow, openCare, type Purpose, visible } from '#kernel/access';
import { type Actor, type Context, makeContext, ROLES, type Role } from '#kernel/context';
import { create } from '#kernel/fhir';
import { silentLog } from '#kernel/log';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../tests/support/context.ts';
import { testLake } from '../../../tests/support/lake.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { enough, lakeRelation, type Reach, reachOf, rowsSeen, SMALLEST, tableRelation } from './access.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const PATIENTS = ['p1', 'p2', 'p3'];
const ORGANIZATIONS = ['o1', 'o2', 'o3'];

const db = await testDatabase();
const lake = await testLake();
const permissions = new Map<Role, ReadonlySet<string>>();

beforeAll(async () => {
  for (const role of ROLES) permissions.set(role, await findPermissions(db, [role]));
  await db.run(sql`create table public.thing (id text, tenant text, patients text[], content json)`);
  await lake.run(
    sql`create table thing (id String, _tenant LowCardinality(String), _patients Array(String)) engine = MergeTree order by id`,
  );
  await create(testContext(db), {
    resourceType: 'ViewDefinition',
    url: 'https://example.org/ViewDefinition/thing',
    name: 'thing',
    status: 'active',
    resource: 'Observation',
    select: [{ column: [{ name: 'id', path: 'getResourceKey()' }] }],
  });
});

function contextOf(role: Role, parts: Partial<Actor> = {}): Context {
  const actor = testActor(role, { permissions: permissions.get(role) ?? new Set(), ...parts });
  return makeContext({ actor, db, log: silentLog, now: () => NOW });
}

async function seenBy(ctx: Context, reach: Reach = 'rows', patients?: string[]): Promise<string[]> {
  const things = await lakeRelation(ctx, 'thing', { reach, ...(patients && { patients }) });
  // What the rows are for is not what is asked here.
  const options = reach === 'population' ? ({ smallGroups: 'under-law' } as const) : {};
  const rows = await lake.rows<{ id: string }>(sql`select id from ${things} order by id`, options);
  return rows.map(({ id }) => id);
}

async function put(rows: { id: string; tenant: string; patients: string[] }[]): Promise<void> {
  await lake.run(sql`truncate table thing`);
  if (rows.length === 0) return;
  const lines = rows.map(({ id, tenant, patients }) => JSON.stringify({ id, _tenant: tenant, _patients: patients }));
  await lake.insert('thing', lines.join('\n'));
}

/**
 * Goal: a row enters a question of the lake exactly when the record would show it.
 * Method: random rows, care, roles and types; the predicate of the FHIR store on PostgreSQL (proved by its own slow policy) against the
 * lake's on ClickHouse.
 */
test('the lake shows the rows that the record shows, for every role', async () => {
  const instant = fc.integer({ min: -3, max: 3 }).map((days) => new Date(NOW.getTime() + days * 86_400_000));
  const world = fc.record({
    role: fc.constantFrom(...ROLES),
    organizations: fc.uniqueArray(fc.constantFrom(...ORGANIZATIONS), { maxLength: 2 }),
    patient: fc.option(fc.constantFrom(...PATIENTS), { nil: undefined }),
    type: fc.constantFrom('Patient', 'Observation', 'Encounter', 'Group', 'Organization', 'ValueSet'),
    rows: fc.array(
      fc.record({
        tenant: fc.constantFrom(...ORGANIZATIONS, ''),
        patients: fc.uniqueArray(fc.constantFrom(...PATIENTS), { maxLength: 2 }),
      }),
      { maxLength: 12 },
    ),
    cares: fc.array(
      fc.record({
        patient: fc.constantFrom(...PATIENTS),
        organization: fc.constantFrom(...ORGANIZATIONS),
        ground: fc.constantFrom('order' as const, 'laboratory' as const),
        since: instant,
        until: fc.option(instant, { nil: undefined }),
      }),
      { maxLength: 6 },
    ),
    patients: fc.option(fc.uniqueArray(fc.constantFrom(...PATIENTS), { minLength: 1, maxLength: 2 }), {
      nil: undefined,
    }),
    scopes: fc.constantFrom(undefined, LAKE_SCOPE),
  });
  let shown = 0;
  await fc.assert(
    fc.asyncProperty(world, async ({ role, organizations, patient, type, rows, cares, patients, scopes }) => {
      const things = rows.map((row, index) => ({ id: String(index).padStart(2, '0'), ...row }));
      await put(things);
      await db.run(sql`truncate public.thing, access.care`);
      await db.copy(
        'public.thing',
        ['id', 'tenant', 'patients', 'content'],
        things.map((row) => [row.id, row.tenant, row.patients, null]),
      );
      await db.transaction((tx) =>
        openCare(
          tx,
          cares.map(({ until, ...care }) => ({ ...care, ...(until && { until }) })),
        ),
      );
      const who = { organizations, ...(patient !== undefined && { patient }) };
      // A token for the lake alone sees the same.
      const held = permissions.get(role)!;
      const asker = contextOf(role, {
        ...who,
        permissions: scopes === undefined ? held : narrow(held, [scopes]),
      });
      const found = await rowsSeen(asker, type, { reach: 'rows', ...(patients && { patients }) }).then(
        (seen) => lake.rows<{ id: string }>(sql`select id from thing where ${seen} order by id`),
        (problem) => {
          expect(problem).toMatchObject({ kind: 'forbidden' });
          return [];
        },
      );
      // Of a row that several share, only the care of those who are named counts.
      if (patients !== undefined) await db.run(sql`delete from access.care where patient <> all(${patients}::text[])`);
      const named = patients === undefined ? sql`true` : sql`t.patients && ${patients}::text[]`;
      const expected = await db.rows<{ id: string }>(
        sql`select id from public.thing as t where ${visible(contextOf(role, who), type, 't')} and ${named} order by id`,
      );
      expect(found).toEqual(expected);
      shown += found.length;
    }),
    { numRuns: 300 },
  );
  expect(shown).toBeGreaterThan(50);
}, 120_000);

describe('who may ask', () => {
  const rows = [
    { id: 'a', tenant: 'o1', patients: ['p1'] },
    { id: 'b', tenant: 'o2', patients: ['p2'] },
    { id: 'c', tenant: 'o2', patients: ['p1', 'p2'] },
  ];
  beforeAll(() => put(rows));

  test.each<[Role, Partial<Actor>, string[] | 'forbidden', string[] | 'forbidden']>([
    ['regulator', {}, 'forbidden', ['a', 'b', 'c']],
    ['researcher', {}, 'forbidden', ['a', 'b', 'c']],
    ['laboratory-director', { organizations: ['o1'] }, ['a'], ['a']],
    ['clinician', { organizations: ['o2'] }, ['b', 'c'], ['b', 'c']],
    ['laboratory-technician', { organizations: ['o1'] }, ['a'], 'forbidden'],
    ['patient', { patient: 'p1' }, ['a', 'c'], 'forbidden'],
    ['patient', {}, [], 'forbidden'],
    ['courier', { organizations: ['o1'] }, 'forbidden', 'forbidden'],
    ['data-buyer', {}, 'forbidden', 'forbidden'],
    ['enterprise', {}, 'forbidden', 'forbidden'],
    ['park-operator', {}, 'forbidden', 'forbidden'],
    ['investor', {}, 'forbidden', 'forbidden'],
    ['administrator', {}, 'forbidden', 'forbidden'],
  ])('a %s with %o sees %o, and %o as figures', async (role, parts, seen, figures) => {
    await db.run(sql`truncate access.care`);
    const ctx = contextOf(role, parts);
    for (const [reach, expected] of [
      ['rows', seen],
      ['population', figures],
    ] as const) {
      if (expected === 'forbidden') await expect(seenBy(ctx, reach)).rejects.toMatchObject({ kind: 'forbidden' });
      else expect(await seenBy(ctx, reach)).toEqual(expected);
      expect(reachOf(ctx).includes(reach)).toBe(expected !== 'forbidden');
    }
  });

  test.each<[Role, Purpose, string[] | 'forbidden', string[] | 'forbidden']>([
    ['clinician', 'TREAT', ['a', 'b', 'c'], ['b', 'c']],
    ['clinician', 'HOPERAT', ['b', 'c'], ['b', 'c']],
    ['clinician', 'HRESCH', 'forbidden', ['b', 'c']],
    ['laboratory-technician', 'TREAT', ['b', 'c'], 'forbidden'],
    ['laboratory-technician', 'HOPERAT', ['b', 'c'], 'forbidden'],
    ['laboratory-director', 'HOPERAT', ['b', 'c'], ['b', 'c']],
    ['laboratory-director', 'HRESCH', 'forbidden', ['b', 'c']],
    ['researcher', 'HRESCH', 'forbidden', ['a', 'b', 'c']],
    ['regulator', 'PUBHLTH', 'forbidden', ['a', 'b', 'c']],
    ['patient', 'PATRQT', ['a', 'c'], 'forbidden'],
  ])('a %s for %s sees %o, and %o as figures', async (role, purpose, seen, figures) => {
    await db.run(sql`truncate access.care`);
    await db.transaction((tx) =>
      openCare(tx, [{ patient: 'p1', organization: 'o2', ground: 'encounter', since: new Date(0) }]),
    );
    const who = { organizations: ['o2'], ...(role === 'patient' && { patient: 'p1' }) };
    const ctx = contextOf(role, { ...who, purpose, permissions: await findPermissions(db, [role], purpose) });
    for (const [reach, expected] of [
      ['rows', seen],
      ['population', figures],
    ] as const) {
      if (expected === 'forbidden') await expect(seenBy(ctx, reach)).rejects.toMatchObject({ kind: 'forbidden' });
      else expect(await seenBy(ctx, reach)).toEqual(expected);
    }
  });

  test('a view that the lake does not keep is not found, whatever its name', async () => {
    for (const view of ['nothing', 'inbox', 'system.tables', 'thing" union all select 1 --']) {
      const asked = lakeRelation(contextOf('regulator'), view, { reach: 'population' });
      await expect(asked).rejects.toMatchObject({ kind: 'not-found' });
    }
  });

  test('a broken glass opens one named patient, not the lake', async () => {
    const held = new Set([...permissions.get('clinician')!, 'fhir:*:rs:all']);
    const ctx = contextOf('clinician', { organizations: ['o3'], permissions: held, purpose: 'BTG' });
    await expect(seenBy(ctx)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await seenBy(ctx, 'rows', ['p1'])).toEqual(['a', 'c']);
    // Nor does it open figures over everybody, or the platform's own tables.
    await expect(seenBy(ctx, 'population')).rejects.toMatchObject({ kind: 'forbidden' });
    const table = { name: 'thing', seen: () => sql`true` };
    expect(() => tableRelation(ctx, table)).toThrow('one person at a time');
    expect(tableRelation(contextOf('clinician'), table).text).toContain('"thing"');
  });

  test('a grant for one category of resources gives nothing', async () => {
    const ctx = contextOf('clinician', {
      permissions: new Set(['fhir:Observation:rs:all:category=laboratory']),
    });
    await expect(seenBy(ctx)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('care of a hundred thousand persons fits into a question, ids that are none of FHIR are no part of it', async () => {
    await db.run(sql`truncate access.care`);
    await db.run(sql`
      insert into access.care (patient, organization, ground, since)
      select 'someone-with-a-long-id-' || n, 'o3', 'order', ${new Date(0)} from generate_series(1, 100000) as n
      union all values ('p1', 'o3', 'order', ${new Date(0)}::timestamptz), ('x'') or 1 = 1 --', 'o3', 'order', ${new Date(0)})
    `);
    expect(await seenBy(contextOf('clinician', { organizations: ['o3'] }))).toEqual(['a', 'c']);
  });

  test('more persons in care than a question can carry are refused, one of them named is not', async () => {
    await db.run(sql`
      insert into access.care (patient, organization, ground, since)
      select 'q' || n, 'o3', 'order', ${new Date(0)} from generate_series(1, 200000) as n
    `);
    const ctx = contextOf('clinician', { organizations: ['o3'] });
    await expect(seenBy(ctx)).rejects.toMatchObject({ kind: 'too-costly' });
    expect(await seenBy(ctx, 'rows', ['p1'])).toEqual(['a', 'c']);
  });
});

test('who asks over the population and forgets small groups is not answered', async () => {
  const things = await lakeRelation(contextOf('regulator'), 'thing', { reach: 'population' });
  for (const ask of [
    sql`select * from ${things}`,
    sql`with a as (${sql`select id from ${things}`}) select count() from a`,
  ]) {
    await expect(lake.rows(ask)).rejects.toThrow('how small groups are kept back');
    await expect(lake.stream(ask, 'CSVWithNames')).rejects.toThrow('how small groups are kept back');
    expect(await lake.rows(ask, { smallGroups: 'left-out' })).toBeDefined();
  }
  const own = await lakeRelation(contextOf('clinician', { organizations: ['o1'] }), 'thing', { reach: 'rows' });
  expect(await lake.rows(sql`select id from ${own}`)).toBeDefined();
});

test('a group of fewer persons than may be told is left out', async () => {
  const rows = Array.from({ length: SMALLEST }, (_, at) => ({ id: 'many', tenant: 'o1', patients: [`n${at}`] }));
  await put([...rows, ...rows.slice(1).map((row) => ({ ...row, id: 'few' })), rows[0]!]);
  const things = await lakeRelation(contextOf('regulator'), 'thing', { reach: 'population' });
  const groups = await lake.rows(
    sql`select id, count() as n from ${things} group by id having ${enough(sql`_patients[1]`)} order by id`,
  );
  expect(groups).toEqual([{ id: 'many', n: SMALLEST + 1 }]);
});
