import { timingSafeEqual } from 'node:crypto';
import type { Context, Db, Role, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import { type Account, insertAccount, setPassword } from './accounts.ts';
import { record } from './audit.ts';
import { actAs } from './authenticate.ts';
import { makePassword, verifyPassword } from './passwords.ts';
import { hashSecret } from './secrets.ts';
import { createTokenFor, makeToken } from './tokens.ts';

/** The name of the token that BANYAN_ADMIN_TOKEN sets. */
const SETTINGS_TOKEN = 'BANYAN_ADMIN_TOKEN';

/**
 * Sees to it that somebody can get in: the account `admin`, who administers accounts and no patients, and the account `operator`,
 * which holds every permission and is reached by its bearer token only. What the settings say wins over what was before.
 *
 * @returns the password and the token where they were made up now, to be shown once
 */
export async function ensureAdministrator(
  ctx: Context,
  { adminPassword, adminToken }: { adminPassword: string | undefined; adminToken: string | undefined },
): Promise<{ password?: string; token?: string }> {
  const shown: { password?: string; token?: string } = {};
  await ctx.db.transaction(async (tx) => {
    await onlyOneStarts(tx);
    const admin = await findStored(tx, 'admin');
    if (admin === undefined) {
      const password = adminPassword ?? makePassword();
      await insertAccount(ctx, tx, { username: 'admin', name: 'Administrator', password, roles: ['administrator'] });
      if (adminPassword === undefined) shown.password = password;
    } else if (adminPassword !== undefined && !(await verifyPassword(adminPassword, admin.hash))) {
      await setPassword(ctx, tx, admin.id, adminPassword, false);
      await record(ctx, tx, { act: 'access.password-reset', subject: admin.id, detail: { by: 'settings' } });
    }

    const operator =
      (await findStored(tx, 'operator')) ??
      (await insertAccount(ctx, tx, {
        username: 'operator',
        name: 'Operator',
        roles: ['administrator'],
        everything: true,
      }));
    const tokens = await findHashes(tx, operator.id);
    if (adminToken === undefined && tokens.length > 0) return;
    if (adminToken !== undefined && tokens.some((hash) => timingSafeEqual(hash, hashSecret(adminToken)))) return;
    await revokeAll(ctx, tx, operator.id);
    const secret = adminToken ?? makeToken();
    await createTokenFor(onTx(ctx, tx), operator.id, { name: SETTINGS_TOKEN }, secret);
    if (adminToken === undefined) shown.token = secret;
  });
  return shown;
}

export interface DemoAccount {
  username: string;
  password: string;
  name: string;
  roles: Role[];
}

/** Where the demo accounts belong in the synthetic region. */
export type DemoPlaces = Partial<Record<Role, { organizations?: readonly string[]; patient?: string }>>;

const DEMO_PASSWORD = 'access.demo-password';
const DEMO_NAMES: Partial<Record<Role, string>> = {
  administrator: 'Demo Administrator',
  clinician: 'Demo Clinician',
  'laboratory-technician': 'Demo Technician',
  'laboratory-director': 'Demo Director',
  courier: 'Demo Courier',
  patient: 'Demo Patient',
  regulator: 'Demo Regulator',
  researcher: 'Demo Researcher',
  'data-buyer': 'Demo Data Buyer',
  enterprise: 'Demo Enterprise',
  'park-operator': 'Demo Park Operator',
  investor: 'Demo Investor',
};

/**
 * One account for each role of the synthetic region, all with one made-up password that anybody at the sign-in page may read.
 * Called again it moves them to the places given.
 */
export async function ensureDemoAccounts(ctx: Context, places: DemoPlaces = {}): Promise<DemoAccount[]> {
  await ctx.db.transaction(async (tx) => {
    await onlyOneStarts(tx);
    const password = (await readDemoPassword(tx)) ?? (await makeDemoPassword(tx));
    for (const [role, name] of Object.entries(DEMO_NAMES) as [Role, string][]) {
      const { organizations = [], patient } = places[role] ?? {};
      const username = `demo-${role}`;
      const known = await findStored(tx, username);
      if (known === undefined) {
        await insertAccount(ctx, tx, {
          username,
          name,
          password,
          roles: [role],
          organizations,
          demo: true,
          ...(patient !== undefined && { patient }),
        });
        continue;
      }
      await tx.run(sql`
        update access.account
        set disabled_at = null, organizations = case when ${places[role] !== undefined} then ${organizations}::text[] else organizations end,
          patient = coalesce(${patient ?? null}, patient)
        where id = ${known.id} and demo
      `);
    }
  });
  return findDemoAccounts(ctx.db);
}

/** Without the region there is no demonstration: its accounts are closed and their sessions end. */
export async function disableDemoAccounts(ctx: Context): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.run(sql`
      update access.session set ended_at = ${ctx.now()}
      where ended_at is null and account in (select id from access.account where demo)
    `);
    await tx.run(sql`update access.account set disabled_at = ${ctx.now()} where demo and disabled_at is null`);
  });
}

/** The demo accounts that can sign in, with their password; none when the demonstration is off. */
export async function findDemoAccounts(db: Db): Promise<DemoAccount[]> {
  const password = await readDemoPassword(db);
  if (password === undefined) return [];
  const accounts = await db.rows<Omit<DemoAccount, 'password'>>(
    sql`select username, name, roles from access.account where demo and disabled_at is null order by username limit 50`,
  );
  return accounts.map((account) => ({ ...account, password }));
}

/**
 * A token for a part of the platform that runs as a client of its own, the synthetic region say. The one it had before ends.
 * The account is made where it is missing.
 */
export async function issueServiceToken(
  ctx: Context,
  {
    username,
    name,
    roles,
    everything = false,
    organizations = [],
  }: Pick<Account, 'username' | 'name'> & {
    roles: readonly Role[];
    everything?: boolean;
    organizations?: readonly string[];
  },
): Promise<string> {
  return ctx.db.transaction(async (tx) => {
    await onlyOneStarts(tx);
    const { id } =
      (await findStored(tx, username)) ??
      (await insertAccount(ctx, tx, { username, name, roles, everything, organizations }));
    await revokeAll(ctx, tx, id);
    return (await createTokenFor(onTx(ctx, tx), id, { name: `start ${ctx.now().toISOString()}` })).secret;
  });
}

/** Two programs that start at once take turns. */
async function onlyOneStarts(tx: Tx): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended('access start', 0))`);
}

function onTx(ctx: Context, tx: Tx): Context {
  return { ...ctx, db: tx };
}

function findStored(tx: Tx, username: string): Promise<{ id: string; hash: string | null } | undefined> {
  return tx.maybe(sql`select id, password_hash as hash from access.account where lower(username) = ${username}`);
}

async function findHashes(tx: Tx, account: string): Promise<Buffer[]> {
  const tokens = await tx.rows<{ hash: Buffer }>(
    sql`select hash from access.token where account = ${account} and name = ${SETTINGS_TOKEN} and revoked_at is null`,
  );
  return tokens.map(({ hash }) => hash);
}

async function revokeAll(ctx: Context, tx: Tx, account: string): Promise<void> {
  await tx.run(
    sql`update access.token set revoked_at = ${ctx.now()} where account = ${account} and revoked_at is null`,
  );
}

async function readDemoPassword(db: Db): Promise<string | undefined> {
  return (await db.maybe<{ value: string }>(sql`select value from kernel.setting where name = ${DEMO_PASSWORD}`))
    ?.value;
}

async function makeDemoPassword(tx: Tx): Promise<string> {
  const password = makePassword();
  await tx.run(sql`insert into kernel.setting (name, value) values (${DEMO_PASSWORD}, ${JSON.stringify(password)})`);
  return password;
}

/** As the demo account of a role; undefined where there is none. */
export async function actAsDemo(ctx: Context, role: Role): Promise<Context | undefined> {
  const account = await findStored(ctx.db, `demo-${role}`);
  return account && actAs(ctx, account.id);
}
