import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  decideCertificate,
  listCertificateEvents,
  listCertificates,
  readBundle,
  readCertificate,
  readController,
  readStatusList,
} from '../actions/index.ts';
import { CERTIFICATE_STATES, type CertificateState } from '../model.ts';

interface One {
  Params: { id: string };
  Body: Record<string, unknown> | undefined;
}

/** A credential never changes once it is signed; what becomes of it is in the lists. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** A revocation may be unknown for so long. */
const SHORTLY = 'public, max-age=30';

/** Certificates and what is needed to check them, for everybody; their lists for those whom they concern. */
export function certificateRoutes(app: FastifyInstance, door: Door): void {
  const open = { db: door.pool };

  app.get('/.well-known/did.json', async (_, reply) =>
    sendAs(reply, 'application/did+json', SHORTLY, await readController(open, door.publicUrl())),
  );

  app.get<One>('/api/exchange/certificates/:id', async (request, reply) =>
    sendAs(reply, 'application/vc', FOR_EVER, await readCertificate(open, request.params.id)),
  );

  app.get<One>('/api/exchange/certificates/:id/bundle', async (request, reply) => {
    const bundle = await readBundle(open, request.params.id);
    reply.header('content-disposition', `attachment; filename="certificate-${request.params.id}.json"`);
    return sendAs(reply, 'application/vp', SHORTLY, bundle);
  });

  app.get<{ Params: { list: string; purpose: string } }>(
    '/api/exchange/status-lists/:list/:purpose',
    async ({ params: { list, purpose } }, reply) =>
      sendAs(reply, 'application/vc', SHORTLY, await readStatusList(open, numberOf(list), purpose)),
  );

  app.get('/api/exchange/certificates', async (request) => listCertificates(await door.context(request)));

  app.get<One>('/api/exchange/certificates/:id/events', async (request) =>
    listCertificateEvents(await door.context(request), request.params.id),
  );

  app.post<One>('/api/exchange/certificates/:id/state', async (request, reply) => {
    const ctx = await door.context(request);
    const { state, reason = '' } = request.body ?? {};
    if (!isState(state) || typeof reason !== 'string')
      throw new Problem('invalid', 'a certificate is in-force, suspended or revoked');
    await decideCertificate(ctx, request.params.id, { state, reason });
    return reply.code(204).send();
  });
}

const isState = (value: unknown): value is CertificateState => CERTIFICATE_STATES.includes(value as CertificateState);

/** -1, which no list has, for what is no number. */
const numberOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : -1);

/** Its own text, whatever the media type: every byte of a certificate counts. */
function sendAs(reply: FastifyReply, type: string, caching: string, document: object): FastifyReply {
  return reply
    .type(type)
    .header('cache-control', caching)
    .header('access-control-allow-origin', '*')
    .send(`${JSON.stringify(document, undefined, 2)}\n`);
}
