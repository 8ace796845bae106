import { type Actor, type Context, type ContextParts, type Db, makeContext, type Role } from '#kernel/context';
import { silentLog } from '#kernel/log';

/** A context whose clock and ids a test can hold in its hand; the actor may do everything unless told otherwise. */
export function testContext(
  db: Db,
  parts: Partial<Omit<ContextParts, 'actor' | 'db'>> & { actor?: Partial<Actor> } = {},
): Context {
  const { actor, ...rest } = parts;
  return makeContext({
    db,
    log: silentLog,
    ...rest,
    actor: testActor('administrator', { permissions: new Set(['*']), ...actor }),
  });
}

export function testActor(role: Role, parts: Partial<Actor> = {}): Actor {
  return {
    id: `test/${role}`,
    name: role,
    roles: [role],
    organizations: [],
    permissions: new Set(),
    purpose: 'TREAT',
    ...parts,
  };
}
