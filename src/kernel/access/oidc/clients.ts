import { importJWK, type JWK } from 'jose';
import type { AdapterPayload } from 'oidc-provider';
import type { Context, Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { record } from '../audit.ts';
import { readSmartScope } from '../grants.ts';

/** An application that asks people for access, or acts on its own behalf. */
export interface Client {
  id: string;
  name: string;
  redirectUris: string[];
  /** Public keys; without them the client is public. */
  jwks: { keys: JWK[] } | null;
  account: string | null;
  scopes: string[] | null;
  createdAt: Date;
  disabled: boolean;
}

export interface NewClient {
  id: string;
  name: string;
  redirectUris?: readonly string[];
  jwks?: { keys: readonly JWK[] };
  account?: string;
  scopes?: readonly string[];
}

const MOST = 200;
const PLAIN_SCOPES = ['openid', 'profile', 'fhirUser', 'offline_access', 'online_access', 'launch', 'launch/patient'];
/** Algorithms a client may prove itself by; SMART App Launch 2 requires RS384 and ES384. */
export const CLIENT_ALGORITHMS = ['RS384', 'ES384', 'RS256', 'ES256'] as const;

export async function createClient(ctx: Context, client: NewClient): Promise<Client> {
  ctx.require('access.client.manage');
  await checkClient(client);
  const { id, name, redirectUris = [], jwks, account, scopes } = client;
  return ctx.db.transaction(async (tx) => {
    if (account !== undefined) await tx.one(sql`select 1 from access.account where id = ${account} and not everything`);
    const made = await tx.maybe<Client>(sql`
      insert into access.client (id, name, redirect_uris, jwks, account, scopes, created_at, created_by)
      values (${id}, ${name}, ${redirectUris}, ${jwks === undefined ? null : JSON.stringify(jwks)}, ${account ?? null}, ${scopes ?? null},
        ${ctx.now()}, ${ctx.actor.id})
      on conflict (id) do nothing
      returning ${SELECTED}
    `);
    if (made === undefined) throw new Problem('conflict', 'the client id is taken');
    await record(ctx, tx, { act: 'access.client-created', subject: id, detail: { redirectUris, scopes } });
    return made;
  });
}

export function findClients(ctx: Context): Promise<Client[]> {
  ctx.require('access.client.manage');
  return ctx.db.rows<Client>(sql`select ${SELECTED} from access.client order by id limit ${MOST}`);
}

/** Its tokens are refused from now on. @throws Problem `not-found` */
export async function disableClient(ctx: Context, id: string): Promise<void> {
  ctx.require('access.client.manage');
  await ctx.db.transaction(async (tx) => {
    await tx.one(
      sql`update access.client set disabled_at = ${ctx.now()} where id = ${id} and disabled_at is null returning 1`,
    );
    await record(ctx, tx, { act: 'access.client-disabled', subject: id });
  });
}

export interface EnabledClient {
  account: string | null;
  scopes: string[] | null;
}

export function findEnabledClient(db: Db, id: string): Promise<EnabledClient | undefined> {
  return db.maybe(sql`select account, scopes from access.client where id = ${id} and disabled_at is null`);
}

/** A client as the identity provider wants it. */
export async function findClientMetadata(db: Db, id: string): Promise<AdapterPayload | undefined> {
  const client = await db.maybe<Client>(
    sql`select ${SELECTED} from access.client where id = ${id} and disabled_at is null`,
  );
  if (client === undefined) return undefined;
  const { name, redirectUris, jwks, account } = client;
  const interactive = redirectUris.length > 0;
  const grants = [
    ...(interactive ? ['authorization_code', 'refresh_token'] : []),
    ...(account === null ? [] : ['client_credentials']),
  ];
  return {
    client_id: id,
    client_name: name,
    redirect_uris: redirectUris,
    response_types: interactive ? ['code'] : [],
    grant_types: grants,
    // Loopback addresses and schemes of their own mark an application on a device.
    application_type: redirectUris.every((uri) => uri.startsWith('https:')) ? 'web' : 'native',
    ...(jwks === null
      ? { token_endpoint_auth_method: 'none' }
      : {
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: jwks as unknown as NonNullable<AdapterPayload['jwks']>,
        }),
  };
}

async function checkClient({ id, name, redirectUris = [], jwks, account, scopes }: NewClient): Promise<void> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{2,99}$/.test(id))
    throw new Problem('invalid', 'a client id has 3 to 100 letters, digits, dots and dashes');
  if (name.trim() === '') throw new Problem('invalid', 'a client has a name');
  if (redirectUris.length === 0 && account === undefined) {
    throw new Problem('invalid', 'a client has an address to return to, or an account to act as');
  }
  if (account !== undefined && jwks === undefined) {
    throw new Problem('invalid', 'a client that acts on its own behalf proves itself by a key: give its jwks');
  }
  for (const uri of redirectUris) checkRedirect(uri);
  const unknown = scopes?.find((scope) => !PLAIN_SCOPES.includes(scope) && readSmartScope(scope) === undefined);
  if (unknown !== undefined) throw new Problem('invalid', 'a client may ask for SMART scopes only', { scope: unknown });
  for (const key of jwks?.keys ?? []) {
    const { d, k, alg } = key;
    const fits = (CLIENT_ALGORITHMS as readonly unknown[]).includes(alg) && d === undefined && k === undefined;
    if (!fits) throw new Problem('invalid', 'a key of a client is a public one for RS384, ES384, RS256 or ES256');
    await importJWK(key).catch((cause: unknown) => {
      throw new Problem('invalid', 'a key of the client cannot be read', {}, { cause });
    });
  }
}

function checkRedirect(uri: string): void {
  const url = URL.parse(uri);
  if (url === null || url.hash !== '') throw new Problem('invalid', 'this is no address to return to', { uri });
  const local = url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const own = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol);
  if (url.protocol !== 'https:' && !local && !own) {
    throw new Problem(
      'invalid',
      'an address to return to is https, on this machine, or a scheme like org.example.app:',
      { uri },
    );
  }
}

const SELECTED = sql`id, name, redirect_uris as "redirectUris", jwks, account, scopes, created_at as "createdAt",
  disabled_at is not null as disabled`;
