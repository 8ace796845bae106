import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Context, Db } from '#kernel/context';
import { sql } from '#kernel/sql';
import { makeSecret } from '../secrets.ts';

/** A private key of the identity provider. */
export type SigningKey = JWK & { kid: string; alg: string };

/** RS256 because every OpenID Connect client can check it, ES256 for access tokens because it is checked at every request. */
const ALGORITHMS = ['ES256', 'RS256'] as const;
const DAY_MS = 86_400_000;
const ROTATE_AFTER_MS = 90 * DAY_MS;
/** Nothing signed lives longer than a day. */
const PUBLISHED_AFTER_MS = 2 * DAY_MS;

/** Newest first. */
export async function findKeys(db: Db): Promise<SigningKey[]> {
  const rows = await db.rows<{ jwk: SigningKey }>(
    sql`select jwk from access.signing_key order by made_at desc, kid limit 20`,
  );
  return rows.map(({ jwk }) => jwk);
}

/** Makes the first keys, a new one of each kind every 90 days, and forgets those whose signatures have all expired. */
export async function rotateKeys(ctx: Context): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.run(sql`select pg_advisory_xact_lock(hashtextextended('access keys', 0))`);
    const now = ctx.now().getTime();
    for (const alg of ALGORITHMS) {
      const young = await tx.maybe(
        sql`select 1 from access.signing_key where alg = ${alg} and made_at > ${new Date(now - ROTATE_AFTER_MS)}`,
      );
      if (young !== undefined) continue;
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      const jwk: SigningKey = { ...(await exportJWK(privateKey)), kid: makeSecret().slice(0, 16), alg, use: 'sig' };
      await tx.run(sql`
        insert into access.signing_key (kid, alg, jwk, made_at) values (${jwk.kid}, ${alg}, ${JSON.stringify(jwk)}, ${ctx.now()})
      `);
    }
    await tx.run(
      sql`delete from access.signing_key where made_at < ${new Date(now - ROTATE_AFTER_MS - PUBLISHED_AFTER_MS)}`,
    );
  });
}

const COOKIE_SECRET = 'access.oidc-cookie-secret';

/** Signs the provider's own cookies. */
export async function ensureCookieSecret(db: Db): Promise<string> {
  await db.run(sql`
    insert into kernel.setting (name, value) values (${COOKIE_SECRET}, ${JSON.stringify(makeSecret())}) on conflict do nothing
  `);
  return (await db.one<{ value: string }>(sql`select value from kernel.setting where name = ${COOKIE_SECRET}`)).value;
}

export function publicPart({ kty, kid, alg, use, crv, x, y, n, e }: JWK): JWK {
  const parts = { kty, kid, alg, use, crv, x, y, n, e };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as JWK;
}
