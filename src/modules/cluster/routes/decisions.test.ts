import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import type { DecisionLine, DecisionPage, Trial } from '../model.ts';
import { decisionRoutes } from './decisions.ts';

const EXAMPLE = readFileSync(new URL('../../../../facts/cluster/decisions/trial-subsidy.dmn', import.meta.url), 'utf8');
const FIRM = { 'registered here': true, founded: '2019-05-04', employees: 80 };

/**
 * Goal: the department brings models and everybody signed in reads and tries them; every version stays as it was.
 * Method: the routes on a real database, by each role; the trial in its true thread.
 */
describe('decision models', () => {
  let pool: Pool;
  let app: FastifyInstance;
  let actor: Actor;
  const roles = new Map<Role, ReadonlySet<string>>();
  const become = (role: Role): void => {
    actor = testActor(role, { id: `the-${role}`, permissions: roles.get(role) ?? new Set() });
  };
  const ask = async <T>(
    method: 'GET' | 'POST',
    path: string,
    payload?: object,
  ): Promise<{ status: number; body: T }> => {
    const answer = await app.inject({ method, url: `/api/cluster/decisions${path}`, ...(payload && { payload }) });
    return { status: answer.statusCode, body: answer.json() as T };
  };

  beforeAll(async () => {
    pool = await testDatabase();
    for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
    app = problemApp();
    const now = new Date('2026-06-01T04:00:00Z');
    decisionRoutes(app, { context: async () => testContext(pool, { actor, now: () => now }) } as unknown as Door);
  });
  afterAll(async () => {
    await app?.close();
    await pool?.end();
  });

  test('only the department brings models', async () => {
    for (const role of ROLES.filter((each) => each !== 'regulator')) {
      become(role);
      expect((await ask('POST', '', { content: EXAMPLE })).status, role).toBe(403);
      expect((await ask('POST', '/example')).status, role).toBe(403);
    }
    become('regulator');
    const { status, body } = await ask<DecisionPage>('POST', '/example');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'Example: subsidy for a clinical trial',
      version: 1,
      example: true,
      mayWrite: true,
    });
    expect(body.model.faults).toEqual([]);
    const leaves = await pool.rows(sql`select 1 from access.audit where act = 'cluster.decision-made'`);
    expect(leaves).toHaveLength(1);
  });

  test('an enterprise reads and tries one, and sees which rules matched', async () => {
    become('enterprise');
    const { body: list } = await ask<{ decisions: DecisionLine[]; mayWrite: boolean }>('GET', '');
    expect(list.mayWrite).toBe(false);
    const id = list.decisions[0]?.id;
    const { body } = await ask<Trial>('POST', `/${id}/try`, {
      inputs: { enterprise: FIRM, phase: 'II', 'trial cost': 5_000_000.1, 'local hospital': true },
    });
    expect(body.results).toContainEqual(
      expect.objectContaining({ name: 'grant', value: expect.objectContaining({ yuan: 2_000_000.04 }) }),
    );
    expect(body.tables).toContainEqual({ element: 'ceiling', inputs: ['II', 'medium'], matched: [1] });
    const { body: bare } = await ask<Trial>('POST', `/${id}/try`, { inputs: {} });
    expect(bare.notes).toContainEqual({ reason: 'missing-input', where: 'ceiling', facts: { name: 'phase' } });
    expect((await ask<Trial>('POST', `/${id}/try`, { inputs: { other: 1 } })).status).toBe(400);
  });

  test('a new version leaves the old as it was; the same content is none', async () => {
    become('regulator');
    const { body: list } = await ask<{ decisions: DecisionLine[] }>('GET', '');
    const id = list.decisions[0]?.id ?? '';
    const changed = EXAMPLE.replace('3000000', '4000000');
    const change = (content: string, version: number) =>
      ask<DecisionPage>('POST', `/${id}/versions`, { content, version });
    expect((await change(changed, 1)).body.version).toBe(2);
    expect((await change(changed, 2)).body.version).toBe(2);
    expect((await change(EXAMPLE, 1)).status).toBe(409);
    const inputs = { enterprise: FIRM, phase: 'II', 'trial cost': 100_000_000, 'local hospital': true };
    const ceiling = async (version: number) =>
      (await ask<Trial>('POST', `/${id}/try`, { inputs, version })).body.results.find(({ name }) => name === 'ceiling')
        ?.value;
    expect([await ceiling(1), await ceiling(2)]).toEqual([3_000_000, 4_000_000]);
    const file = await app.inject({ url: `/api/cluster/decisions/${id}/file?version=1` });
    expect(file.body).toBe(EXAMPLE);
  });

  test('what is no model is refused with its line; what would never end, ends', async () => {
    become('regulator');
    const { status, body } = await ask<{ facts: unknown }>('POST', '', { content: '<x>\n<y></x>' });
    expect({ status, facts: body.facts }).toEqual({ status: 400, facts: expect.objectContaining({ line: 2 }) });
    const endless = `<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="m">
      <decision id="d" name="d"><literalExpression><text>for a in 1..1000000, b in 1..1000000 return a</text></literalExpression></decision></definitions>`;
    const { body: made } = await ask<DecisionPage>('POST', '', { content: endless });
    expect((await ask('POST', `/${made.id}/try`, { inputs: {} })).status).toBe(422);
  });
});
