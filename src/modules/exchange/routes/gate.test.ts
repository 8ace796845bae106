import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Context, makeContext, ROLES } from '#kernel/context';
import { type Door, sendProblem } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { testActor } from '../../../../tests/support/context.ts';
import { exampleCandidate, exampleDefinition } from '../../../../tests/support/exchange.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { createOffering, release } from '../actions/index.ts';
import type { GateBudget, GateReport } from '../model.ts';
import { gateRoutes } from './gate.ts';

/**
 * Goal: what the gate found is for the offering's holder, assessors and operators; its passages are ended by the holder alone.
 * Method: a director's table through the true gate; then every role, once of the holder's organization and once of another, at every route.
 */
const db = await testDatabase();
const app = fastify();
app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
const who = new Map<string, Context>();
const as = (actor: Context['actor']): Context => makeContext({ actor, db, log: silentLog });
const ROLES_OF_PEOPLE = ROLES.filter((role) => role !== 'system');
let offering: string;
let report: GateReport;

beforeAll(async () => {
  for (const role of ROLES_OF_PEOPLE)
    for (const organization of ['holder', 'other'])
      who.set(
        `${role}@${organization}`,
        as(testActor(role, { organizations: [organization], permissions: await findPermissions(db, [role]) })),
      );
  const context = async ({ headers }: { headers: Record<string, unknown> }) => {
    const found = who.get(String(headers['x-who']));
    if (found === undefined) throw new Problem('unauthenticated', 'nobody is signed in');
    return found;
  };
  gateRoutes(app, { context } as unknown as Door);
  const director = who.get('laboratory-director@holder')!;
  offering = (await createOffering(director, exampleDefinition())).id;
  const request = { offeringId: offering, version: 1, candidate: exampleCandidate(), settings: {} };
  report = (await release(director, request)).report;
});
afterAll(() => app.close());

async function ask<T>(name: string, method: 'GET' | 'DELETE', path: string): Promise<{ status: number; body: T }> {
  const answer = await app.inject({ method, url: `/api/exchange/${path}`, headers: { 'x-who': name } });
  return { status: answer.statusCode, body: answer.json<T>() };
}

const SEES_ALL = ['regulator', 'administrator'];
const OFFERS = ['laboratory-director', 'enterprise'];

describe.each(['holder', 'other'])('of the organization "%s"', (organization) => {
  test.each(ROLES_OF_PEOPLE)('%s', async (role) => {
    const name = `${role}@${organization}`;
    const status = async (path: string) => (await ask(name, 'GET', path)).status;
    const sees = SEES_ALL.includes(role) || (OFFERS.includes(role) && organization === 'holder');
    const one = sees ? 200 : 404;
    const all = await ask<{ reports: { id: string }[] }>(name, 'GET', 'gate-reports');
    expect({
      list: all.status,
      ofOffering: await status(`gate-reports?offering=${offering}`),
      report: await status(`gate-reports/${report.id}`),
      passages: await status(`offerings/${offering}/passages`),
      budget: await status(`offerings/${offering}/budget`),
    }).toEqual({
      list: SEES_ALL.includes(role) || OFFERS.includes(role) ? 200 : 403,
      ofOffering: one,
      report: one,
      passages: one,
      budget: one,
    });
    if (all.status === 200) expect(all.body.reports.map(({ id }) => id)).toEqual(sees ? [report.id] : []);
    const { status: ended } = await ask(name, 'DELETE', `offerings/${offering}/passages`);
    expect(ended).toBe(OFFERS.includes(role) ? (organization === 'holder' ? 200 : 404) : 403);
  });
});

test('without an account nothing is told', async () => {
  for (const path of ['gate-reports', `gate-reports/${report.id}`, `offerings/${offering}/budget`])
    expect((await ask('nobody', 'GET', path)).status).toBe(401);
});

test('what is told is the whole report, the budget and what is on its way; ending it is heard by the passage and is in the trail', async () => {
  const name = 'laboratory-director@holder';
  expect((await ask<GateReport>(name, 'GET', `gate-reports/${report.id}`)).body).toEqual(report);
  const { body } = await ask<GateBudget>(name, 'GET', `offerings/${offering}/budget`);
  expect(body).toMatchObject({ product: { spent: { rho: 0 }, limit: { rho: 0.5 } }, answers: 0 });
  const passage = crypto.randomUUID();
  await db.run(sql`
    insert into exchange.gate_passage (id, offering, version, stage, done, asked_by, started_at, seen_at)
    values (${passage}, ${offering}, 1, 'searching', 0.5, 'a', now(), now())`);
  const before = await ask(name, 'GET', `offerings/${offering}/passages`);
  expect(before.body).toMatchObject({ passages: [{ id: passage, stage: 'searching', done: 0.5 }] });
  expect((await ask(name, 'DELETE', `offerings/${offering}/passages`)).body).toEqual({ ended: 1 });
  expect(await db.one(sql`select cancelled from exchange.gate_passage where id = ${passage}`)).toEqual({
    cancelled: true,
  });
  const acts = sql`select detail from access.audit where act = 'exchange.passage-ended' and subject = ${`offering/${offering}`}`;
  expect(await db.rows(acts)).toContainEqual({ detail: { ended: 1 } });
});

test.each(['gate-reports/none', 'gate-reports/00000000-0000-0000-0000-000000000000', 'offerings/none/budget'])(
  '%s is not found',
  async (path) => {
    expect((await ask('regulator@other', 'GET', path)).status).toBe(404);
  },
);
