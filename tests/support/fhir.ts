import { fastify } from 'fastify';
import type { Context } from '#kernel/context';
import { fhirRoutes } from '#kernel/fhir';
import { sendProblem } from '#kernel/http';

/** The FHIR API of one actor without the rest of the server. */
export async function fhirServer(ctx: Context) {
  const app = fastify({ bodyLimit: 50_000_000, routerOptions: { maxParamLength: 512 } });
  app.setErrorHandler((error, request, reply) => {
    if (reply.statusCode === 500) ctx.log.error({ error }, 'a request failed');
    return sendProblem(request, reply, error);
  });
  await app.register(async (part) => fhirRoutes(part, { publicUrl: () => 'http://test', context: async () => ctx }));
  return {
    app,
    /** Sends a request as it stands; objects become JSON. */
    async ask(
      method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      url: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) {
      const answer = await app.inject({
        method,
        url: url.startsWith('http') ? url.slice('http://test'.length) : `/fhir${url}`,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }), ...headers },
        ...(body === undefined
          ? {}
          : { payload: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body) }),
      });
      const { statusCode: status, headers: told, body: text } = answer;
      return { status, headers: told, text, json: () => JSON.parse(text) };
    },
  };
}
