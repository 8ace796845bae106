import { type Context, type Db, type Language, ROLES, type Role, type Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, sql } from '#kernel/sql';
import { record } from './audit.ts';
import { checkPassword, hashPassword, makePassword } from './passwords.ts';
import { checkSignIn } from './sessions.ts';

export interface Account {
  id: string;
  username: string;
  name: string;
  roles: Role[];
  organizations: string[];
  patient: string | null;
  language: Language;
  mustChange: boolean;
  hasPassword: boolean;
  demo: boolean;
  createdAt: Date;
  lastSignInAt: Date | null;
  disabled: boolean;
}

export interface NewAccount {
  username: string;
  name: string;
  /** Without one the account signs in by tokens only. */
  password?: string;
  /** Whether the password must be changed at the first sign-in. */
  mustChange?: boolean;
  roles: readonly string[];
  organizations?: readonly string[];
  patient?: string;
  language?: Language;
}

const USERNAME = /^[a-z0-9][a-z0-9._@-]{1,63}$/;
const MOST_PLACES = 100;

/** @throws Problem `conflict` when the user name is taken */
export async function createAccount(ctx: Context, account: NewAccount): Promise<Account> {
  ctx.require('access.account.manage');
  const { username, name, password, roles, organizations = [], patient } = account;
  if (!USERNAME.test(username))
    throw new Problem('invalid', 'a user name has 2 to 64 of a-z, 0-9, dot, dash, underscore and @');
  if (name.trim() === '' || name.length > 200) throw new Problem('invalid', 'a name has 1 to 200 characters');
  checkPlaces(roles, organizations);
  if (roles.includes('patient') && patient === undefined)
    throw new Problem('invalid', "a patient's account names its patient");
  if (password !== undefined) checkPassword(password, username);
  return ctx.db.transaction((tx) => insertAccount(ctx, tx, account));
}

/** Without the checks of `createAccount`: for the accounts that the program makes itself. */
export async function insertAccount(
  ctx: Context,
  tx: Tx,
  { everything = false, demo = false, ...account }: NewAccount & { everything?: boolean; demo?: boolean },
): Promise<Account> {
  const {
    username,
    name,
    password,
    mustChange = false,
    roles,
    organizations = [],
    patient = null,
    language = 'en',
  } = account;
  const hash = password === undefined ? null : await hashPassword(password);
  const made = await tx.maybe<Account>(sql`
    insert into access.account (id, username, name, password_hash, password_changed_at, must_change, roles, organizations, patient,
      language, everything, demo, created_at, created_by)
    values (${ctx.newId()}, ${username}, ${name}, ${hash}, ${hash === null ? null : ctx.now()}, ${mustChange}, ${roles},
      ${organizations}, ${patient}, ${language}, ${everything}, ${demo}, ${ctx.now()}, ${ctx.actor.id})
    on conflict (lower(username)) do nothing
    returning ${SELECTED}
  `);
  if (made === undefined) throw new Problem('conflict', 'the user name is taken');
  await record(ctx, tx, {
    act: 'access.account-created',
    subject: made.id,
    detail: { username, roles, organizations },
    ...(patient !== null && { patients: [patient] }),
  });
  return made;
}

export interface AccountChange {
  name?: string;
  patient?: string;
  language?: Language;
  roles?: readonly string[];
  organizations?: readonly string[];
  disabled?: boolean;
}

/** A disabled account's sessions end at once; its tokens are refused as long as it is disabled. */
export async function changeAccount(ctx: Context, id: string, change: AccountChange): Promise<Account> {
  ctx.require('access.account.manage');
  const { name, patient, language, roles, organizations, disabled } = change;
  checkPlaces(roles ?? ['administrator'], organizations ?? []);
  if (name !== undefined && (name.trim() === '' || name.length > 200))
    throw new Problem('invalid', 'a name has 1 to 200 characters');
  if (id === ctx.actor.id && (disabled === true || roles !== undefined)) {
    throw new Problem('conflict', 'nobody disables or re-roles the own account');
  }
  return ctx.db.transaction(async (tx) => {
    await requireOrdinary(tx, id);
    const changed = await tx.one<Account>(sql`
      update access.account
      set name = coalesce(${name ?? null}, name), patient = coalesce(${patient ?? null}, patient),
        language = coalesce(${language ?? null}, language), roles = coalesce(${roles ?? null}::text[], roles),
        organizations = coalesce(${organizations ?? null}::text[], organizations),
        disabled_at = case ${disabled ?? null}::boolean when true then coalesce(disabled_at, ${ctx.now()}) when false then null else disabled_at end
      where id = ${id}
      returning ${SELECTED}
    `);
    if (disabled === true) await endSessions(ctx, tx, id);
    await record(ctx, tx, { act: 'access.account-changed', subject: id, detail: { ...change } });
    return changed;
  });
}

/**
 * Makes up a password that its owner must change after the next sign-in; all sessions end.
 *
 * @returns the password, shown once
 */
export async function resetPassword(ctx: Context, id: string): Promise<string> {
  ctx.require('access.account.manage');
  const password = makePassword();
  await ctx.db.transaction(async (tx) => {
    await requireOrdinary(tx, id);
    await setPassword(ctx, tx, id, password, true);
    await endSessions(ctx, tx, id);
    await record(ctx, tx, { act: 'access.password-reset', subject: id });
  });
  return password;
}

/** The owner changes the password; all other sessions end. Guesses of the old one are counted as those at sign-in are. */
export async function changePassword(
  ctx: Context,
  { old, next, username, session }: { old: string; next: string; username: string; session: string },
): Promise<void> {
  const { id } = ctx.actor;
  const { demo } = await ctx.db.one<{ demo: boolean }>(sql`select demo from access.account where id = ${id}`);
  if (demo) throw new Problem('forbidden', 'the password of a demo account stays as it is');
  await checkSignIn(ctx, username, old).catch((error: unknown) => {
    if (!(error instanceof Problem && error.kind === 'unauthenticated')) throw error;
    throw new Problem('invalid', 'the old password is wrong');
  });
  if (old === next) throw new Problem('invalid', 'the new password is the old one');
  checkPassword(next, username);
  await ctx.db.transaction(async (tx) => {
    await setPassword(ctx, tx, id, next, false);
    await endSessions(ctx, tx, id, session);
    await record(ctx, tx, { act: 'access.password-changed', subject: id });
  });
}

export interface AccountFilter {
  text?: string;
  role?: string;
  /** The last user name of the page before. */
  after?: string;
  limit: number;
}

/** By user name. */
export async function findAccounts(ctx: Context, { text, role, after, limit }: AccountFilter): Promise<Account[]> {
  ctx.require('access.account.manage');
  const terms = [];
  if (text !== undefined)
    terms.push(sql`(strpos(lower(username), lower(${text})) > 0 or strpos(lower(name), lower(${text})) > 0)`);
  if (role !== undefined) terms.push(sql`${role} = any(roles)`);
  if (after !== undefined) terms.push(sql`lower(username) > lower(${after})`);
  return ctx.db.rows<Account>(
    sql`select ${SELECTED} from access.account where ${all(terms)} order by lower(username) limit ${limit}`,
  );
}

/** Somebody whose role lets do something, without what only administrators need to know. */
export type Holder = Pick<Account, 'id' | 'name' | 'roles' | 'organizations'>;

/** Persons who can sign in and hold the permission by their role, by name. The caller decides who may know them. */
export function findHolders(db: Db, permission: string, limit: number): Promise<Holder[]> {
  return db.rows<Holder>(sql`
    select id, name, roles, organizations from access.account
    where disabled_at is null and not everything and password_hash is not null
      and exists (select from access.policy where target = ${permission} and role = any(account.roles))
    order by name, id limit ${limit}
  `);
}

/** Ends the sessions of an account, all but the one given. */
async function endSessions(ctx: Context, tx: Tx, account: string, except = ''): Promise<void> {
  await tx.run(sql`
    update access.session set ended_at = ${ctx.now()} where account = ${account} and ended_at is null and id <> ${except}
  `);
}

/** Names of organizations for the screen; written whenever an Organization is. */
export async function nameTenants(
  tx: Tx,
  tenants: readonly { id: string; name: string; nameZh?: string }[],
): Promise<void> {
  const sorted = [...new Map(tenants.map((tenant) => [tenant.id, tenant])).values()].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  if (sorted.length === 0) return;
  await tx.run(sql`
    insert into access.tenant (id, name, name_zh)
    select * from unnest(
      ${sorted.map(({ id }) => id)}::text[], ${sorted.map(({ name }) => name)}::text[], ${sorted.map(({ nameZh }) => nameZh ?? null)}::text[]
    )
    on conflict (id) do update set name = excluded.name, name_zh = coalesce(excluded.name_zh, tenant.name_zh)
    where (tenant.name, tenant.name_zh) is distinct from (excluded.name, coalesce(excluded.name_zh, tenant.name_zh))
  `);
}

export function findTenants(
  db: Db,
  ids: readonly string[],
  language: Language,
): Promise<{ id: string; name: string }[]> {
  const name = language === 'zh' ? sql`coalesce(name_zh, name, id)` : sql`coalesce(name, id)`;
  return db.rows(sql`
    select id, ${name} as name from unnest(${ids}::text[]) with ordinality as wanted (id, place) left join access.tenant using (id) order by place
  `);
}

export async function setPassword(
  ctx: Context,
  tx: Tx,
  id: string,
  password: string,
  mustChange: boolean,
): Promise<void> {
  await tx.run(sql`
    update access.account
    set password_hash = ${await hashPassword(password)}, password_changed_at = ${ctx.now()}, must_change = ${mustChange}
    where id = ${id}
  `);
}

/** The operator's account is nobody's to change through the API. */
async function requireOrdinary(tx: Tx, id: string): Promise<{ username: string }> {
  const account = await tx.one<{ username: string; everything: boolean }>(
    sql`select username, everything from access.account where id = ${id} for update`,
  );
  if (account.everything) throw new Problem('forbidden', "the operator's account is changed by the settings only");
  return account;
}

function checkPlaces(roles: readonly string[], organizations: readonly string[]): void {
  const unknown = roles.find((role) => role === 'system' || !(ROLES as readonly string[]).includes(role));
  if (unknown !== undefined) throw new Problem('invalid', 'there is no such role', { role: unknown });
  if (roles.length === 0) throw new Problem('invalid', 'an account has at least one role');
  if (organizations.length > MOST_PLACES)
    throw new Problem('invalid', 'an account belongs to too many organizations', { most: MOST_PLACES });
  const damaged = organizations.find((id) => !/^[A-Za-z0-9.-]{1,64}$/.test(id));
  if (damaged !== undefined) throw new Problem('invalid', 'this is no id of an organization');
}

const SELECTED = sql`id, username, name, roles, organizations, patient, language, must_change as "mustChange",
  password_hash is not null as "hasPassword", demo, created_at as "createdAt",
  last_sign_in_at as "lastSignInAt", disabled_at is not null as disabled`;
