import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Context, Db } from '#kernel/context';
import { sql } from '#kernel/sql';
import { findClientMetadata } from './clients.ts';

/** What the identity provider remembers, in PostgreSQL: any process answers the next request. */
export function memoryOf(db: Db, now: () => Date): (kind: string) => Adapter {
  return (kind) => {
    const find = async (column: 'id' | 'uid', value: string): Promise<AdapterPayload | undefined> => {
      const where = column === 'id' ? sql`id = ${value}` : sql`uid = ${value}`;
      const row = await db.maybe<{ payload: AdapterPayload; consumedAt: Date | null }>(sql`
        select payload, consumed_at as "consumedAt" from access.oidc_memory
        where kind = ${kind} and ${where} and (expires_at is null or expires_at > ${now()})
      `);
      if (row === undefined) return undefined;
      const { payload, consumedAt } = row;
      return consumedAt === null ? payload : { ...payload, consumed: Math.floor(consumedAt.getTime() / 1000) };
    };
    return {
      async upsert(id, payload, expiresIn) {
        const expiresAt = expiresIn === undefined ? null : new Date(now().getTime() + expiresIn * 1000);
        const { grantId = null, uid = null } = payload;
        await db.run(sql`
          insert into access.oidc_memory (kind, id, payload, grant_id, uid, expires_at)
          values (${kind}, ${id}, ${JSON.stringify(payload)}, ${grantId}, ${uid}, ${expiresAt})
          on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
            expires_at = excluded.expires_at
        `);
      },
      find: (id) => (kind === 'Client' ? findClientMetadata(db, id) : find('id', id)),
      findByUid: (uid) => find('uid', uid),
      findByUserCode: async () => undefined,
      async consume(id) {
        await db.run(sql`update access.oidc_memory set consumed_at = ${now()} where kind = ${kind} and id = ${id}`);
      },
      async destroy(id) {
        await db.run(sql`delete from access.oidc_memory where kind = ${kind} and id = ${id}`);
      },
      async revokeByGrantId(grantId) {
        await db.run(sql`delete from access.oidc_memory where kind = ${kind} and grant_id = ${grantId}`);
      },
    };
  };
}

/** Deletes what has expired. */
export async function sweepMemory(ctx: Context): Promise<void> {
  await ctx.db.run(sql`delete from access.oidc_memory where expires_at < ${ctx.now()}`);
  await ctx.db.run(sql`
    delete from access.oidc_launch
    where made_at < ${new Date(ctx.now().getTime() - 3_600_000)}
      and not exists (select 1 from access.oidc_memory where kind = 'Grant' and id = oidc_launch.grant_id)
  `);
}

export async function rememberPatient(ctx: Context, grantId: string, patient: string): Promise<void> {
  await ctx.db.run(
    sql`insert into access.oidc_launch (grant_id, patient, made_at) values (${grantId}, ${patient}, ${ctx.now()})`,
  );
}

export async function patientOfGrant(db: Db, grantId: string): Promise<string | undefined> {
  return (await db.maybe<{ patient: string }>(sql`select patient from access.oidc_launch where grant_id = ${grantId}`))
    ?.patient;
}
