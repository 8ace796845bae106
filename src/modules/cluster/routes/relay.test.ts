import { beforeAll, beforeEach, expect, test } from 'vitest';
import { visitRoutes } from '../../../../tests/support/visits.ts';
import { enterThing, state } from '../actions/index.ts';
import type { RelayLine, RelayPage, ResourceRequest } from '../model.ts';
import { gatesOf } from '../rules/index.ts';
import { relayRoutes } from './relay.ts';

/**
 * Goal: a project passes a gate by somebody else's decision only, finds what helps it, and is surfaced when it stands still.
 * Method: true roles on a true database through HTTP, with one enterprise and one platform, each spoken for.
 */
const DAY_MS = 86_400_000;
const { pool, clock, become, own, send } = await visitRoutes('/api/cluster/relay', [relayRoutes]);

const enterprise = (): void => become('enterprise', 'firm-org');
const platform = (): void => become('researcher', 'platform-org');
const regulator = (): void => become('regulator');

beforeAll(async () => {
  await pool.transaction(async (tx) => {
    await enterThing(own(), tx, { id: 'firm', kind: 'enterprise', name: 'Firm', owner: 'Organization/firm-org' });
    await enterThing(own(), tx, {
      id: 'bench',
      kind: 'platform',
      name: 'Testing centre',
      owner: 'Organization/platform-org',
    });
    await enterThing(own(), tx, { id: 'made-up', kind: 'platform', name: 'Example centre', example: true });
    for (const thing of ['bench', 'made-up'])
      await state(own(), tx, { thing, property: 'relay-stage', value: 'clinical validation' });
  });
});
beforeEach(enterprise);

const begin = (parts: object = {}, status = 200) =>
  send<RelayPage>('POST', '', { name: 'Sepsis test', sector: 'ivd', stage: 'idea', owner: 'firm', ...parts }, status);
const decide = ({ relay: { id, revision } }: RelayPage, decision: string, reason = '', status = 200) =>
  send<RelayPage>('POST', `/${id}/decisions`, { decision, reason, revision }, status);

test('the gate passes when everything is there, or for a reason; who brings the project does not decide', async () => {
  let page = await begin();
  const { id } = page.relay;
  for (const { id: item } of gatesOf('ivd')[0]!.items)
    page = await send('PUT', `/${id}/items/${item}`, { evidence: 'report 7' });
  expect(page.relay.itemsDone).toBe(page.relay.items);
  await decide(page, 'pass', '', 403);
  regulator();
  page = await decide(page, 'pass');
  expect(page.relay).toMatchObject({ stage: 'validation', itemsDone: 0 });
  await decide(page, 'pass', '', 400);
  page = await decide(page, 'pass', 'trial is under way elsewhere');
  expect(page.relay.stage).toBe('approval');
  page = await decide(page, 'back', 'the trial failed');
  expect(page.moves.map(({ decision, to }) => [decision, to])).toEqual([
    ['begin', 'idea'],
    ['pass', 'validation'],
    ['pass', 'approval'],
    ['back', 'validation'],
  ]);
  await send('PUT', `/${id}/items/prior-art`, { evidence: 'of another stage' }, 400);
});

test('its owner may stop it and take it up again, not pass it', async () => {
  let page = await begin();
  await decide(page, 'stop', '', 400);
  page = await decide(page, 'stop', 'no money');
  expect(page.relay.stopped).toBe(true);
  await decide(page, 'back', 'x', 403);
  page = await decide(page, 'resume');
  expect(page.relay).toMatchObject({ stopped: false, stage: 'idea' });
});

test('what helps is offered with its reasons, asked once, and answered by who speaks for it', async () => {
  let page = await begin({ stage: 'validation' });
  expect(page.resources.map(({ id }) => id)).toEqual(['bench']);
  const ask = (resource: string, status = 200) =>
    send<RelayPage>('POST', `/${page.relay.id}/requests`, { resource, words: 'forty samples a week' }, status);
  await ask('made-up', 400);
  await ask('bench');
  page = await ask('bench');
  expect(page.requests).toHaveLength(1);
  const [request] = page.requests;
  const answer = (stateTo: string, status = 200) =>
    send<RelayPage>(
      'POST',
      `/${page.relay.id}/requests/${request!.id}`,
      { state: stateTo, answer: 'from March' },
      status,
    );
  await answer('accepted', 403);
  platform();
  const { asked } = await send<{ asked: ResourceRequest[] }>('GET', '');
  expect(asked).toMatchObject([{ id: request!.id, mayAnswer: true }]);
  await answer('done', 409);
  expect((await answer('accepted')).requests).toMatchObject([{ state: 'accepted', answer: 'from March' }]);
});

test('one that stands still is surfaced by the days of its stage', async () => {
  const { relay } = await begin();
  clock.now += 181 * DAY_MS;
  const { relays } = await send<{ relays: RelayLine[] }>('GET', '');
  expect(relays.find(({ id }) => id === relay.id)).toMatchObject({ stalled: true, days: 181 });
  clock.now -= 181 * DAY_MS;
});

test('another enterprise sees nothing of it, and a patient not even the page', async () => {
  const { relay } = await begin();
  become('enterprise', 'other-org');
  await send('GET', `/${relay.id}`, undefined, 404);
  await begin({}, 403);
  become('patient');
  await send('GET', '', undefined, 403);
});
