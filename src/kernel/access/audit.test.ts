import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Actor, makeContext } from '#kernel/context';
import { silentLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../tests/support/context.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { type AuditEntry, findAudit, record, recordAll, recordDenial, recordRead, verifyTrail } from './audit.ts';
import { findPermissions } from './authenticate.ts';

const db = await testDatabase();
const clinician = testActor('clinician', {
  id: 'dr-lee',
  organizations: ['o1'],
  breakGlass: 'unconscious in the emergency room',
});
const ctx = testContext(db, { actor: clinician, address: '192.0.2.7' });

async function leafOf(id: string): Promise<{ act: string; digest: string; text: string }> {
  const { text } = await db.one<{ text: string }>(
    sql`select convert_from(body, 'UTF8') as text from ledger.pending where id = ${id}::uuid`,
  );
  return { ...JSON.parse(text), text };
}

function entries(act: string): Promise<(AuditEntry & { part: string })[]> {
  return db.rows(
    sql`select id, part, actor, act, outcome, patients, break_glass as "breakGlass", address from access.audit where act = ${act} order by id`,
  );
}

describe('record', () => {
  test('an act is a row and a leaf whose digest proves the row and which names no person', async () => {
    await record(ctx, db, {
      act: 'test.looked',
      patients: ['pat-1'],
      subject: 'Observation/77',
      detail: { why: 'round', n: 1.5, at: new Date(0) },
    });
    const [entry] = await entries('test.looked');
    expect(entry).toMatchObject({
      part: 'pat-1',
      actor: 'dr-lee',
      outcome: 'success',
      breakGlass: 'unconscious in the emergency room',
      address: '192.0.2.7',
    });
    const leaf = await leafOf(entry?.id ?? '');
    expect(leaf.text).not.toMatch(/pat-1|dr-lee|Observation|192/);
    expect(await verifyTrail(db)).toMatchObject({ flawed: 0, flaws: [] });
  });

  test.each([
    sql`subject = 'Observation/78'`,
    sql`outcome = 'denied'`,
    sql`break_glass = null`,
    sql`patients = array['somebody-else']`,
    sql`at = at - interval '1 second'`,
    sql`detail = '{"why":"rounds"}'`,
    sql`salt = 'AAAAAAAAAAAAAAAAAAAAAA'`,
  ])('a row that was changed afterwards is found: %j', async (change) => {
    await record(ctx, db, {
      act: 'test.changed',
      patients: ['pat-1'],
      subject: 'Observation/77',
      detail: { why: 'round' },
    });
    const undo = new Error('undo');
    const changing = db.transaction(async (tx) => {
      const { id } = await tx.one<{ id: string }>(sql`
        update access.audit set ${change} where id = (select id from access.audit where act = 'test.changed' order by at desc limit 1) returning id
      `);
      expect(await verifyTrail(tx)).toMatchObject({ flawed: 1, flaws: [{ id, flaw: 'altered' }] });
      throw undo;
    });
    await expect(changing).rejects.toBe(undo);
  });

  test('a row that was put in by hand is found', async () => {
    const putting = db.transaction(async (tx) => {
      await tx.run(sql`
        insert into access.audit (part, id, at, actor, actor_name, roles, purpose, act, outcome, patients, request, salt)
        values ('x', '0b9f7a80-0000-4000-8000-000000000000', now(), 'x', 'x', '{}', 'TREAT', 'fhir.read', 'success', '{}', 'x', 'AAAAAAAAAAAAAAAAAAAAAA')
      `);
      expect((await verifyTrail(tx)).flaws).toMatchObject([{ flaw: 'unknown' }]);
      throw new Error('undo');
    });
    await expect(putting).rejects.toThrow('undo');
  });

  test('the act that fails leaves neither row nor leaf', async () => {
    const failing = db.transaction(async (tx) => {
      await record(ctx, tx, { act: 'test.undone' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await entries('test.undone')).toEqual([]);
  });

  test('an answer about 2,500 patients names every one of them, a thousand to a row', async () => {
    const patients = Array.from({ length: 2500 }, (_, index) => `many-${index}`);
    await recordRead(ctx, { act: 'test.listed', patients });
    const found = await entries('test.listed');
    expect(found.map((entry) => entry.patients.length).sort()).toEqual([1000, 1000, 500]);
    expect(new Set(found.flatMap((entry) => entry.patients)).size).toBe(2500);
  });

  test('refuses an act that is not named <module>.<past-tense>', async () => {
    await expect(record(ctx, db, { act: 'Looked' })).rejects.toThrow(Problem);
  });

  test('a refusal stays when its transaction is rolled back', async () => {
    const courier = makeContext({ actor: testActor('courier'), db, log: silentLog });
    const problem = await db
      .transaction(async () => courier.require('laboratory.result.release'))
      .catch((error: unknown) => error as Problem);
    await recordDenial(courier, problem as Problem, 'POST /api/laboratory/results');
    const [entry] = await db.rows<AuditEntry>(
      sql`select outcome, subject, detail from access.audit where act = 'access.denied'`,
    );
    expect(entry).toMatchObject({
      outcome: 'denied',
      subject: 'POST /api/laboratory/results',
      detail: { permission: 'laboratory.result.release' },
    });
  });
});

/** Goal: each role reads the part of the trail that is its own. Method: one trail, every role. */
describe('findAudit', () => {
  const looker = (id: string, organization: string) =>
    testContext(db, { actor: testActor('clinician', { id, organizations: [organization] }), newId: randomUUID });
  const reader = async (role: Parameters<typeof testActor>[0], parts: Partial<Actor> = {}) =>
    testContext(db, { actor: testActor(role, { permissions: await findPermissions(db, [role]), ...parts }) });

  test('everybody sees the rows that are theirs to see', async () => {
    await record(looker('a', 'north'), db, { act: 'trail.read', patients: ['x'] });
    await recordAll(looker('b', 'south'), db, [
      { act: 'trail.read', patients: ['y'] },
      { act: 'trail.read', patients: ['x', 'y'], subject: 'Patient/"y"', detail: { shared: true } },
    ]);
    const seenBy = async (who: Awaited<ReturnType<typeof reader>>) =>
      (await findAudit(who, { act: 'trail.read', limit: 50 })).length;
    expect(await seenBy(await reader('administrator'))).toBe(3);
    expect(await seenBy(await reader('regulator'))).toBe(3);
    expect(await seenBy(await reader('laboratory-director', { organizations: ['south'] }))).toBe(2);
    expect(await seenBy(await reader('patient', { patient: 'x' }))).toBe(2);
    expect(await seenBy(await reader('patient'))).toBe(0);
    for (const role of [
      'clinician',
      'courier',
      'researcher',
      'data-buyer',
      'enterprise',
      'park-operator',
      'investor',
      'laboratory-technician',
    ] as const) {
      await expect(seenBy(await reader(role))).rejects.toThrow(Problem);
    }
  });

  test('a patient who looks up who looked learns of no other patient', async () => {
    const mine = await findAudit(await reader('patient', { patient: 'x' }), { act: 'trail.read', limit: 50 });
    expect(mine.map(({ actor }) => actor).sort()).toEqual(['a', 'b']);
    expect(JSON.stringify(mine)).not.toContain('"y"');
  });

  test('pages by key show every row once, and looking is itself in the trail', async () => {
    const admin = await reader('administrator');
    await recordAll(
      looker('pager', 'north'),
      db,
      Array.from({ length: 25 }, () => ({ act: 'trail.paged' })),
    );
    const seen: string[] = [];
    for (let after: { at: Date; id: string } | undefined; ; ) {
      const page: AuditEntry[] = await findAudit(admin, { act: 'trail.paged', limit: 10, ...(after && { after }) });
      seen.push(...page.map(({ id }) => id));
      after = page.at(-1);
      if (page.length < 10) break;
    }
    expect(new Set(seen).size).toBe(25);
    expect(seen.length).toBe(25);
    expect(
      (await findAudit(admin, { act: 'access.audit-read', actor: admin.actor.id, limit: 5 })).length,
    ).toBeGreaterThan(2);
  });
});
