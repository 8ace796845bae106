import { type FastifyInstance, fastify } from 'fastify';
import { findPermissions } from '#kernel/access';
import { readConfig } from '#kernel/config';
import { type Context, type Db, makeContext, ROLES } from '#kernel/context';
import { type Door, sendProblem } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { testActor } from './context.ts';
import { noLake } from './lake.ts';

/** Routes over one database, with an actor of every role, each of an organization of its own: `o-<role>`. Say who asks in `x-who`. */
export async function clusterApp(
  db: Db,
  routes: (app: FastifyInstance, door: Door) => void | Promise<void>,
  now: () => Date = () => new Date(),
): Promise<{ app: FastifyInstance; who: ReadonlyMap<string, Context> }> {
  const who = new Map<string, Context>();
  for (const role of ROLES) {
    const actor = testActor(role, { organizations: [`o-${role}`], permissions: await findPermissions(db, [role]) });
    who.set(role, makeContext({ actor, db, log: silentLog, now }));
  }
  const app = fastify();
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
  const door = {
    config: readConfig({}),
    pool: db,
    lake: noLake,
    log: silentLog,
    publicUrl: () => 'http://test',
    context: async ({ headers }: { headers: Record<string, unknown> }) => {
      const found = who.get(String(headers['x-who']));
      if (found === undefined) throw new Problem('unauthenticated', 'nobody is signed in');
      return found;
    },
  } as unknown as Door;
  await app.register(async (part) => routes(part, door));
  return { app, who };
}
