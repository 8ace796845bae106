import { randomUUID } from 'node:crypto';
import fastifyCookie from '@fastify/cookie';
import fastifyFormbody from '@fastify/formbody';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import fastifyUnderPressure from '@fastify/under-pressure';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import type { Log } from '#kernel/log';
import type { Metrics } from '#kernel/metrics';
import { beginSpan, meter } from '#kernel/metrics';
import { Problem } from '#kernel/problem';
import type { Door, HealthCheck, Routes } from './door.ts';
import { asProblem, sendProblem } from './problems.ts';

export interface ServerParts {
  door: Door;
  routes: readonly Routes[];
  health: readonly HealthCheck[];
  metrics: Metrics;
}

const BODY_BYTES = 50 * 1024 * 1024;
const requests = meter.createHistogram('banyan_http_request_seconds', {
  description: 'Time from the request to its answer',
  unit: 's',
});

/** The HTTP server with everything that every route stands on; it does not listen yet. */
export async function makeServer({ door, routes, health, metrics }: ServerParts): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_BYTES,
    requestTimeout: 120_000,
    genReqId: () => randomUUID(),
    trustProxy: door.config.trustProxy,
    logger: false,
    frameworkErrors: (error, request, reply) => void sendProblem(request, reply, error),
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
  });
  observe(app, door.log);
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { directives: CONTENT_POLICY },
    strictTransportSecurity: door.publicUrl().startsWith('https:'),
  });
  await app.register(fastifyCookie);
  await app.register(fastifyFormbody);
  await app.register(fastifyRateLimit, {
    max: 6_000,
    timeWindow: '1 minute',
    allowList: (request) => request.url.startsWith('/health'),
  });
  await app.register(fastifyUnderPressure, { maxEventLoopDelay: 5_000, retryAfter: 2 });
  await app.register(fastifySwagger, { openapi: { info: { title: 'Banyan', version: '0.1.0' } } });
  await app.register(fastifySwaggerUi, { routePrefix: '/api' });
  app.setErrorHandler((error, request, reply) => {
    if (asProblem(error) === undefined)
      door.log.error({ error, requestId: request.id, route: request.routeOptions.url }, 'a request failed by a bug');
    return sendProblem(request, reply, error);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, new Problem('not-found', 'there is no such address')),
  );
  app.addHook('preValidation', async (request) => requireSingle(request));
  addHealth(app, health);
  app.get('/metrics', { schema: { hide: true } }, async (_, reply) =>
    reply.type('text/plain; version=0.0.4').send(await metrics.render()),
  );
  for (const route of routes) await app.register(async (part) => route(part, door));
  return app;
}

/** Our own questions say everything once. FHIR and EPCIS, where a parameter may come again, read the address themselves. */
function requireSingle({ url, query }: FastifyRequest): void {
  if (!url.startsWith('/api/') && !url.startsWith('/ledger/')) return;
  for (const [name, value] of Object.entries((query ?? {}) as object))
    if (typeof value !== 'string') throw new Problem('invalid', 'a parameter is given more than once', { name });
}

/** Nothing is loaded from elsewhere. Workers and styles made by the map and the tables come from blobs and attributes. */
const CONTENT_POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  workerSrc: ["'self'", 'blob:'],
  connectSrc: ["'self'"],
  fontSrc: ["'self'"],
  upgradeInsecureRequests: null,
};

function observe(app: FastifyInstance, log: Log): void {
  const spans = new WeakMap<object, ReturnType<typeof beginSpan>>();
  app.addHook('onRequest', async (request) => {
    spans.set(request.raw, beginSpan(`${request.method} ${request.routeOptions.url ?? 'none'}`, request.headers));
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    spans.get(request.raw)?.setAttribute('http.response.status_code', reply.statusCode).end();
    requests.record(reply.elapsedTime / 1000, { method: request.method, route, status: reply.statusCode });
    log.debug(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    );
  });
}

function addHealth(app: FastifyInstance, checks: readonly HealthCheck[]): void {
  app.get('/health/live', { schema: { hide: true } }, async () => ({ status: 'live' }));
  app.get('/health/ready', { schema: { hide: true } }, async (_, reply) => {
    const answers = await Promise.all(
      checks.map(async ({ name, check, isOptional = false }) => ({
        name,
        isOptional,
        answer: (await check()) ?? 'up',
      })),
    );
    const down = answers.filter(({ answer }) => answer !== 'up');
    const isReady = down.every(({ isOptional }) => isOptional);
    const status = !isReady ? 'not ready' : down.length > 0 ? 'degraded' : 'ready';
    const parts = Object.fromEntries(answers.map(({ name, answer }) => [name, answer]));
    return reply.code(isReady ? 200 : 503).send({ status, parts });
  });
}
