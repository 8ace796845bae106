import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#kernel/problem';
import type { Access } from './access.ts';
import {
  type AccountChange,
  changeAccount,
  changePassword,
  createAccount,
  findAccounts,
  findTenants,
  type NewAccount,
  resetPassword,
} from './accounts.ts';
import { type AuditFilter, findAudit, type Outcome } from './audit.ts';
import { type Identity, requireOwnSite, sessionSecret } from './authenticate.ts';
import type { Policy } from './grants.ts';
import { findPolicies, putPolicy, removePolicy } from './policies.ts';
import { PURPOSES } from './purposes.ts';
import { breakGlass, SESSION_COOKIE, signIn, signOut } from './sessions.ts';
import { findDemoAccounts } from './start.ts';
import { createToken, findTokens, revokeToken } from './tokens.ts';

/** Sessions, accounts, tokens, policies, the audit trail and the broken glass over HTTP. */
export function accessRoutes(access: Access): (app: FastifyInstance, door: { publicUrl(): string }) => void {
  return (app, door) => {
    sessionRoutes(app, access, door);
    auditRoutes(app, access);
    accountRoutes(app, access);
    tokenRoutes(app, access);
    policyRoutes(app, access);
  };
}

function sessionRoutes(app: FastifyInstance, access: Access, door: { publicUrl(): string }): void {
  app.post<{ Body: { username: string; password: string } }>(
    '/api/session',
    { schema: { body: object({ username: text(200), password: text(500) }) }, config: SLOWLY },
    async (request, reply) => {
      // Signing a stranger's browser in to a known account is an attack too.
      if (request.headers.origin !== undefined) requireOwnSite(request);
      const before = sessionSecret(request);
      const { username, password } = request.body;
      const session = await signIn(access.doorContext(request), {
        username,
        password,
        ...(before !== undefined && { before }),
      });
      setCookie(reply, session.secret, door);
      const identity = await access.identify(withSession(request, session.secret));
      return reply.send({ actor: await describe(access, request, identity) });
    },
  );
  app.get('/api/session', async (request, reply) => {
    const identity = await access.identify(request);
    return reply.header('cache-control', 'no-store').send({ actor: await describe(access, request, identity) });
  });
  app.delete('/api/session', async (request, reply) => {
    const { actor } = await access.identify(request);
    const secret = sessionSecret(request);
    if (secret !== undefined) await signOut({ ...access.doorContext(request), actor }, secret);
    clearCookie(reply, door);
    return reply.code(204).send();
  });
  app.get('/api/session/demo', async (request, reply) => {
    const accounts = await findDemoAccounts(access.doorContext(request).db);
    return reply.header('cache-control', 'no-store').send({ accounts });
  });
  app.post<{ Body: { current: string; new: string } }>(
    '/api/session/password',
    { schema: { body: object({ current: text(500), new: text(500) }) }, config: SLOWLY },
    async (request, reply) => {
      const identity = await access.identify(request);
      requireSession(identity);
      const ctx = { ...access.doorContext(request), actor: identity.actor };
      const { current, new: next } = request.body;
      await changePassword(ctx, { old: current, next, username: identity.username, session: identity.session });
      return reply.code(204).send();
    },
  );
}

function auditRoutes(app: FastifyInstance, access: Access): void {
  const filter = optional({
    patient: maybeText(64),
    actor: maybeText(200),
    act: maybeText(200),
    outcome: { enum: ['', 'success', 'denied', 'failure'] },
    breakGlass: { type: 'boolean' },
    since: { type: 'string', format: 'date-time' },
    before: { type: 'string', format: 'date-time' },
    after: maybeText(200),
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  });
  interface Query {
    patient?: string;
    actor?: string;
    act?: string;
    outcome?: Outcome;
    breakGlass?: boolean;
    since?: string;
    before?: string;
    after?: string;
    limit: number;
  }
  app.get<{ Querystring: Query }>('/api/access/audit', { schema: { querystring: filter } }, async (request) => {
    const ctx = await access.context(request);
    const { since, before, after, ...query } = request.query;
    const asked: AuditFilter = given({
      ...query,
      since: since === undefined ? undefined : new Date(since),
      before: before === undefined ? undefined : new Date(before),
      after: after === undefined || after === '' ? undefined : readKey(after),
    });
    const rows = await findAudit(ctx, asked);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    return { rows, ...(last && { next: `${last.at.toISOString()}~${last.id}` }) };
  });
}

function accountRoutes(app: FastifyInstance, access: Access): void {
  const page = optional({
    q: maybeText(200),
    role: maybeText(50),
    after: maybeText(64),
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  });
  app.get<{ Querystring: { q?: string; role?: string; after?: string; limit: number } }>(
    '/api/access/accounts',
    { schema: { querystring: page } },
    async (request) => {
      const ctx = await access.context(request);
      const { q, role, after, limit } = request.query;
      const accounts = await findAccounts(ctx, given({ text: q, role, after, limit }));
      const last = accounts.length === limit ? accounts.at(-1) : undefined;
      return { accounts, ...(last && { next: last.username }) };
    },
  );
  const names = { type: 'array', maxItems: 100, items: text(64) } as const;
  const parts = {
    name: text(200),
    roles: names,
    organizations: names,
    patient: text(64),
    language: { enum: ['en', 'zh'] },
  };
  app.post<{ Body: NewAccount }>(
    '/api/access/accounts',
    {
      schema: {
        body: {
          ...optional({ ...parts, username: text(64), password: text(500) }),
          required: ['username', 'name', 'roles'],
        },
      },
    },
    async (request, reply) => {
      const ctx = await access.context(request);
      const account = await createAccount(ctx, { ...request.body, mustChange: request.body.password !== undefined });
      return reply.code(201).send(account);
    },
  );
  app.patch<{ Params: { id: string }; Body: AccountChange }>(
    '/api/access/accounts/:id',
    { schema: { body: optional({ ...parts, disabled: { type: 'boolean' } }) } },
    async (request) => changeAccount(await access.context(request), request.params.id, request.body),
  );
  app.post<{ Params: { id: string } }>('/api/access/accounts/:id/reset', async (request, reply) => {
    const password = await resetPassword(await access.context(request), request.params.id);
    return reply.header('cache-control', 'no-store').send({ password });
  });
}

function tokenRoutes(app: FastifyInstance, access: Access): void {
  app.get('/api/access/tokens', async (request) => {
    const ctx = await access.context(request);
    return { tokens: await findTokens(ctx, ctx.actor.id) };
  });
  const body = {
    ...optional({
      name: text(100),
      scopes: { type: 'array', maxItems: 100, items: text(200) },
      days: { type: 'integer', minimum: 1, maximum: 365, default: 90 },
    }),
    required: ['name'],
  };
  app.post<{ Body: { name: string; scopes?: string[]; days: number } }>(
    '/api/access/tokens',
    { schema: { body } },
    async (request, reply) => {
      const ctx = await access.context(request);
      // A token that made further tokens would outlive its own expiry and widen its own scopes.
      requireSession(await access.identify(request));
      const { name, scopes, days } = request.body;
      const expiresAt = new Date(ctx.now().getTime() + days * 86_400_000);
      const { secret, ...token } = await createToken(ctx, { name, expiresAt, ...(scopes && { scopes }) });
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...token, token: secret });
    },
  );
  app.delete<{ Params: { id: string } }>('/api/access/tokens/:id', async (request, reply) => {
    const ctx = await access.context(request);
    await revokeToken(ctx, ctx.actor.id, request.params.id);
    return reply.code(204).send();
  });
}

function policyRoutes(app: FastifyInstance, access: Access): void {
  app.get('/api/access/policies', async (request) => ({ policies: await findPolicies(await access.context(request)) }));
  const policy = {
    role: text(50),
    target: text(100),
    scope: { enum: ['all', 'organization', 'care', 'laboratory', 'self', 'catalogue', 'none'] },
  };
  app.put<{ Body: Policy }>(
    '/api/access/policies',
    {
      schema: {
        body: {
          ...optional({
            ...policy,
            verbs: { type: 'string', maxLength: 5 },
            purposes: { type: 'array', uniqueItems: true, items: { enum: PURPOSES } },
          }),
          required: [...Object.keys(policy), 'verbs'],
        },
      },
    },
    async (request, reply) => {
      await putPolicy(await access.context(request), request.body);
      return reply.code(204).send();
    },
  );
  app.delete<{ Querystring: Omit<Policy, 'verbs' | 'purposes'> }>(
    '/api/access/policies',
    { schema: { querystring: object(policy) } },
    async (request, reply) => {
      await removePolicy(await access.context(request), request.query);
      return reply.code(204).send();
    },
  );
  app.post<{ Body: { reason: string; patient?: string } }>(
    '/api/access/break-glass',
    { schema: { body: { ...optional({ reason: text(500), patient: text(64) }), required: ['reason'] } } },
    async (request) => {
      const { session } = await access.identify(request);
      return breakGlass(await access.context(request), { session, ...request.body });
    },
  );
}

/** What the app needs to know of who is signed in. */
async function describe(
  access: Access,
  request: FastifyRequest,
  { actor, username, language, via, mustChange, glassUntil, purposes }: Identity,
) {
  const ctx = access.doorContext(request);
  const { id, name, roles, patient, purpose, breakGlass: reason } = actor;
  const organizations = await findTenants(ctx.db, actor.organizations, ctx.language);
  const permissions = new Set(
    [...actor.permissions].filter((held) => !held.startsWith('fhir:')).map((held) => held.split('@', 1)[0]),
  );
  const glass = reason === undefined ? {} : { breakGlass: { reason, until: glassUntil } };
  return {
    id,
    username,
    name,
    roles,
    organizations,
    patient,
    permissions: [...permissions].sort(),
    language,
    via,
    mustChange,
    purpose,
    purposes,
    ...glass,
  };
}

function requireSession(identity: Identity): asserts identity is Identity & { session: string } {
  if (identity.session === undefined)
    throw new Problem('forbidden', 'only a person who is signed in may do that, not a token');
}

function withSession(request: FastifyRequest, secret: string): FastifyRequest {
  const { authorization: _, ...headers } = request.headers;
  return {
    headers: { ...headers, cookie: `${SESSION_COOKIE}=${secret}` },
    method: 'GET',
    host: request.host,
  } as FastifyRequest;
}

function setCookie(reply: FastifyReply, secret: string, door: { publicUrl(): string }): void {
  reply
    .header('cache-control', 'no-store')
    .header('set-cookie', `${SESSION_COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Lax${secureOf(door)}`);
}

function clearCookie(reply: FastifyReply, door: { publicUrl(): string }): void {
  reply.header('set-cookie', `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0${secureOf(door)}`);
}

function secureOf(door: { publicUrl(): string }): string {
  return door.publicUrl().startsWith('https:') ? '; Secure' : '';
}

function readKey(after: string): { at: Date; id: string } {
  const [at = '', id = ''] = after.split('~');
  const date = new Date(at);
  if (Number.isNaN(date.getTime()) || id === '') throw new Problem('invalid', 'this is no key of a page');
  return { at: date, id };
}

/** Password checks cost 19 MiB each: no address asks for many. */
const SLOWLY = { rateLimit: { max: 300, timeWindow: '1 minute' } };

function text(maxLength: number) {
  return { type: 'string', minLength: 1, maxLength } as const;
}

function maybeText(maxLength: number) {
  return { type: 'string', maxLength } as const;
}

function optional<P extends object>(properties: P) {
  return { type: 'object', additionalProperties: false, properties } as const;
}

function object<P extends object>(properties: P) {
  return { ...optional(properties), required: Object.keys(properties) } as const;
}

type Given<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

/** Leaves out what is undefined or empty, so that it counts as not given. */
function given<T extends object>(parts: T): Given<T> {
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined && value !== ''),
  ) as Given<T>;
}
