import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { type Actor, type Db, ROLES, type Role } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { findIdentity, findStanding, type Identity, type JwtCheck } from '../authenticate.ts';
import { narrow } from '../grants.ts';
import type { Purpose } from '../purposes.ts';
import { findEnabledClient } from './clients.ts';
import { findKeys, publicPart } from './keys.ts';

/** An issuer elsewhere whose tokens are believed. */
export interface ExternalIssuer {
  issuer: string;
  /** What its tokens must name; asked at each use. */
  audience: () => string;
  /** Which claims say what, as paths with dots: `roles` -> `realm_access.roles`. */
  claims: Readonly<Partial<Record<'roles' | 'organizations' | 'patient' | 'name', string>>>;
}

export interface JwtParts {
  db: Db;
  /** Our own issuer and the audience of its tokens, the address of /fhir. */
  issuer: () => string;
  audience: () => string;
  external: ExternalIssuer | undefined;
  now: () => Date;
}

/**
 * Tells who is behind a JWT of our own provider or of the external issuer. Everything that is wrong with a token is told alike.
 *
 * @throws Problem `unauthenticated`, or `unavailable` when the external issuer's keys cannot be fetched
 */
export function makeJwtCheck({ db, issuer, audience, external, now }: JwtParts): JwtCheck {
  const ours = ownKeys(db);
  const theirs = external === undefined ? undefined : externalKeys(external.issuer);
  return async (jwt, stated) => {
    const named = issuerOf(jwt);
    if (named === issuer()) {
      const options = { issuer: issuer(), audience: audience(), currentDate: now(), algorithms: ['ES256', 'RS256'] };
      return ownIdentity(db, await verify(jwt, ours, { ...options, typ: 'at+jwt' }), stated);
    }
    if (external !== undefined && theirs !== undefined && named === external.issuer) {
      const options = {
        issuer: external.issuer,
        audience: external.audience(),
        currentDate: now(),
        algorithms: ASYMMETRIC,
      };
      return externalIdentity(db, await verify(jwt, await theirs(), options), external, stated);
    }
    throw refused();
  };
}

/** Never `none`, never a shared secret. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_SKEW_S = 30;

async function verify(
  jwt: string,
  keys: JWTVerifyGetKey,
  options: NonNullable<Parameters<typeof jwtVerify>[2]>,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(jwt, keys, {
      ...options,
      clockTolerance: CLOCK_SKEW_S,
      requiredClaims: ['exp', 'sub'],
    });
    return payload;
  } catch (cause) {
    if (cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSTimeout)) throw refused(cause);
    if (cause instanceof Problem) throw cause;
    throw new Problem('unavailable', "the issuer's keys cannot be fetched", {}, { cause });
  }
}

async function ownIdentity(db: Db, payload: JWTPayload, stated: Purpose | undefined): Promise<Identity> {
  const { sub = '', client_id: clientId, scope, patient } = payload;
  const client = await findEnabledClient(db, String(clientId));
  if (client === undefined) throw refused();
  const account = sub === clientId ? client.account : sub;
  const identity = account === null ? undefined : await findIdentity(db, account, stated);
  if (identity === undefined) throw refused();
  const launch = typeof patient === 'string' ? patient : identity.actor.patient;
  const permissions = narrow(identity.actor.permissions, smartScopes(scope), launch);
  return { ...identity, actor: { ...identity.actor, permissions } };
}

async function externalIdentity(
  db: Db,
  payload: JWTPayload,
  { claims }: ExternalIssuer,
  stated: Purpose | undefined,
): Promise<Identity> {
  const roles = textsAt(payload, claims.roles ?? 'roles').filter(
    (role): role is Role => (ROLES as readonly string[]).includes(role) && role !== 'system',
  );
  const [patient] = textsAt(payload, claims.patient ?? 'patient');
  const [name = 'unnamed'] = textsAt(payload, claims.name ?? 'name');
  const { permissions: held, purpose, ...rest } = await findStanding(db, roles, stated);
  const scopes = smartScopes(payload['scope']);
  const actor: Actor = {
    id: `external/${payload.sub}`,
    name,
    roles,
    organizations: textsAt(payload, claims.organizations ?? 'organizations'),
    // An issuer that knows no SMART scopes leaves the role's permissions as they are.
    permissions: scopes.length === 0 ? held : narrow(held, scopes, patient),
    purpose,
    ...(patient !== undefined && { patient }),
  };
  return {
    actor,
    username: String(payload['preferred_username'] ?? actor.id),
    language: 'en',
    via: 'oidc',
    mustChange: false,
    ...rest,
  };
}

/** `*` and names of acts are for our own tokens: a JWT's scopes are SMART scopes. */
function smartScopes(scope: unknown): string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((text) => text.includes('/')) : [];
}

function textsAt(payload: JWTPayload, path: string): string[] {
  const found = path
    .split('.')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], payload);
  const values = Array.isArray(found) ? found : [found];
  return values.filter((value): value is string => typeof value === 'string' && value !== '').slice(0, 100);
}

function issuerOf(jwt: string): string | undefined {
  try {
    return decodeJwt(jwt).iss;
  } catch (cause) {
    throw refused(cause);
  }
}

function refused(cause?: unknown): Problem {
  return new Problem('unauthenticated', 'the token is unknown, expired or revoked', {}, { cause });
}

/** Our keys, read again when a token names one that is not known yet, at most every ten seconds. */
function ownKeys(db: Db): JWTVerifyGetKey {
  let set: JWTVerifyGetKey | undefined;
  let readAt = 0;
  const read = async () => {
    readAt = Date.now();
    set = createLocalJWKSet({ keys: (await findKeys(db)).map(publicPart) });
    return set;
  };
  return async (header, token) => {
    try {
      return await (set ?? (await read()))(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || Date.now() - readAt < 10_000) throw error;
      return (await read())(header, token);
    }
  };
}

/** The external issuer's keys, found by its discovery document at the first token; kept and renewed by jose. */
function externalKeys(issuer: string): () => Promise<JWTVerifyGetKey> {
  let found: Promise<JWTVerifyGetKey> | undefined;
  return () => {
    found ??= discover(issuer).catch((cause: unknown) => {
      found = undefined;
      throw new Problem('unavailable', "the issuer's keys cannot be fetched", {}, { cause });
    });
    return found;
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
  const { issuer: told, jwks_uri: keys } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (told !== issuer || typeof keys !== 'string') throw new Error('the discovery document is of another issuer');
  return createRemoteJWKSet(new URL(keys), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
}
