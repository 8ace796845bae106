import { type Configuration, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Db } from '#kernel/context';
import type { Log } from '#kernel/log';
import { findIdentity } from '../authenticate.ts';
import { readSmartScope } from '../grants.ts';
import { CLIENT_ALGORITHMS, findEnabledClient } from './clients.ts';
import type { SigningKey } from './keys.ts';
import { memoryOf, patientOfGrant } from './memory.ts';

export interface ProviderParts {
  db: Db;
  log: Log;
  now: () => Date;
  keys: readonly SigningKey[];
  cookieSecret: string;
  issuer: string;
  /** The address of /fhir: the audience of access tokens. */
  fhir: string;
}

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** OpenID Connect and SMART App Launch 2: code with PKCE, refresh, client_credentials with private_key_jwt. */
export function makeProvider({ db, log, now, keys, cookieSecret, issuer, fhir }: ProviderParts): Provider {
  const configuration: Configuration = {
    adapter: memoryOf(db, now),
    jwks: { keys: [...keys] as NonNullable<Configuration['jwks']>['keys'] },
    cookies: {
      keys: [cookieSecret],
      names: { session: 'banyan_oidc', interaction: 'banyan_oidc_interaction', resume: 'banyan_oidc_resume' },
      long: { signed: true, httpOnly: true, sameSite: 'lax', path: '/oidc' },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    scopes: ['openid', 'profile', 'fhirUser', 'offline_access', 'online_access', 'launch', 'launch/patient'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], fhirUser: ['fhirUser'] },
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    clientAuthMethods: ['none', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: [...CLIENT_ALGORITHMS], idTokenSigningAlgValues: ['RS256', 'ES256'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      (code.scopes.has('offline_access') || code.scopes.has('online_access')),
    extraParams: {
      launch: null,
      aud: (_, value) => {
        if (value !== undefined && value !== fhir && value !== `${fhir}/`) {
          throw new errors.InvalidRequest('aud must be the address of the FHIR server');
        }
      },
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => fhir,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (ctx, resource, client) => {
          if (resource !== fhir && resource !== `${fhir}/`) throw new errors.InvalidTarget();
          const known = await findEnabledClient(db, client.clientId);
          const scope = grantableScopes(ctx, known?.scopes ?? undefined).join(' ');
          return {
            scope,
            audience: fhir,
            accessTokenFormat: 'jwt',
            accessTokenTTL: HOUR_S,
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    ttl: {
      AccessToken: HOUR_S,
      AuthorizationCode: 60,
      ClientCredentials: 300,
      IdToken: HOUR_S,
      Interaction: HOUR_S / 2,
      Session: 12 * HOUR_S,
      Grant: 14 * DAY_S,
      RefreshToken: (_, token) => (token.scopes.has('offline_access') ? 14 * DAY_S : 12 * HOUR_S),
    },
    interactions: { url: (_, interaction) => `/oidc/interaction/${interaction.uid}` },
    findAccount: async (_, id) => {
      const identity = await findIdentity(db, id);
      if (identity === undefined) return undefined;
      const { name, patient } = identity.actor;
      return {
        accountId: id,
        claims: async () => ({
          sub: id,
          name,
          preferred_username: identity.username,
          ...(patient !== undefined && { fhirUser: `${fhir}/Patient/${patient}` }),
        }),
      };
    },
    extraTokenClaims: async (_, token) => {
      const patient =
        'grantId' in token && token.grantId !== undefined ? await patientOfGrant(db, token.grantId) : undefined;
      return patient === undefined ? undefined : { patient };
    },
    clientBasedCORS: (_, origin, client) =>
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    renderError: async (ctx, { error, error_description: about }) => {
      ctx.type = 'json';
      ctx.body = { error: { kind: 'invalid', message: String(about ?? error), facts: { error }, issues: [] } };
    },
  };
  const provider = new Provider(issuer, configuration);
  // The routes set the forwarded host to the public address: URLs never come from a header of the caller.
  provider.proxy = true;
  provider.on('server_error', (_, error) => log.error({ error }, 'the identity provider failed'));
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route !== 'token' || !isTokens(ctx.body)) return;
    const { Grant: grant, AuthorizationCode: code, RefreshToken: refresh } = ctx.oidc.entities;
    const source = code ?? refresh;
    if (grant === undefined || source === undefined) return;
    // SMART App Launch 2, section 2.0.13: all that was granted, and the launch context, stand beside the tokens.
    const scope = [grant.getOIDCScopeFiltered(source.scopes), ctx.body['scope']].filter(Boolean).join(' ');
    const patient = await patientOfGrant(db, grant.jti);
    ctx.body = { ...ctx.body, scope, ...(patient !== undefined && { patient, need_patient_banner: true }) };
  });
  return provider;
}

/** The SMART scopes asked for now or granted before that the client may ask for; what cannot be enforced is left out. */
function grantableScopes(ctx: KoaContextWithOIDC, allowed: readonly string[] | undefined): string[] {
  const { params, entities } = ctx.oidc;
  const asked = [params?.['scope'], entities.AuthorizationCode?.scope, entities.RefreshToken?.scope].filter(
    (scope): scope is string => typeof scope === 'string',
  );
  const own = params?.['grant_type'] === 'client_credentials';
  return [...new Set(asked.join(' ').split(' '))].filter((text) => {
    const scope = readSmartScope(text);
    if (scope === undefined || (scope.context === 'system') !== own) return false;
    return allowed === undefined || allowed.includes(text);
  });
}

function isTokens(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && 'access_token' in body;
}
