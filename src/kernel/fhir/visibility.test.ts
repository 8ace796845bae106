import { describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { fhirServer } from '../../../tests/support/fhir.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { create, history, processBundle, read, search, update, writeAll } from './index.ts';

const db = await testDatabase();
const everything = testContext(db);
const patient = testContext(db, {
  actor: {
    id: 'account/p1',
    roles: ['patient'],
    patient: 'p1',
    permissions: new Set(['fhir:*:rs:self', 'fhir:Organization:rs:catalogue']),
  },
});
const note = (id: string, subject: string) => ({
  resourceType: 'Flag',
  id,
  status: 'active',
  code: { text: 'x' },
  subject: { reference: `Patient/${subject}` },
});
await writeAll(everything, db, [
  { resourceType: 'Patient', id: 'p1' },
  { resourceType: 'Patient', id: 'p2' },
  note('own', 'p1'),
  note('other', 'p2'),
  { resourceType: 'Organization', id: 'org', name: 'x' },
]);

/** Goal: what an actor may not see is not there, whichever way is tried. Method: a patient's account beside another patient's things. */
describe('a patient', () => {
  test('reads, searches and follows only the own record and what is public', async () => {
    expect((await read(patient, 'Flag', 'own')).version).toBe(1);
    await expect(read(patient, 'Flag', 'other')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(history(patient, { type: 'Flag', id: 'other', count: 5 }, ['Flag'])).rejects.toMatchObject({
      kind: 'not-found',
    });
    const ids = async (type: string, query: string) => (await search(patient, type, query)).matches.map(({ id }) => id);
    expect(await ids('Flag', '')).toEqual(['own']);
    expect(await ids('Flag', '_id=other')).toEqual([]);
    expect(await ids('Patient', '_has:Flag:patient:_id=other')).toEqual([]);
    expect(await ids('Organization', 'name=x')).toEqual(['org']);
    expect((await search(patient, 'Patient', '_revinclude=Flag:patient')).included.map(({ id }) => id)).toEqual([
      'own',
    ]);
    expect((await search(patient, 'Flag', '_summary=count')).total).toBe(1);
    expect((await history(patient, { type: 'Flag', count: 9 }, ['Flag'])).map(({ id }) => id)).toEqual(['own']);
  });

  test('may not write', async () => {
    await expect(create(patient, note('new', 'p1'))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(update(patient, { ...note('own', 'p1'), status: 'inactive' })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    const { ask } = await fhirServer(patient);
    expect((await ask('DELETE', '/Flag/own')).status).toBe(403);
    expect((await ask('GET', '/Flag/other')).status).toBe(404);
    const [result] = await processBundle(patient, {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'DELETE', url: 'Flag/own' } }],
    });
    expect(result).toMatchObject({ kind: 'failed', problem: { kind: 'forbidden' } });
  });
});

describe('the audit trail', () => {
  test('names who was seen and what was written', async () => {
    await read(patient, 'Flag', 'own');
    await update(everything, { ...note('own', 'p1'), status: 'inactive' });
    const rows = await db.rows<{ act: string; actor: string }>(
      sql`select act, actor from access.audit where subject = 'Flag/own' and 'p1' = any(patients)`,
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { act: 'fhir.read', actor: 'account/p1' },
        { act: 'fhir.updated', actor: everything.actor.id },
      ]),
    );
    const { leaves } = await db.one<{ leaves: number }>(sql`select count(*) as leaves from access.audit`);
    expect(leaves).toBeGreaterThan(4);
  });
});
