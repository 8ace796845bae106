import { type Context, type Db, makeContext, type Role } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { record } from './audit.ts';
import { reachOf } from './grants.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';
import { hashSecret, makeSecret } from './secrets.ts';

export const SESSION_COOKIE = 'banyan_session';
/** A session ends after two hours without a request, and after twelve in any case. */
export const IDLE_MS = 2 * 3_600_000;
const LONGEST_MS = 12 * 3_600_000;
const GLASS_MS = 3_600_000;

/** Failures that cost nothing (a whole hospital may share an address), and the waits after them: doubled from 30 s to 15 min; forgotten after an hour without one. */
const FREE_FAILURES = { account: 5, address: 100 };
const FIRST_WAIT_S = 30;
const LONGEST_WAIT_S = 900;

export interface SignIn {
  username: string;
  password: string;
  /** The secret of the session that the browser came with; it ends here. */
  before?: string;
}

/** The secret goes into the cookie and nowhere else. */
export interface NewSession {
  secret: string;
  id: string;
  account: string;
  expiresAt: Date;
}

/**
 * Opens a session. A wrong name, a wrong password and a disabled account are told alike and take equally long.
 *
 * @param ctx of the program: nobody is signed in yet
 * @throws Problem `unauthenticated`, or `too-many` after too many failures from the account or the address
 */
export async function signIn(ctx: Context, { username, password, before }: SignIn): Promise<NewSession> {
  const account = await checkSignIn(ctx, username, password);
  const secret = makeSecret();
  const session = {
    secret,
    id: ctx.newId(),
    account: account.id,
    expiresAt: new Date(ctx.now().getTime() + LONGEST_MS),
  };
  const signed = makeContext({
    ...ctx,
    actor: { ...ctx.actor, id: account.id, name: account.name, roles: account.roles },
  });
  await ctx.db.transaction(async (tx) => {
    if (before !== undefined) await endSession(tx, before, ctx.now());
    await tx.run(sql`
      insert into access.session (hash, id, account, created_at, seen_at, expires_at, address)
      values (${hashSecret(secret)}, ${session.id}, ${account.id}, ${ctx.now()}, ${ctx.now()}, ${session.expiresAt}, ${ctx.address ?? null})
    `);
    await record(signed, tx, { act: 'access.signed-in', subject: account.id });
  });
  return session;
}

export interface SignedIn {
  id: string;
  name: string;
  roles: Role[];
}

/** The check of `signIn` without a session: the login page of the identity provider uses it too. */
export async function checkSignIn(ctx: Context, username: string, password: string): Promise<SignedIn> {
  const keys = {
    account: `account:${username.toLowerCase().slice(0, 100)}`,
    address: `address:${ctx.address ?? 'none'}`,
  };
  // Counted before the check, so that guesses sent at once are counted too; a success takes its count back.
  // The address first: from one that is locked out nobody else's name can be locked.
  await countFailure(ctx, keys.address, FREE_FAILURES.address);
  await countFailure(ctx, keys.account, FREE_FAILURES.account);
  const account = await ctx.db.maybe<SignedIn & { hash: string | null; disabled: boolean }>(sql`
    select id, name, roles, password_hash as hash, disabled_at is not null as disabled from access.account
    where lower(username) = ${username.toLowerCase()}
  `);
  const right = await verifyPassword(password, account?.hash);
  if (!right || account === undefined || account.disabled) {
    await ctx.db.transaction((tx) =>
      record(ctx, tx, { act: 'access.sign-in-refused', outcome: 'denied', ...(account && { subject: account.id }) }),
    );
    throw new Problem('unauthenticated', 'the user name or the password is wrong');
  }
  const { hash, disabled: _, ...signed } = account;
  if (hash !== null && isOutdated(hash)) {
    await ctx.db.run(
      sql`update access.account set password_hash = ${await hashPassword(password)} where id = ${account.id}`,
    );
  }
  await ctx.db.run(sql`update access.account set last_sign_in_at = ${ctx.now()} where id = ${account.id}`);
  await ctx.db.run(sql`delete from access.throttle where key = ${keys.account}`);
  await ctx.db.run(
    sql`update access.throttle set failures = failures - 1, blocked_until = null where key = ${keys.address} and failures > 0`,
  );
  return signed;
}

export async function signOut(ctx: Context, secret: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    if (await endSession(tx, secret, ctx.now()))
      await record(ctx, tx, { act: 'access.signed-out', subject: ctx.actor.id });
  });
}

/**
 * Breaks the glass: for an hour the session reads beyond the actor's grants, all patients or one. Every act under it carries the
 * reason, and patients see it in their trail.
 */
export async function breakGlass(
  ctx: Context,
  { session, reason, patient }: { session: string | undefined; reason: string; patient?: string },
): Promise<{ until: Date }> {
  if (reachOf(ctx.actor, 'access.glass.break') === undefined) ctx.require('access.glass.break');
  if (session === undefined)
    throw new Problem('forbidden', 'only a person who is signed in breaks the glass, not a token');
  if (!(reason.trim().length >= 10 && reason.length <= 500))
    throw new Problem('invalid', 'give a reason of 10 to 500 characters');
  const until = new Date(ctx.now().getTime() + GLASS_MS);
  const broken = { ...ctx, actor: { ...ctx.actor, breakGlass: reason, purpose: 'BTG' } };
  await ctx.db.transaction(async (tx) => {
    await tx.run(sql`
      update access.session set glass_reason = ${reason}, glass_patient = ${patient ?? null}, glass_until = ${until}
      where id = ${session} and ended_at is null
    `);
    await record(broken, tx, {
      act: 'access.glass-broken',
      patients: patient === undefined ? [] : [patient],
      detail: { until },
    });
  });
  return { until };
}

/** Deletes sessions long over and forgotten failures every hour; the trail keeps what happened. */
export const sweeper: Job = { name: 'access-sweeper', everySeconds: 3600, run: sweepSessions };

export async function sweepSessions(ctx: Context): Promise<void> {
  const dayAgo = new Date(ctx.now().getTime() - 86_400_000);
  await ctx.db.run(sql`delete from access.session where expires_at < ${dayAgo}`);
  await ctx.db.run(
    sql`delete from access.throttle where failed_at < ${dayAgo} and (blocked_until is null or blocked_until < ${dayAgo})`,
  );
}

async function endSession(db: Db, secret: string, now: Date): Promise<boolean> {
  return (
    (await db.run(
      sql`update access.session set ended_at = ${now} where hash = ${hashSecret(secret)} and ended_at is null`,
    )) > 0
  );
}

async function countFailure(ctx: Context, key: string, free: number): Promise<void> {
  const now = ctx.now();
  const hourAgo = new Date(now.getTime() - 3_600_000);
  const counted = await ctx.db.maybe(sql`
    insert into access.throttle as known (key, failures, failed_at) values (${key}, 1, ${now})
    on conflict (key) do update set
      failures = case when known.failed_at < ${hourAgo} then 1 else known.failures + 1 end,
      failed_at = ${now},
      blocked_until = case when known.failed_at < ${hourAgo} or known.failures < ${free} then null
        else ${now}::timestamptz + make_interval(secs => least(${LONGEST_WAIT_S}, ${FIRST_WAIT_S} * 2.0 ^ least(known.failures - ${free}, 10))) end
    where known.blocked_until is null or known.blocked_until <= ${now}
    returning 1
  `);
  if (counted !== undefined) return;
  const { until } = await ctx.db.one<{ until: Date }>(
    sql`select blocked_until as until from access.throttle where key = ${key}`,
  );
  const seconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
  throw new Problem('too-many', 'too many wrong passwords: wait before the next try', { seconds });
}
