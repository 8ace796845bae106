import { beforeAll, expect, test } from 'vitest';
import { readConfig } from '#kernel/config';
import { sql } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { createAccount } from './accounts.ts';
import { checkToken } from './authenticate.ts';
import { token, verifyAudit } from './verbs.ts';

const db = await testDatabase();

beforeAll(async () => {
  await createAccount(testContext(db), { username: 'lab-1', name: 'Laboratory', roles: ['laboratory-technician'] });
});

async function run(...args: string[]): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const code = await token.run(args, {
    config: { ...readConfig({}), databaseUrl: db.url },
    out: (line) => lines.push(line),
  });
  expect(code).toBe(0);
  return lines.map((line) => JSON.parse(line));
}

test('a token made at the command line works, is listed without its secret, and ends when it is revoked', async () => {
  const [made] = await run(
    'create',
    '--user',
    'LAB-1',
    '--name',
    'analyzer',
    '--scopes',
    'laboratory.result.write,user/Specimen.rs',
    '--days',
    '7',
  );
  const { secret, id } = made as { secret: string; id: string };
  const { actor } = await checkToken(db, secret, new Date());
  expect(actor.permissions.has('laboratory.result.write')).toBe(true);
  expect(actor.permissions.has('laboratory.order.write')).toBe(false);
  const listed = await run('list', '--user', 'lab-1');
  expect(listed).toMatchObject([{ id, name: 'analyzer', revokedAt: null }]);
  expect(JSON.stringify(listed)).not.toContain(secret);
  await run('revoke', '--user', 'lab-1', '--id', id);
  await expect(checkToken(db, secret, new Date())).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test.each([
  ['nothing'],
  ['create', '--user', 'lab-1'],
  ['create', '--user', 'lab-1', '--name', 'x', '--days', '0'],
  ['create', '--user', 'lab-1', '--name', 'x', '--scopes', 'nonsense!'],
  ['create', '--name', 'x'],
  ['list', '--user', 'lab-1', '--frobnicate'],
  ['revoke', '--user', 'lab-1'],
])('refuses: token %s %s %s %s %s', async (...args) => {
  await expect(run(...args.filter((arg) => arg !== undefined))).rejects.toMatchObject({ kind: 'invalid' });
});

test('says so when there is no such account', async () => {
  await expect(run('list', '--user', 'nobody')).rejects.toMatchObject({ kind: 'not-found' });
});

test('verify-audit ends with 0 on a whole trail and with 1 on one that was touched', async () => {
  const lines: string[] = [];
  const io = {
    config: { ...readConfig({}), databaseUrl: db.url },
    out: (line: string) => lines.push(line),
    progress: () => {},
  };
  expect(await verifyAudit.run([], io)).toBe(0);
  await db.run(sql`update access.audit set actor_name = 'Nobody' where act = 'access.account-created'`);
  expect(await verifyAudit.run([], io)).toBe(1);
  const [whole, touched] = lines.map((line) => JSON.parse(line));
  expect(whole.rows).toBeGreaterThan(0);
  expect(touched).toMatchObject({ rows: whole.rows, flawed: 1, flaws: [{ flaw: 'altered' }] });
});
