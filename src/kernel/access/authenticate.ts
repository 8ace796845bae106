import type { FastifyRequest } from 'fastify';
import { type Actor, type Context, type Db, type Language, makeContext, type Role } from '#kernel/context';
import type { Log } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { narrow, type Policy, permissionsOf, writeGrant } from './grants.ts';
import { isPurpose, PURPOSE_HEADER, type Purpose, purposesOf, usualPurpose } from './purposes.ts';
import { hashSecret } from './secrets.ts';
import { IDLE_MS, SESSION_COOKIE } from './sessions.ts';

/** What of a request tells who sends it. */
export type Knock = Pick<FastifyRequest, 'headers' | 'method' | 'host'>;

/** Who sends a request, and how that is known. */
export interface Identity {
  actor: Actor;
  username: string;
  language: Language;
  via: 'session' | 'token' | 'oidc';
  /** Id of the session, for what only a person who is signed in may do. */
  session?: string;
  /** Until when the glass is broken. */
  glassUntil?: Date;
  /** The password is to be changed before anything else. */
  mustChange: boolean;
  /** The purposes of use that may be stated, the usual one first. */
  purposes: readonly Purpose[];
  /** A purpose that was stated and may not be: the request is refused. */
  refusedPurpose?: Purpose;
}

/** Tells who is behind a bearer token that is a JWT; undefined when it is none of ours to judge. */
export type JwtCheck = (jwt: string, stated?: Purpose) => Promise<Identity>;

/**
 * Who sends the request: by bearer token (personal access token or JWT), else by session cookie.
 *
 * @throws Problem `unauthenticated` when nobody is signed in or the token is not good, `forbidden` when a page of another site
 *   sends the browser's cookie, `invalid` when it states a purpose that there is not
 */
export async function authenticate(db: Db, request: Knock, now: Date, checkJwt?: JwtCheck): Promise<Identity> {
  const { authorization } = request.headers;
  const stated = statedPurpose(request);
  if (authorization !== undefined) {
    const token = /^Bearer +([^ ]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw new Problem('unauthenticated', 'the Authorization header is no bearer token');
    return checkToken(db, token, now, checkJwt, stated);
  }
  const secret = sessionSecret(request);
  if (secret === undefined) throw new Problem('unauthenticated', 'nobody is signed in');
  requireOwnSite(request);
  return checkSession(db, secret, now, stated);
}

function statedPurpose({ headers }: Knock): Purpose | undefined {
  const code = headers[PURPOSE_HEADER];
  if (code === undefined) return undefined;
  if (typeof code !== 'string' || !isPurpose(code)) throw new Problem('invalid', 'there is no such purpose of use');
  return code;
}

/** The context of a request, once it is known who sends it. */
export function contextOf(
  identity: Identity,
  parts: { db: Db; log: Log; request: FastifyRequest; language?: Language; now?: () => Date },
): Context {
  const { db, log, request, language = identity.language, now } = parts;
  return makeContext({
    actor: identity.actor,
    db,
    log,
    language,
    requestId: request.id,
    address: request.ip,
    ...(now && { now }),
  });
}

/** Who is behind a bearer token; devices give one as their MQTT password. @throws Problem `unauthenticated` */
export async function checkToken(
  db: Db,
  token: string,
  now: Date,
  checkJwt?: JwtCheck,
  stated?: Purpose,
): Promise<Identity> {
  if (checkJwt !== undefined && JWT.test(token)) return checkJwt(token, stated);
  const row = await db.maybe<AccountRow & { scopes: string[]; hash: Buffer; lastUsedAt: Date | null }>(sql`
    select ${ACCOUNT}, token.scopes, token.hash, token.last_used_at as "lastUsedAt"
    from access.token join access.account on account.id = token.account
    where token.hash = ${hashSecret(token)} and token.revoked_at is null and (token.expires_at is null or token.expires_at > ${now})
      and account.disabled_at is null
  `);
  if (row === undefined) throw new Problem('unauthenticated', 'the token is unknown, expired or revoked');
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > SEEN_EVERY_MS) {
    await db.run(sql`update access.token set last_used_at = ${now} where hash = ${row.hash}`);
  }
  const identity = identityOf(row, 'token', stated);
  if (row.scopes.includes('*')) return identity;
  const permissions = narrow(identity.actor.permissions, row.scopes, row.patient ?? undefined);
  return { ...identity, actor: { ...identity.actor, permissions } };
}

/** The account behind a subject of the identity provider, with its permissions as they are now. */
export async function findIdentity(db: Db, account: string, stated?: Purpose): Promise<Identity | undefined> {
  const row = await db.maybe<AccountRow>(
    sql`select ${ACCOUNT} from access.account where id = ${account} and disabled_at is null`,
  );
  return row === undefined ? undefined : identityOf(row, 'oidc', stated);
}

/**
 * What is done in the name of an account, as it is now; undefined where it is closed.
 *
 * @param stated why, where it is not the usual purpose
 * @throws Problem `forbidden` where the account may not look for that purpose
 */
export async function actAs(ctx: Context, account: string, stated?: Purpose): Promise<Context | undefined> {
  const identity = await findIdentity(ctx.db, account, stated);
  if (identity === undefined) return undefined;
  requirePurpose(identity);
  return makeContext({ ...ctx, actor: identity.actor, language: identity.language });
}

/** @throws Problem `forbidden` where a purpose was stated that may not be */
export function requirePurpose({ refusedPurpose, actor: { roles } }: Identity): void {
  if (refusedPurpose !== undefined)
    throw new Problem('forbidden', 'this account may not look for that purpose', { purpose: refusedPurpose, roles });
}

/** The permissions that roles have now. */
export async function findPermissions(db: Db, roles: readonly Role[], stated?: Purpose): Promise<ReadonlySet<string>> {
  return (await findStanding(db, roles, stated)).permissions;
}

/** What roles have now. */
export async function findStanding(db: Db, roles: readonly Role[], stated?: Purpose): Promise<Standing> {
  const { policies } = await db.one<{ policies: string | null }>(
    sql`select ${policiesOf(sql`${roles}::text[]`)} as policies`,
  );
  return standingOf(roles, (purpose) => readPolicies(policies ?? '', purpose), stated);
}

/** What somebody may, for the purpose that was stated or the usual one. */
export interface Standing {
  permissions: ReadonlySet<string>;
  purpose: Purpose;
  purposes: readonly Purpose[];
  refusedPurpose?: Purpose;
}

function standingOf(
  roles: readonly Role[],
  permissionsFor: (stated: Purpose | undefined) => ReadonlySet<string>,
  stated: Purpose | undefined,
): Standing {
  const usual = permissionsFor(undefined);
  const purposes = purposesOf({ roles, permissions: usual });
  const unstated = { permissions: usual, purpose: usualPurpose(roles[0]), purposes };
  if (stated === undefined) return unstated;
  if (!purposes.includes(stated)) return { ...unstated, refusedPurpose: stated };
  return { permissions: permissionsFor(stated), purpose: stated, purposes };
}

/** The secret in the session cookie. */
export function sessionSecret({ headers }: Knock): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [name, value] = part.split('=', 2);
    if (name?.trim() === SESSION_COOKIE && value) return value.trim();
  }
  return undefined;
}

/**
 * A browser sends cookies with requests that other sites made it send; those are refused. Our own pages say so themselves
 * (header x-banyan, which another site cannot set), or the browser says so.
 *
 * @throws Problem `forbidden`
 */
export function requireOwnSite({ method, headers, host }: Knock): void {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
  if (headers['x-banyan'] !== undefined || headers['sec-fetch-site'] === 'same-origin') return;
  if (headers.origin !== undefined && URL.parse(headers.origin)?.host === host) return;
  throw new Problem('forbidden', 'this request came from another site');
}

const JWT = /^[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}$/;
/** How exactly the last use of a session or token is known: a write for each request would cost more than the request. */
const SEEN_EVERY_MS = 60_000;

interface AccountRow {
  id: string;
  username: string;
  name: string;
  roles: Role[];
  organizations: string[];
  patient: string | null;
  language: Language;
  everything: boolean;
  mustChange: boolean;
  policies: string | null;
}

interface Glass {
  reason: string | null;
  patient: string | null;
  until: Date | null;
}

async function checkSession(db: Db, secret: string, now: Date, stated: Purpose | undefined): Promise<Identity> {
  const idle = new Date(now.getTime() - IDLE_MS);
  const row = await db.maybe<
    AccountRow & {
      session: string;
      seenAt: Date;
      hash: Buffer;
      reason: string | null;
      glassPatient: string | null;
      until: Date | null;
    }
  >(sql`
    select ${ACCOUNT}, session.id as session, session.seen_at as "seenAt", session.hash, session.glass_reason as reason,
      session.glass_patient as "glassPatient", session.glass_until as until
    from access.session join access.account on account.id = session.account
    where session.hash = ${hashSecret(secret)} and session.ended_at is null and session.expires_at > ${now} and session.seen_at > ${idle}
      and account.disabled_at is null
  `);
  if (row === undefined) throw new Problem('unauthenticated', 'the session is over: sign in again');
  if (now.getTime() - row.seenAt.getTime() > SEEN_EVERY_MS) {
    await db.run(sql`update access.session set seen_at = greatest(seen_at, ${now}) where hash = ${row.hash}`);
  }
  const identity = { ...identityOf(row, 'session', stated), session: row.session };
  // A glass is broken to treat somebody: who says to look for another purpose, looks without it.
  if (stated !== undefined && stated !== 'TREAT') return identity;
  return withGlass(identity, { reason: row.reason, patient: row.glassPatient, until: row.until }, now);
}

function withGlass(identity: Identity, { reason, patient, until }: Glass, now: Date): Identity {
  if (reason === null || until === null || until <= now) return identity;
  const grant = writeGrant({ type: '*', verbs: 'rs', scope: 'all', ...(patient !== null && { patient }) });
  const permissions = new Set([...identity.actor.permissions, grant]);
  return {
    ...identity,
    actor: { ...identity.actor, permissions, purpose: 'BTG', breakGlass: reason },
    glassUntil: until,
  };
}

function identityOf(row: AccountRow, via: Identity['via'], stated: Purpose | undefined): Identity {
  const { id, username, name, roles, organizations, patient, language, mustChange, everything, policies } = row;
  const { permissions, purpose, ...rest } = standingOf(
    roles,
    (asked) => (everything ? EVERYTHING : readPolicies(policies ?? '', asked)),
    stated,
  );
  const actor: Actor = { id, name, roles, organizations, permissions, purpose, ...(patient !== null && { patient }) };
  return { actor, username, language, via, mustChange, ...rest };
}

function policiesOf(roles: ReturnType<typeof sql>) {
  return sql`(select string_agg(concat_ws(' ', role, target, scope, verbs, array_to_string(purposes, ',')), E'\n' order by role, target, scope)
    from access.policy where role = any(${roles}))`;
}

const ACCOUNT = sql`account.id, account.username, account.name, account.roles, account.organizations, account.patient, account.language,
  account.everything, account.must_change as "mustChange", ${policiesOf(sql`account.roles`)} as policies`;

const EVERYTHING: ReadonlySet<string> = new Set(['*']);

/** Policies change seldom: the same text gives the same set, so that it is taken apart once. */
const known = new Map<string, ReadonlySet<string>>();
function readPolicies(text: string, stated: Purpose | undefined): ReadonlySet<string> {
  const key = `${stated ?? ''}\n${text}`;
  let permissions = known.get(key);
  if (permissions === undefined) {
    const policies = text
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [role = '', target = '', scope = '', verbs = '', purposes = ''] = line.split(' ');
        return { role, target, scope, verbs, purposes: purposes.split(',').filter(isPurpose) } as Policy;
      });
    permissions = permissionsOf(policies, stated);
    if (known.size >= 500) known.clear();
    known.set(key, permissions);
  }
  return permissions;
}
