import { type Context, ROLES } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { record } from './audit.ts';
import { ACT, type Policy } from './grants.ts';

/** All policies, some hundreds at the most. */
export function findPolicies(ctx: Context): Promise<Policy[]> {
  ctx.require('access.policy.manage');
  return ctx.db.rows<Policy>(
    sql`select role, target, scope, verbs, purposes from access.policy order by role, target, scope limit 5000`,
  );
}

/** Grants or changes one policy; it holds from the next request on. */
export async function putPolicy(ctx: Context, policy: Policy): Promise<void> {
  ctx.require('access.policy.manage');
  checkPolicy(policy);
  const { role, target, scope, verbs, purposes = [] } = policy;
  await ctx.db.transaction(async (tx) => {
    await tx.run(sql`
      insert into access.policy (role, target, scope, verbs, purposes) values (${role}, ${target}, ${scope}, ${verbs}, ${purposes}::text[])
      on conflict (role, target, scope) do update set verbs = excluded.verbs, purposes = excluded.purposes
    `);
    await record(ctx, tx, { act: 'access.policy-put', subject: role, detail: { ...policy } });
  });
}

/** @throws Problem `not-found` when there is no such policy */
export async function removePolicy(
  ctx: Context,
  { role, target, scope }: Omit<Policy, 'verbs' | 'purposes'>,
): Promise<void> {
  ctx.require('access.policy.manage');
  checkOwnRope({ role, target });
  await ctx.db.transaction(async (tx) => {
    const { verbs, purposes } = await tx.one<Pick<Policy, 'verbs' | 'purposes'>>(
      sql`delete from access.policy where role = ${role} and target = ${target} and scope = ${scope} returning verbs, purposes`,
    );
    const detail = { role, target, scope, verbs, purposes };
    await record(ctx, tx, { act: 'access.policy-removed', subject: role, detail });
  });
}

function checkPolicy({ role, target, scope, verbs, purposes = [] }: Policy): void {
  if (role === 'system' || !(ROLES as readonly string[]).includes(role))
    throw new Problem('invalid', 'there is no such role', { role });
  const act = ACT.test(target);
  if (!act && target !== '*' && !/^[A-Z][A-Za-z]+$/.test(target)) {
    throw new Problem('invalid', 'a policy is about an act, a resource type or *', { target });
  }
  const fits = act ? verbs === 'x' : scope === 'none' ? verbs === '' : /^c?r?u?d?s?$/.test(verbs) && verbs !== '';
  if (!fits)
    throw new Problem(
      'invalid',
      'the verbs are x for an act, letters of cruds for a resource type, none for scope none',
      { verbs },
    );
  if (scope === 'none' && purposes.length > 0)
    throw new Problem('invalid', 'what takes a type away holds for every purpose');
  if (role === 'administrator' && !act && scope !== 'catalogue' && scope !== 'none') {
    throw new Problem('forbidden', 'an administrator administers accounts, not patients');
  }
}

/** The administrators' own way back stays. */
function checkOwnRope({ role, target }: Pick<Policy, 'role' | 'target'>): void {
  if (role === 'administrator' && ['access.policy.manage', 'access.account.manage'].includes(target)) {
    throw new Problem('conflict', 'without this policy nobody could administer access');
  }
}
