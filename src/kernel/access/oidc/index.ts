import type { FastifyInstance } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { Config } from '#kernel/config';
import type { Context, Db } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Log } from '#kernel/log';
import type { Access } from '../access.ts';
import type { JwtCheck } from '../authenticate.ts';
import { type ExternalIssuer, makeJwtCheck } from './jwt.ts';
import { ensureCookieSecret, findKeys, rotateKeys } from './keys.ts';
import { sweepMemory } from './memory.ts';
import { makeProvider } from './provider.ts';
import { oidcRoutes } from './routes.ts';

export type { ExternalIssuer } from './jwt.ts';

/** The identity provider inside the program. */
export interface Oidc {
  checkJwt: JwtCheck;
  routes(access: Access): (app: FastifyInstance) => void;
}

export interface OidcParts {
  db: Db;
  log: Log;
  /** The public address; asked at each use, because the port may be chosen late. */
  publicUrl: () => string;
  external?: ExternalIssuer | undefined;
  now?: () => Date;
}

/** How long a process may go on with keys that another one has replaced. */
const KEYS_KNOWN_MS = 60_000;

/** Makes the keys at the first start. */
export async function openOidc(
  ctx: Context,
  { db, log, publicUrl, external, now = () => new Date() }: OidcParts,
): Promise<Oidc> {
  await rotateKeys(ctx);
  const cookieSecret = await ensureCookieSecret(db);
  const issuer = () => `${publicUrl()}/oidc`;
  const fhir = () => `${publicUrl()}/fhir`;
  let made: { provider: Provider; about: string; at: number } | undefined;

  const provider = async (): Promise<Provider> => {
    if (made !== undefined && Date.now() - made.at < KEYS_KNOWN_MS && made.about.startsWith(issuer()))
      return made.provider;
    const keys = await findKeys(db);
    const about = [issuer(), ...keys.map(({ kid }) => kid)].join(' ');
    const same = made?.about === about ? made.provider : undefined;
    const current = same ?? makeProvider({ db, log, now, keys, cookieSecret, issuer: issuer(), fhir: fhir() });
    made = { provider: current, about, at: Date.now() };
    return current;
  };

  return {
    checkJwt: makeJwtCheck({ db, issuer, audience: fhir, external, now }),
    routes: (access) => (app) => oidcRoutes(app, { access, provider, publicUrl }),
  };
}

/** The issuer elsewhere that the settings name, if any. */
export function externalIssuer(
  { oidcIssuer, oidcAudience, oidcClaims }: Pick<Config, 'oidcIssuer' | 'oidcAudience' | 'oidcClaims'>,
  publicUrl: () => string,
): ExternalIssuer | undefined {
  if (oidcIssuer === undefined) return undefined;
  return { issuer: oidcIssuer, audience: () => oidcAudience ?? `${publicUrl()}/fhir`, claims: oidcClaims };
}

/** Rotates keys and forgets what has expired. */
export const oidcKeeper: Job = {
  name: 'access-oidc-keeper',
  everySeconds: 3600,
  async run(ctx) {
    await rotateKeys(ctx);
    await sweepMemory(ctx);
  },
};
