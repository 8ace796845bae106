import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Grant, Interaction, InteractionResults, Provider } from 'oidc-provider';
import { Problem } from '#kernel/problem';
import type { Access } from '../access.ts';
import { record } from '../audit.ts';
import { findIdentity } from '../authenticate.ts';
import { checkSignIn } from '../sessions.ts';
import { createClient, disableClient, findClients, type NewClient } from './clients.ts';
import { rememberPatient } from './memory.ts';
import { consentPage, signInPage } from './pages.ts';

export interface ProviderDoor {
  access: Access;
  /** The provider with the keys of today. */
  provider(): Promise<Provider>;
  publicUrl(): string;
}

/** The identity provider under /oidc with its pages, and what SMART applications look up first. */
export function oidcRoutes(app: FastifyInstance, door: ProviderDoor): void {
  app.get('/fhir/.well-known/smart-configuration', { schema: { hide: true } }, async (_, reply) =>
    reply.header('access-control-allow-origin', '*').send(smartConfiguration(door.publicUrl())),
  );
  interactionRoutes(app, door);
  clientRoutes(app, door.access);
  app.register(async (part) => {
    // The provider reads its bodies itself.
    part.removeAllContentTypeParsers();
    part.addContentTypeParser('*', (_, __, done) => done(null));
    part.all('/oidc/*', { schema: { hide: true } }, async (request, reply) => {
      const provider = await door.provider();
      const { raw } = request;
      believePublicUrl(request, door.publicUrl());
      const address = askConsent(request.method, raw.url ?? '');
      // The provider takes what is before its own path for the folder it is mounted under.
      (raw as typeof raw & { originalUrl: string }).originalUrl = address;
      raw.url = address.slice('/oidc'.length);
      takeOver(reply);
      await provider.callback()(raw, reply.raw);
    });
  });
}

function interactionRoutes(app: FastifyInstance, door: ProviderDoor): void {
  app.get('/oidc/interaction/:uid', { schema: { hide: true } }, async (request, reply) => {
    const { provider, interaction } = await findInteraction(request, reply, door);
    if (interaction.prompt.name !== 'login') return sendConsent(request, reply, door, interaction);
    // Who is signed in on the platform is not asked again, unless the application wants it.
    const known = await door.access.identify(request).catch(() => undefined);
    if (
      known?.session !== undefined &&
      !known.mustChange &&
      interaction.prompt.reasons.every((reason) => reason === 'no_session')
    ) {
      return finish(request, reply, provider, { login: { accountId: known.actor.id, remember: false } });
    }
    return sendPage(
      reply,
      signInPage({ uid: interaction.uid, language: door.access.doorContext(request).language }),
      interaction,
    );
  });

  app.post<{ Body: { username?: string; password?: string } }>(
    '/oidc/interaction/:uid/login',
    { schema: { hide: true }, config: { rateLimit: { max: 300, timeWindow: '1 minute' } } },
    async (request, reply) => {
      const { provider, interaction } = await findInteraction(request, reply, door);
      if (interaction.prompt.name !== 'login') throw new Problem('conflict', 'this step of the sign-in is over');
      const ctx = door.access.doorContext(request);
      const { username = '', password = '' } = request.body ?? {};
      try {
        const account = await checkSignIn(ctx, String(username).slice(0, 200), String(password).slice(0, 500));
        const identity = await findIdentity(ctx.db, account.id);
        if (identity?.mustChange === true) throw new Problem('forbidden', 'change the password first');
        await record({ ...ctx, actor: { ...ctx.actor, ...account } }, ctx.db, {
          act: 'access.signed-in',
          subject: account.id,
          detail: { by: 'oidc' },
        });
        return await finish(request, reply, provider, { login: { accountId: account.id, remember: false } });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const failure = door.access.translate(error.message, ctx.language);
        const page = signInPage({ uid: interaction.uid, language: ctx.language, failure, username: String(username) });
        return sendPage(reply.code(error.status), page, interaction);
      }
    },
  );

  app.post<{ Body: { answer?: string; patient?: string } }>(
    '/oidc/interaction/:uid/consent',
    { schema: { hide: true } },
    async (request, reply) => {
      const { provider, interaction } = await findInteraction(request, reply, door);
      if (interaction.prompt.name !== 'consent') throw new Problem('conflict', 'this step of the sign-in is over');
      if (request.body?.answer !== 'allow') {
        return finish(request, reply, provider, { error: 'access_denied', error_description: 'the person refused' });
      }
      const ctx = door.access.doorContext(request);
      const { accountId, clientId, scopes, identity } = await readConsent(door, interaction, request);
      const patient = identity.actor.patient ?? request.body.patient;
      if (asksPatient(scopes) && !/^[A-Za-z0-9.-]{1,64}$/.test(patient ?? '')) {
        return sendConsent(request, reply, door, interaction, 'say which patient the application may see');
      }
      const grant: Grant = new provider.Grant({ accountId, clientId });
      grant.addOIDCScope(scopes.filter((scope) => !scope.includes('/') || scope === 'launch/patient').join(' '));
      grant.addResourceScope(
        `${door.publicUrl()}/fhir`,
        scopes.filter((scope) => /^(patient|user)\//.test(scope)).join(' '),
      );
      const grantId = await grant.save();
      if (asksPatient(scopes) && patient !== undefined) await rememberPatient(ctx, grantId, patient);
      await record({ ...ctx, actor: identity.actor }, ctx.db, {
        act: 'access.client-allowed',
        subject: clientId,
        detail: { scopes },
        ...(asksPatient(scopes) && patient !== undefined && { patients: [patient] }),
      });
      return finish(request, reply, provider, { consent: { grantId } });
    },
  );
}

function clientRoutes(app: FastifyInstance, access: Access): void {
  const texts = { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 500 } } as const;
  const body = {
    type: 'object',
    additionalProperties: false,
    required: ['id', 'name'],
    properties: {
      id: { type: 'string', maxLength: 100 },
      name: { type: 'string', maxLength: 200 },
      redirectUris: texts,
      scopes: texts,
      account: { type: 'string', maxLength: 64 },
      jwks: {
        type: 'object',
        required: ['keys'],
        properties: {
          keys: { type: 'array', minItems: 1, maxItems: 10, items: { type: 'object', additionalProperties: true } },
        },
      },
    },
  } as const;
  app.get('/api/access/clients', async (request) => ({ clients: await findClients(await access.context(request)) }));
  app.post<{ Body: NewClient }>('/api/access/clients', { schema: { body } }, async (request, reply) =>
    reply.code(201).send(await createClient(await access.context(request), request.body)),
  );
  app.delete<{ Params: { id: string } }>('/api/access/clients/:id', async (request, reply) => {
    await disableClient(await access.context(request), request.params.id);
    return reply.code(204).send();
  });
}

async function findInteraction(
  request: FastifyRequest,
  reply: FastifyReply,
  door: ProviderDoor,
): Promise<{ provider: Provider; interaction: Interaction }> {
  believePublicUrl(request, door.publicUrl());
  const provider = await door.provider();
  try {
    return { provider, interaction: await provider.interactionDetails(request.raw, reply.raw) };
  } catch (cause) {
    throw new Problem('gone', 'this sign-in has expired: begin again in the application', {}, { cause });
  }
}

async function readConsent(door: ProviderDoor, { session, params }: Interaction, request: FastifyRequest) {
  const accountId = session?.accountId ?? '';
  const identity = await findIdentity(door.access.doorContext(request).db, accountId);
  if (identity === undefined) throw new Problem('unauthenticated', 'the session is over: sign in again');
  const scopes = String(params['scope'] ?? '')
    .split(' ')
    .filter(Boolean);
  return { accountId, clientId: String(params['client_id']), scopes, identity };
}

async function sendConsent(
  request: FastifyRequest,
  reply: FastifyReply,
  door: ProviderDoor,
  interaction: Interaction,
  failure?: string,
) {
  const { clientId, scopes, identity } = await readConsent(door, interaction, request);
  const client = await (await door.provider()).Client.find(clientId);
  const { language } = door.access.doorContext(request);
  const page = consentPage({
    uid: interaction.uid,
    language,
    client: client?.clientName ?? clientId,
    name: identity.actor.name,
    scopes,
    asksPatient: asksPatient(scopes) && identity.actor.patient === undefined,
    ...(failure !== undefined && { failure: door.access.translate(failure, language) }),
  });
  return sendPage(reply, page, interaction);
}

function asksPatient(scopes: readonly string[]): boolean {
  return scopes.some((scope) => scope === 'launch/patient' || scope.startsWith('patient/'));
}

async function finish(request: FastifyRequest, reply: FastifyReply, provider: Provider, result: InteractionResults) {
  takeOver(reply);
  await provider.interactionFinished(request.raw, reply.raw, result, { mergeWithLastSubmission: true });
}

/** The form's answer leads on to the application, which the page's policy must allow; nobody may frame the page. */
function sendPage(reply: FastifyReply, page: string, { params }: Interaction): FastifyReply {
  const redirect = URL.parse(String(params['redirect_uri'] ?? ''));
  const onward = redirect === null ? '' : redirect.origin === 'null' ? redirect.protocol : redirect.origin;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${onward}`;
  return reply
    .header('content-security-policy', policy)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(page);
}

/** The provider answers by itself; the headers set so far go with its answer. */
function takeOver(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
}

/** The provider makes its URLs from these headers: they are ours, whatever the caller sent. */
function believePublicUrl({ raw }: FastifyRequest, publicUrl: string): void {
  const { host, protocol } = new URL(publicUrl);
  raw.headers.host = host;
  raw.headers['x-forwarded-host'] = host;
  raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
}

/** Each authorization is a person's own decision, and names its patient; `prompt=none` fails where that was not possible. */
function askConsent(method: string, address: string): string {
  if (method !== 'GET' || !address.startsWith('/oidc/auth?')) return address;
  const query = new URLSearchParams(address.slice('/oidc/auth?'.length));
  const prompts = query.get('prompt')?.split(' ') ?? [];
  if (prompts.includes('none') || prompts.includes('consent')) return address;
  query.set('prompt', [...prompts, 'consent'].join(' '));
  return `/oidc/auth?${query}`;
}

/** SMART App Launch 2, section 2.1. */
function smartConfiguration(publicUrl: string): object {
  const issuer = `${publicUrl}/oidc`;
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/token/revocation`,
    token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384', 'RS256', 'ES256'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: [
      'openid',
      'profile',
      'fhirUser',
      'launch/patient',
      'offline_access',
      'online_access',
      'patient/*.rs',
      'user/*.cruds',
      'system/*.cruds',
    ],
    capabilities: [
      'launch-standalone',
      'authorize-post',
      'client-public',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-standalone-patient',
      'permission-offline',
      'permission-online',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
    ],
  };
}
