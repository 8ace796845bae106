import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { record } from './audit.ts';
import { ACT, LAKE_SCOPE, readSmartScope } from './grants.ts';
import { hashSecret, makeSecret } from './secrets.ts';

/** A personal access token; its secret is shown once, when it is made. */
export interface Token {
  id: string;
  name: string;
  /** Names of acts and SMART scopes; `*` is all that the account may. */
  scopes: string[];
  /** Its first characters, to tell it from others. */
  hint: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewToken {
  name: string;
  scopes?: readonly string[];
  expiresAt?: Date;
}

const PREFIX = 'bny_';
const MOST_SCOPES = 100;
const MOST_TOKENS = 100;

/** A token of the actor's own account. */
export function createToken(ctx: Context, token: NewToken): Promise<Token & { secret: string }> {
  return createTokenFor(ctx, ctx.actor.id, token);
}

/** A token for any account: for the command line and the first start. */
export async function createTokenFor(
  ctx: Context,
  account: string,
  { name, scopes = ['*'], expiresAt }: NewToken,
  secret = makeToken(),
) {
  if (name.trim() === '' || name.length > 100)
    throw new Problem('invalid', 'a token has a name of 1 to 100 characters');
  checkScopes(scopes);
  if (expiresAt !== undefined && !(expiresAt > ctx.now()))
    throw new Problem('invalid', 'a token expires in the future');
  return ctx.db.transaction(async (tx) => {
    const { count } = await tx.one<{ count: number }>(
      sql`select count(*) from access.token where account = ${account} and revoked_at is null and (expires_at is null or expires_at > ${ctx.now()})`,
    );
    if (count >= MOST_TOKENS)
      throw new Problem('conflict', 'the account has too many tokens: revoke one first', { most: MOST_TOKENS });
    const token = await tx.one<Token>(sql`
      insert into access.token (hash, id, account, name, scopes, hint, created_at, expires_at)
      values (${hashSecret(secret)}, ${ctx.newId()}, ${account}, ${name}, ${scopes}, ${secret.slice(0, 8)}, ${ctx.now()}, ${expiresAt ?? null})
      returning ${SELECTED}
    `);
    await record(ctx, tx, { act: 'access.token-created', subject: token.id, detail: { account, scopes } });
    return { ...token, secret };
  });
}

export function makeToken(): string {
  return PREFIX + makeSecret();
}

/** Newest first. */
export function findTokens(ctx: Context, account: string): Promise<Token[]> {
  return ctx.db.rows<Token>(sql`
    select ${SELECTED} from access.token where account = ${account} order by created_at desc, id limit ${MOST_TOKENS * 2}
  `);
}

/** @throws Problem `not-found` when the account has no such token in force */
export async function revokeToken(ctx: Context, account: string, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.one(sql`
      update access.token set revoked_at = ${ctx.now()} where id = ${id} and account = ${account} and revoked_at is null returning 1
    `);
    await record(ctx, tx, { act: 'access.token-revoked', subject: id, detail: { account } });
  });
}

function checkScopes(scopes: readonly string[]): void {
  if (scopes.length === 0 || scopes.length > MOST_SCOPES) throw new Problem('invalid', 'a token has 1 to 100 scopes');
  const unknown = scopes.find(
    (scope) => scope !== '*' && scope !== LAKE_SCOPE && !ACT.test(scope) && readSmartScope(scope) === undefined,
  );
  if (unknown !== undefined) {
    throw new Problem('invalid', 'a scope is *, the name of an act, or a SMART scope such as user/Observation.rs', {
      scope: unknown,
    });
  }
}

const SELECTED = sql`id, name, scopes, hint, created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt",
  revoked_at as "revokedAt"`;
