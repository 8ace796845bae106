import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, expect } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, type Context, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import { testActor, testContext } from './context.ts';
import { testDatabase } from './postgres.ts';

/** A server without routes, which answers with a Problem as it is. */
export function problemApp(): FastifyInstance {
  const app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.code(error.status).send({ kind: error.kind, message: error.message, facts: error.facts });
  });
  return app;
}

export interface Visits {
  pool: Pool;
  app: FastifyInstance;
  /** Milliseconds since 1970, for the test to move. */
  clock: { now: number };
  /** Whoever asks from now on: a role as the migrations made it, in an organization. */
  become(role: Role, organization?: string): void;
  own(): Context;
  /** Asks below the root, and expects the status. */
  send<T>(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, status?: number): Promise<T>;
}

/** Routes on a database of their own, visited by the regulator until another comes. */
export async function visitRoutes(
  root: string,
  routes: readonly ((app: FastifyInstance, door: Door) => void | Promise<void>)[],
): Promise<Visits> {
  const pool = await testDatabase();
  const permissions = new Map<Role, ReadonlySet<string>>();
  for (const role of ROLES) permissions.set(role, await findPermissions(pool, [role]));
  const clock = { now: Date.parse('2026-11-22T04:00:00Z') };
  let actor: Actor;
  const become = (role: Role, organization?: string): void => {
    actor = testActor(role, {
      id: `test/${role}/${organization ?? ''}`,
      permissions: permissions.get(role) ?? new Set(),
      organizations: organization === undefined ? [] : [organization],
    });
  };
  become('regulator');
  const own = () => testContext(pool, { actor, now: () => new Date(clock.now) });
  const app = problemApp();
  afterAll(() => app.close());
  const door = { pool, log: silentLog, context: async () => own() } as unknown as Door;
  for (const each of routes) await each(app, door);
  return {
    pool,
    app,
    clock,
    become,
    own,
    async send<T>(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, status = 200) {
      const answer = await app.inject({ method, url: `${root}${path}`, ...(payload && { payload }) });
      expect(answer.statusCode, answer.body).toBe(status);
      return answer.json<T>();
    },
  };
}
