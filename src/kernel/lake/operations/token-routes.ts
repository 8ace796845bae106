import type { FastifyInstance } from 'fastify';
import { type Access, createToken, findTokens, LAKE_SCOPE, reachOf, revokeToken } from '#kernel/access';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';

const MOST_HOURS = 12;
/** What a notebook may do, as far as its owner may: nothing is written. */
const ACTS = ['lake.sql.ask', 'lake.export', 'lake.population.ask'];

/** Short-lived tokens for notebooks: they read the lake as their owner would, and nothing else. */
export function lakeTokenRoutes(app: FastifyInstance, access: Pick<Access, 'context' | 'identify'>): void {
  app.get(
    '/api/lake/tokens',
    { schema: { tags: ['Lake'], summary: "The caller's tokens for the lake" } },
    async (request) => {
      const ctx = await access.context(request);
      return { tokens: await ownTokens(ctx) };
    },
  );

  const body = {
    type: 'object',
    additionalProperties: false,
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 100, default: 'notebook' },
      hours: { type: 'integer', minimum: 1, maximum: MOST_HOURS, default: MOST_HOURS },
      acts: { type: 'array', maxItems: ACTS.length, items: { type: 'string', enum: ACTS }, default: ACTS },
    },
  };
  const schema = {
    tags: ['Lake'],
    summary: 'Makes a token that reads the lake for some hours, with acts of its owner; its secret is shown once',
    body,
  };
  app.post<{ Body: { name: string; hours: number; acts: string[] } }>(
    '/api/lake/tokens',
    { schema },
    async (request, reply) => {
      const ctx = await access.context(request);
      // A token that made further tokens would outlive its own expiry and widen its own scopes.
      if ((await access.identify(request)).session === undefined)
        throw new Problem('forbidden', 'only a person who is signed in may do that');
      const { name, hours, acts } = request.body;
      const scopes = [LAKE_SCOPE, ...ACTS.filter((act) => acts.includes(act) && reachOf(ctx.actor, act) !== undefined)];
      const expiresAt = new Date(ctx.now().getTime() + hours * 3_600_000);
      const { secret, ...token } = await createToken(ctx, { name, scopes, expiresAt });
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...token, token: secret });
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/api/lake/tokens/:id',
    { schema: { tags: ['Lake'], summary: 'Ends a token at once' } },
    async (request, reply) => {
      const ctx = await access.context(request);
      const { id } = request.params;
      if (!(await ownTokens(ctx)).some((token) => token.id === id))
        throw new Problem('not-found', 'there is no such thing');
      await revokeToken(ctx, ctx.actor.id, id);
      return reply.code(204).send();
    },
  );
}

async function ownTokens(ctx: Context) {
  const tokens = await findTokens(ctx, ctx.actor.id);
  return tokens.filter(({ scopes }) => scopes.includes(LAKE_SCOPE));
}
