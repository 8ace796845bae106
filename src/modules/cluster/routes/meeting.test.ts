import { beforeAll, beforeEach, expect, test } from 'vitest';
import { visitRoutes } from '../../../../tests/support/visits.ts';
import { enterThing, relate } from '../actions/index.ts';
import type { Introduction, IntroductionsPage, Wish, WishPage } from '../model.ts';
import { meetingRoutes } from './meeting.ts';

/**
 * Goal: two parties find each other with reasons, and learn who to call only when both have said yes; what is confidential stays so.
 * Method: true roles on a true database through HTTP, with two enterprises and a park, each spoken for.
 */
const DAY_MS = 86_400_000;
const { pool, clock, become, own, send } = await visitRoutes('/api/cluster', [meetingRoutes]);

const maker = (): void => become('enterprise', 'maker-org');
const plant = (): void => become('enterprise', 'plant-org');
const park = (): void => become('park-operator', 'park-org');

beforeAll(async () => {
  await pool.transaction(async (tx) => {
    for (const [id, kind] of [
      ['maker', 'enterprise'],
      ['plant', 'enterprise'],
      ['park', 'park'],
    ] as const)
      await enterThing(own(), tx, { id, kind, name: id, owner: `Organization/${id}-org` });
    await enterThing(own(), tx, {
      id: 'show',
      kind: 'enterprise',
      name: 'show',
      example: true,
      owner: 'Organization/show-org',
    });
    await relate(own(), tx, { subject: 'plant', predicate: 'tenant-of', object: 'park' });
  });
});
beforeEach(maker);

const wish = (parts: object, status = 200) =>
  send<WishPage>(
    'POST',
    '/needs',
    {
      side: 'need',
      kind: 'capacity',
      thing: 'maker',
      words: 'fermentation tanks for a protein',
      contact: 'call the maker',
      ...parts,
    },
    status,
  );
const offer = (parts: object = {}) =>
  wish({ side: 'offer', thing: 'plant', words: 'fermentation tanks are free', contact: 'call the plant', ...parts });
const introductions = async () =>
  (await send<{ introductions: Introduction[] }>('GET', '/introductions')).introductions;
const move = async ({ id, revision }: Introduction, state: string, reason = '', status = 200) => {
  const { introduction } = await send<{ introduction?: Introduction }>(
    'POST',
    `/introductions/${id}`,
    { state, reason, revision },
    status,
  );
  return introduction as Introduction;
};
const introduce = (one: string, other: string, status = 200) =>
  send('POST', '/introductions', { one, other, words: 'shall we?' }, status);
const between = async (one: string) => (await introductions()).find((each) => each.one.id === one)!;

test('two meet with reasons, are introduced once, and come to an outcome', async () => {
  const need = await wish({});
  await wish({ thing: 'plant' }, 403);
  plant();
  const { wish: offered } = await offer();
  await offer({ thing: 'plant', kind: 'money', words: 'fermentation tanks in a fund' });
  maker();
  const page = await send<WishPage>('GET', `/needs/${need.wish.id}`);
  expect(page.matches.map((match) => match.wish.id)).toEqual([offered.id]);
  expect(page.matches[0]!.reasons.find(({ line }) => line === 'words')!.found).toContain('fermentation');
  expect(JSON.stringify(page)).not.toContain('call the plant');
  await introduce(need.wish.id, offered.id);
  await introduce(need.wish.id, offered.id);
  let made = await between(need.wish.id);
  expect(made).toMatchObject({ state: 'asked', next: ['withdrawn'], contacts: [], late: false });
  expect((await introductions()).filter(({ one }) => one.id === need.wish.id)).toHaveLength(1);
  await move(made, 'accepted', '', 409);
  plant();
  clock.now += 15 * DAY_MS;
  made = await between(need.wish.id);
  expect(made).toMatchObject({ late: true, next: ['accepted', 'declined'] });
  await move(made, 'declined', '', 400);
  made = await move(made, 'accepted');
  expect(made.contacts).toEqual([{ name: 'maker', contact: 'call the maker' }]);
  maker();
  made = await between(need.wish.id);
  expect(made.contacts).toEqual([{ name: 'plant', contact: 'call the plant' }]);
  await move({ ...made, revision: 1 }, 'met', '', 409);
  made = await move(await move(made, 'met'), 'agreed', 'a first batch in spring');
  expect(made.moves.map(({ state }) => state)).toEqual(['asked', 'accepted', 'met', 'agreed']);
  clock.now -= 15 * DAY_MS;
});

test('of a confidential one others see neither whose it is nor its words until both have said yes', async () => {
  const { wish: need } = await wish({ confidential: 'yes', words: 'secret orchid fermentation tanks' });
  plant();
  const page = await offer({ words: 'orchid fermentation tanks' });
  const match = page.matches.find((each) => each.wish.id === need.id)!;
  expect(match.wish).toMatchObject({ thing: null, words: '', mine: false });
  expect(match.reasons.find(({ line }) => line === 'words')!.found).toEqual([]);
  expect((await send<WishPage>('GET', `/needs/${need.id}`)).matches).toEqual([]);
  const { wishes } = await send<{ wishes: Wish[] }>('GET', '/needs');
  expect(JSON.stringify(wishes)).not.toContain('secret');
  await introduce(page.wish.id, need.id);
  expect((await between(page.wish.id)).other.thing).toBeNull();
  maker();
  await move(await between(page.wish.id), 'accepted');
  plant();
  expect((await between(page.wish.id)).other).toMatchObject({
    thing: { id: 'maker' },
    words: 'secret orchid fermentation tanks',
  });
});

test('a park brings its tenant together with others; both sides have to say yes', async () => {
  const { wish: need } = await wish({ words: 'freeze drying of vials' });
  plant();
  const { wish: offered } = await offer({ words: 'freeze drying line' });
  become('park-operator', 'other-park');
  await introduce(need.id, offered.id, 403);
  park();
  await introduce(need.id, offered.id);
  const made = await between(need.id);
  expect(made).toMatchObject({ mediated: true, next: ['withdrawn'] });
  maker();
  const half = await move(made, 'accepted');
  expect(half).toMatchObject({ state: 'asked', next: [], contacts: [] });
  plant();
  expect(await move(half, 'accepted')).toMatchObject({ state: 'accepted', contacts: [{ name: 'maker' }] });
  park();
  expect(await between(need.id)).toMatchObject({ contacts: [], next: [] });
});

test('what is withdrawn or expired meets nobody, and examples meet examples only', async () => {
  const { wish: need } = await wish({ words: 'ultrafiltration skid', expiresOn: '2026-11-30' });
  plant();
  const { wish: offered } = await offer({ words: 'ultrafiltration skid' });
  become('enterprise', 'show-org');
  const { wish: shown } = await wish({ thing: 'show', side: 'offer', words: 'ultrafiltration skid' });
  expect(shown.example).toBe(true);
  maker();
  const seen = () => send<WishPage>('GET', `/needs/${need.id}`);
  expect((await seen()).matches.map((each) => each.wish.id)).toEqual([offered.id]);
  await introduce(need.id, shown.id, 400);
  await send('POST', `/needs/${offered.id}/withdraw`, {}, 403);
  plant();
  await send('POST', `/needs/${offered.id}/withdraw`);
  maker();
  expect((await seen()).matches).toEqual([]);
  await introduce(need.id, offered.id, 409);
  clock.now += 9 * DAY_MS;
  expect((await seen()).wish.state).toBe('expired');
  clock.now -= 9 * DAY_MS;
});

test('a third enterprise sees no introduction of others; a patient not even the page', async () => {
  become('enterprise', 'third-org');
  expect(await introductions()).toEqual([]);
  become('patient');
  for (const path of ['/needs', '/introductions']) await send('GET', path, undefined, 403);
});

test('both lists are read page by page: each once, whoever waited longest first, and nobody tries words that are hidden', async () => {
  const offered: string[] = [];
  plant();
  for (let n = 0; n < 53; n += 1) {
    clock.now += 1_000;
    offered.push(
      (await offer({ kind: 'distribution', words: `cold chain ${n}`, wordsZh: n === 7 ? '冷链' : null })).wish.id,
    );
  }
  clock.now += 1_000;
  await offer({ kind: 'distribution', words: 'cold chain nobody knows of', confidential: 'yes' });
  maker();
  const read = async <T>(path: string, of: (page: never) => T[]) => {
    const found: T[] = [];
    let after = '';
    for (let page = 0; page < 5; page += 1) {
      const answer = await send<{ next: string | null }>('GET', `${path}${after && `&after=${after}`}`);
      expect(of(answer as never).length).toBeLessThanOrEqual(50);
      found.push(...of(answer as never));
      if (answer.next === null) return found;
      after = answer.next;
    }
    throw new Error('the list does not end');
  };
  const listed = await read('/needs?kind=distribution', ({ wishes }: { wishes: Wish[] }) => wishes);
  expect(listed.map(({ id }) => id).slice(1)).toEqual(offered.toReversed());
  const found = await read('/needs?text=cold%20chain', ({ wishes }: { wishes: Wish[] }) => wishes);
  expect(found).toHaveLength(53);
  expect(await read('/needs?text=%E5%86%B7', ({ wishes }: { wishes: Wish[] }) => wishes)).toHaveLength(1);
  const { wish: need } = await wish({ kind: 'distribution', words: 'cold chain' });
  for (const other of offered) {
    clock.now += 1_000;
    await introduce(need.id, other);
  }
  await move(await between(need.id), 'withdrawn');
  const all = await read('/introductions?over=yes', (page: { introductions: Introduction[] }) => page.introductions);
  const own = all.filter(({ one }) => one.id === need.id);
  expect(own.map(({ other }) => other.id)).toEqual([...offered.slice(1), offered[0]!]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const { counts } = await send<IntroductionsPage>('GET', '/introductions?over=no');
  expect(counts.asked).toBe(all.filter(({ state }) => state === 'asked').length);
  await send('GET', '/introductions?after=nonsense', undefined, 400);
});
