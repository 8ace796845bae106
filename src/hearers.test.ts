import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { ROLES, type Role } from '#kernel/context';
import { checkLake, keepTables, lakeFeed } from '#kernel/lake';
import { listensTo, startDeliveries } from '#kernel/outbox';
import { trusted } from '#kernel/sql';
import { captureDocument, specimenName } from '#modules/custody';
import { testActor, testContext } from '../tests/support/context.ts';
import { testLake } from '../tests/support/lake.ts';
import { testDatabase } from '../tests/support/postgres.ts';
import { LAKE_TABLES } from './hearers.ts';
import { decideAlarm } from './modules/signals/actions/index.ts';
import { insertReport, raiseAlarm, updateReport } from './modules/signals/store/index.ts';

const db = await testDatabase();
const lake = await testLake();
const ctx = testContext(db, { now: () => new Date('2026-05-02T03:04:05.678Z') });
const parts = { lake, db, tables: LAKE_TABLES };
const feed = lakeFeed(parts);
listensTo([feed]);
let deliveries: Awaited<ReturnType<typeof startDeliveries>>;

beforeAll(async () => {
  await keepTables(ctx, parts);
  deliveries = await startDeliveries(ctx, db, [feed], { workers: 1 });
});
afterAll(() => deliveries.stop());

const rows = async (ask: string) => {
  await deliveries.idle();
  return lake.rows(trusted(ask));
};

const SITE = 'https://id.gs1.org/414/6900001000018';
const LABORATORY = 'https://id.gs1.org/414/6900001000025';
const handedOver = {
  type: 'ObjectEvent',
  eventID: 'urn:uuid:5b5bbd9e-3a3c-4b71-9d9a-000000000001',
  action: 'OBSERVE',
  bizStep: 'receiving',
  eventTime: '2026-05-01T10:00:00.000Z',
  eventTimeZoneOffset: '+08:00',
  epcList: [specimenName('L000001'), specimenName('L000002')],
  bizLocation: { id: LABORATORY },
  sourceList: [{ type: 'possessing_party', source: SITE }],
  destinationList: [{ type: 'possessing_party', destination: LABORATORY }],
};
const capture = (event: object) =>
  captureDocument(ctx, {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-05-01T11:00:00Z',
    epcisBody: { eventList: [event] },
  });

/**
 * Goal: what modules tell the lake is what they keep, whatever happened to it since.
 * Method: their own actions, heard through the outbox; then the check, which reads every row of PostgreSQL again.
 */
describe("the modules' tables in the lake", () => {
  test('an event has a row for each thing, with both parties of a hand-over; captured twice it is there once', async () => {
    await capture(handedOver);
    await capture(handedOver);
    expect(
      await rows(
        'select code, kind, step, place, from_party, to_party, withdrawn, toString(at) as at from banyan.custody_move order by code',
      ),
    ).toEqual(
      ['L000001', 'L000002'].map((code) => ({
        code,
        kind: 'specimen',
        step: 'receiving',
        place: LABORATORY,
        from_party: SITE,
        to_party: LABORATORY,
        withdrawn: 0,
        at: '2026-05-01 10:00:00.000',
      })),
    );
  });

  test('an event that was declared wrong stays, and says so', async () => {
    await capture({ ...handedOver, errorDeclaration: { declarationTime: '2026-05-01T12:00:00.000Z' } });
    expect(await rows('select code, withdrawn from banyan.custody_move order by code')).toEqual([
      { code: 'L000001', withdrawn: 1 },
      { code: 'L000002', withdrawn: 1 },
    ]);
  });

  test('an alarm is a row that follows what persons do with it', async () => {
    const ground = { rule: 'fixed', method: 'fixed', first: '2026-04-28', last: '2026-05-01', cases: 5 };
    await db.transaction((tx) =>
      raiseAlarm(ctx, tx, {
        kind: 'outbreak',
        key: 'measles/440111',
        subject: { disease: 'measles', place: '440111' },
        grounds: [ground as never],
        cases: 5,
        quietDays: 14,
      }),
    );
    const asked = 'select id, disease, place, state, cases, toString(last) as last, revision from banyan.signals_alarm';
    const [raised] = (await rows(asked)) as { id: string; revision: number }[];
    expect(raised).toMatchObject({ disease: 'measles', place: '440111', state: 'new', cases: 5, last: '2026-05-01' });
    await decideAlarm(ctx, raised!.id, { to: 'triage', text: 'looking at it', revision: raised!.revision });
    expect(await rows(asked)).toMatchObject([{ state: 'triage', revision: raised!.revision + 1 }]);
  });

  test('a case report is a row that follows its changes', async () => {
    const id = ctx.newId();
    const summary = { kind: 'vaccine', ageBand: 'unknown', serious: true } as never;
    await db.transaction(async (tx) => {
      await insertReport(ctx, tx, { id, organization: 'o1', origin: 'typed', state: 'draft', summary });
      await updateReport(ctx, tx, id, { state: 'submitted', version: 1 });
    });
    expect(await rows('select id, organization, state, version, serious from banyan.signals_report')).toEqual([
      { id, organization: 'o1', state: 'submitted', version: 1, serious: true },
    ]);
  });

  test('all of it equals what PostgreSQL keeps', async () => {
    const { differences, views } = await checkLake(lake, db, LAKE_TABLES, () => {});
    expect(differences).toEqual([]);
    expect(views).toEqual(
      expect.arrayContaining([
        { view: 'custody_move', rows: 2 },
        { view: 'signals_alarm', rows: 1 },
        { view: 'signals_report', rows: 1 },
      ]),
    );
  });
});

/** Who sees rows of which table: by the rights that open the same things on the pages. */
const SEEN: Partial<Record<Role, readonly string[]>> = {
  administrator: ['custody_move', 'custody_reading', 'message'],
  clinician: ['custody_move', 'custody_reading', 'signals_report'],
  courier: ['custody_move', 'custody_reading'],
  enterprise: ['signals_report'],
  'laboratory-director': ['custody_move', 'custody_reading', 'message', 'signals_alarm'],
  'laboratory-technician': ['custody_move', 'custody_reading', 'message'],
  regulator: ['custody_move', 'custody_reading', 'signals_alarm', 'signals_report'],
};

test.each(ROLES.map((role: Role) => [role]))('a %s sees the tables of their rights', async (role) => {
  const actor = testActor(role, { permissions: await findPermissions(db, [role]) });
  const seen = LAKE_TABLES.filter((table) => table.seen({ actor }) !== undefined).map(({ name }) => name);
  expect(seen.sort()).toEqual(SEEN[role] ?? []);
});

test("a laboratory's director sees no alarm of a product, the regulator does", async () => {
  const alarms = LAKE_TABLES.find(({ name }) => name === 'signals_alarm')!;
  const seenBy = async (role: Role) =>
    alarms.seen({ actor: testActor(role, { permissions: await findPermissions(db, [role]) }) })?.text;
  expect(await seenBy('laboratory-director')).toContain("kind = 'outbreak'");
  expect(await seenBy('regulator')).not.toContain('kind');
});
