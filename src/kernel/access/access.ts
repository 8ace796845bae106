import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Context, type Language, systemContext } from '#kernel/context';
import type { Log } from '#kernel/log';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import { recordDenial } from './audit.ts';
import { authenticate, checkToken, contextOf, type Identity, type JwtCheck, requirePurpose } from './authenticate.ts';

/** The guard at every door of the platform. */
export interface Access {
  /** Who sends the request. @throws Problem `unauthenticated` or `forbidden` */
  identify(request: FastifyRequest): Promise<Identity>;
  /**
   * The context of the request with its actor.
   *
   * @throws as `identify`, and `forbidden` while a password waits to be changed, or where a purpose was stated that the account may not have
   */
  context(request: FastifyRequest): Promise<Context>;
  /** The program's own context for what a request does before anybody is known. */
  doorContext(request: FastifyRequest): Context;
  /** Who is behind a bearer token; a device gives one as its password. @throws Problem `unauthenticated` */
  checkToken(token: string): Promise<Identity>;
  /** A constant message in the language. */
  translate(message: string, language: Language): string;
  /** Writes every refusal of the server into the audit trail. */
  noteDenials(app: FastifyInstance): void;
}

export interface AccessParts {
  pool: Pool;
  log: Log;
  languageOf(request: FastifyRequest): Language;
  translate(message: string, language: Language): string;
  checkJwt?: JwtCheck;
  now?: () => Date;
}

export function openAccess({
  pool,
  log,
  languageOf,
  translate,
  checkJwt,
  now = () => new Date(),
}: AccessParts): Access {
  // A request is asked for its context by hooks and handler: it is looked up once.
  const known = new WeakMap<FastifyRequest, Promise<Identity>>();
  const identify = (request: FastifyRequest): Promise<Identity> => {
    let identity = known.get(request);
    if (identity === undefined) {
      identity = authenticate(pool, request, now(), checkJwt);
      known.set(request, identity);
    }
    return identity;
  };
  const doorContext = (request: FastifyRequest): Context =>
    systemContext(
      { db: pool, log, language: languageOf(request), requestId: request.id, address: request.ip, now },
      'door',
    );

  return {
    identify,
    doorContext,
    translate,
    async context(request) {
      const identity = await identify(request);
      if (identity.mustChange) throw new Problem('forbidden', 'change the password first');
      requirePurpose(identity);
      return contextOf(identity, { db: pool, log, request, language: languageOf(request), now });
    },
    checkToken: (token) => checkToken(pool, token, now(), checkJwt),
    noteDenials(app) {
      app.addHook('onError', async (request, _, error) => {
        if (!(error instanceof Problem && error.kind === 'forbidden')) return;
        const identity = await identify(request).catch(() => undefined);
        const ctx =
          identity === undefined ? doorContext(request) : contextOf(identity, { db: pool, log, request, now });
        await recordDenial(ctx, error, `${request.method} ${request.url.split('?', 1)[0]?.slice(0, 300)}`).catch(
          (failure) =>
            log.error({ error: failure, requestId: request.id }, 'a refusal could not be written into the audit trail'),
        );
      });
    },
  };
}
