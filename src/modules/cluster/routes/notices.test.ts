import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { visitRoutes } from '../../../../tests/support/visits.ts';
import {
  askLead,
  claimThing,
  decideClaim,
  endClaim,
  enterThing,
  introduce,
  listClaims,
  listIntroductions,
  listWishes,
  moveIntroduction,
  notify,
  relate,
  state,
  stateWish,
} from '../actions/index.ts';
import { meetingHearer } from '../actions/meeting.ts';
import {
  actOn,
  addFile,
  amendPolicy,
  answerQuestion,
  beginApplication,
  matchJob,
  readApplication,
} from '../actions/policies/index.ts';
import { freshnessJob } from '../actions/upkeep.ts';
import type { NoticePage } from '../model.ts';
import { POLICIES } from '../rules/policies/index.ts';
import { noticeRoutes } from './notices.ts';

/**
 * Goal: who is concerned is told once of each cause, sees nothing of others, and what one person reads or silences stays unread for the rest.
 * Method: true roles on a true database; notices made through the door that every part calls.
 */
const { pool, clock, become, own, send } = await visitRoutes('/api/cluster', [noticeRoutes]);

const firm = (): void => become('enterprise', 'firm-org');
const tell = (cause: string, to: readonly string[], kind: 'booking-asked' | 'policy-found' = 'booking-asked') =>
  pool.transaction(async (tx) => {
    become('regulator', 'teller');
    await notify(own(), tx, { cause, kind, to, path: '/cluster', facts: { what: { en: cause, zh: cause } } });
    firm();
  });
const inbox = (query = '') => send<NoticePage>('GET', `/notices${query}`);
const causes = async (query = '') =>
  (await inbox(query)).notices.map(({ facts }) => (facts['what'] as { en: string }).en);
const mark = (ids: string[], read: 'yes' | 'no') => send('POST', '/notices/read', { ids, read });

beforeAll(async () => {
  await pool.transaction(async (tx) => {
    await enterThing(own(), tx, { id: 'firm', kind: 'enterprise', name: 'Firm', owner: 'Organization/firm-org' });
    await enterThing(own(), tx, { id: 'rival', kind: 'enterprise', name: 'Rival', owner: 'Organization/rival-org' });
  });
});
beforeEach(async () => {
  await pool.transaction(async (tx) => {
    for (const table of ['notice', 'notice_to', 'notice_read', 'notice_quiet'])
      await tx.run({ text: `delete from cluster.${table}`, values: [] });
  });
  clock.now += 1_000;
  firm();
});

describe('who is told', () => {
  test('whoever speaks for the thing, once for each cause, however often and to whomever it is told', async () => {
    await tell('one', ['thing/firm', 'Organization/firm-org']);
    await tell('one', ['thing/firm']);
    expect(await causes()).toEqual(['one']);
    become('enterprise', 'rival-org');
    expect(await inbox()).toMatchObject({ notices: [], unread: 0, more: false });
  });

  test('a speaker sees it from the confirmation on and no longer when the claim has ended', async () => {
    await tell('one', ['thing/rival']);
    expect(await causes()).toEqual([]);
    await claimThing(own(), 'rival', 'we run it');
    expect(await causes()).toEqual([]);
    become('regulator');
    const claim = (await listClaims(own())).claims[0]!.id;
    await decideClaim(own(), claim, { decision: 'confirmed', reason: '' });
    firm();
    expect(await causes()).toEqual(['one']);
    become('regulator');
    await endClaim(own(), claim, 'they sold it');
    firm();
    expect(await causes()).toEqual([]);
  });

  test('a role, an account; never of the own act, never of a kind whose act the role may not do', async () => {
    await tell('desk', ['role/regulator']);
    await tell('policy', ['Organization/park-org'], 'policy-found');
    await tell('person', ['account/test/enterprise/firm-org']);
    expect(await causes()).toEqual(['person']);
    become('park-operator', 'park-org');
    expect(await causes()).toEqual([]);
    become('regulator', 'other');
    expect(await causes()).toEqual(['desk']);
    become('regulator', 'teller');
    expect(await causes()).toEqual([]);
  });
});

describe('reading', () => {
  test('is each person’s own, and can be taken back', async () => {
    await tell('old', ['thing/firm']);
    clock.now += 1_000;
    await tell('new', ['thing/firm']);
    const { notices, unread } = await inbox();
    expect([notices.map(({ readAt }) => readAt), unread]).toEqual([[null, null], 2]);
    await mark([notices[0]!.id], 'yes');
    await mark([notices[0]!.id], 'yes');
    expect(await causes('?unread=yes')).toEqual(['old']);
    expect(await send('GET', '/notices/count')).toEqual({ unread: 1 });
    await mark([notices[0]!.id], 'no');
    expect(await causes('?unread=yes')).toEqual(['new', 'old']);
    expect(await inbox('?limit=1')).toMatchObject({ more: true, unread: 2 });
    expect(await causes('?limit=1&offset=1')).toEqual(['old']);
  });

  test('nobody marks what does not reach them', async () => {
    await tell('theirs', ['thing/rival']);
    become('enterprise', 'rival-org');
    const { id } = (await inbox()).notices[0]!;
    firm();
    await mark([id], 'yes');
    expect(await pool.rows({ text: 'select 1 from cluster.notice_read', values: [] })).toEqual([]);
  });

  test('a silenced kind is neither shown nor counted, and comes back whole', async () => {
    await tell('policy', ['thing/firm'], 'policy-found');
    await tell('booking', ['thing/firm']);
    await send('PUT', '/notices/quiet', { kinds: ['policy-found'] });
    expect(await causes()).toEqual(['booking']);
    expect(await inbox()).toMatchObject({ unread: 1, quiet: ['policy-found'] });
    await send('PUT', '/notices/quiet', { kinds: [] });
    expect(await inbox()).toMatchObject({ unread: 2, quiet: [] });
    await send('PUT', '/notices/quiet', { kinds: ['no such'] }, 400);
  });
});

/**
 * Goal: every part tells whom it concerns, and a job that runs again, or after a restart, tells nothing twice.
 * Method: the acts themselves, on the real clauses.
 */
describe('what is told', () => {
  const M = 100_000_000;
  const job = async (one: typeof matchJob) => {
    become('regulator', 'job');
    await pool.transaction((tx) => one.run({ ...own(), db: tx }));
    firm();
  };
  const told = async (kind: string) => (await inbox('?limit=200')).notices.filter((notice) => notice.kind === kind);
  const say = (name: string, value: boolean | number | string | null) =>
    answerQuestion(own(), { enterprise: 'firm', name, value });

  test('a clause that may apply, then applies, then is changed: each once, with what the rules give altogether', async () => {
    become('regulator');
    await pool.transaction(async (tx) => {
      await enterThing(own(), tx, { id: 'nansha', kind: 'place', name: 'Nansha' });
      await state(own(), tx, { thing: 'nansha', property: 'adcode', value: '440115' });
      await relate(own(), tx, { subject: 'firm', predicate: 'located-in', object: 'nansha' });
    });
    await job(matchJob);
    const [first, ...more] = await told('policy-found');
    expect(more).toEqual([]);
    expect(first!.facts).toMatchObject({ apply: 0, enterprise: { en: 'Firm' } });
    expect(first!.facts['mayApply']).toBeGreaterThan(5);
    for (const [name, value] of [
      ['foreignEnterprise', true],
      ['geneTherapyWork', true],
      ['foreignPaidIn', 50 * M],
    ] as const)
      await say(name, value);
    clock.now += 300_000;
    await job(matchJob);
    const certain = (await told('policy-found'))[0]!;
    expect(certain.facts).toMatchObject({ apply: 1, certainFen: M, first: { en: expect.stringContaining('Foreign') } });
    // Taken back and said again: nothing new.
    await say('foreignPaidIn', null);
    await job(matchJob);
    await say('foreignPaidIn', 50 * M);
    await job(matchJob);
    await job(matchJob);
    expect(await told('policy-found')).toHaveLength(2);
    become('regulator');
    const nine = POLICIES.find(({ id }) => id === 'nansha-nine')!.versions[0]!;
    const clauses = nine.clauses.filter(({ id }) => id === 'foreign-capital');
    await amendPolicy(own(), 'nansha-nine', {
      from: '2026-11-22',
      to: '2026-12-05',
      clauses,
      words: 'shorter',
      version: nine.version,
    });
    clock.now += 300_000;
    await job(matchJob);
    expect((await told('policy-found')).map(({ facts }) => facts['apply'])).toEqual([1, 1, 0]);
    expect((await told('policy-closes')).map(({ facts }) => facts['dayOn'])).toEqual(['2026-12-05']);
    clock.now += 11 * 86_400_000;
    await job(matchJob);
    await job(matchJob);
    expect(await told('policy-closes')).toHaveLength(2);
    become('enterprise', 'rival-org');
    expect(await told('policy-closes')).toEqual([]);
  });

  test('a step of an application reaches the other side, its clock whose turn it is', async () => {
    const begun = await beginApplication(own(), {
      enterprise: 'firm',
      policy: 'nansha-nine',
      clause: 'foreign-capital',
      matter: 'site',
    });
    for (const name of begun.missingEvidence)
      await addFile(own(), begun.id, { name, fileName: 'a.pdf', media: 'application/pdf', content: Buffer.from(name) });
    const step = async (act: 'submit' | 'receive' | 'return', words = '') => {
      const { revision } = await readApplication(own(), begun.id);
      await actOn(own(), begun.id, { act, revision, words });
    };
    await step('submit');
    expect(await told('application-moved')).toEqual([]);
    become('regulator');
    expect((await told('application-moved')).map(({ facts }) => facts['state'])).toEqual(['submitted']);
    await step('receive');
    await step('return', 'a page lacks');
    firm();
    expect((await told('application-moved')).map(({ facts }) => facts['state']).toSorted()).toEqual([
      'received',
      'returned',
    ]);
    clock.now += 30 * 86_400_000;
    await job(matchJob);
    await job(matchJob);
    expect((await told('application-due')).map(({ facts }) => [facts['what'], facts['when']])).toEqual([
      ['mend', 'late'],
    ]);
  });

  test('wishes that meet and an introduction reach both sides, without a word of the other', async () => {
    const wish = (side: 'need' | 'offer', thing: string) =>
      stateWish(own(), {
        side,
        thing,
        kind: 'capacity',
        words: `fermentation tanks ${side}`,
        wordsZh: null,
        sector: null,
        quantity: null,
        unit: null,
        from: null,
        to: null,
        place: null,
        confidential: true,
        contact: 'x',
        expiresOn: null,
      });
    const need = await wish('need', 'firm');
    become('enterprise', 'rival-org');
    const offer = await wish('offer', 'rival');
    const hear = () =>
      pool.transaction(async (tx) => {
        become('regulator', 'hearer');
        const fact = { id: 1, toldAt: new Date(), attempts: 0, type: 'cluster.wish-changed', subject: offer };
        await meetingHearer.hear({ ...own(), db: tx }, [fact]);
        firm();
      });
    await hear();
    await hear();
    expect((await told('wish-matched')).map(({ path, facts }) => [path, facts['wish']])).toEqual([
      [`/cluster/needs/${need}`, { en: 'fermentation tanks need', zh: 'fermentation tanks need' }],
    ]);
    expect((await listWishes(own(), { mine: true })).wishes.map(({ id }) => id)).toEqual([need]);
    await introduce(own(), { one: need, other: offer, words: '' });
    expect(await told('introduction-moved')).toEqual([]);
    become('enterprise', 'rival-org');
    expect((await told('introduction-moved')).map(({ facts }) => facts)).toEqual([
      { state: 'asked', wish: { en: 'fermentation tanks offer', zh: 'fermentation tanks offer' } },
    ]);
    const {
      introductions: [introduction],
    } = await listIntroductions(own());
    await moveIntroduction(own(), introduction!.id, {
      state: 'accepted',
      reason: '',
      revision: introduction!.revision,
    });
    firm();
    expect((await told('introduction-moved')).map(({ facts }) => facts['state'])).toEqual(['accepted']);
  });

  test('an owner hears once of all that came due together, a department of a value that is asked for', async () => {
    clock.now += 365 * 86_400_000;
    await job(freshnessJob);
    await job(freshnessJob);
    expect((await told('thing-due')).map(({ facts }) => facts)).toEqual([
      { first: { en: 'Firm', zh: 'Firm' }, count: 1 },
    ]);
    become('regulator', 'asker');
    await pool.transaction(async (tx) => {
      await enterThing(own(), tx, { id: 'goal', kind: 'target', name: 'Goal' });
      for (const [property, value] of [
        ['metric', 'patents'],
        ['target-value', 100],
      ] as const)
        await state(own(), tx, { thing: 'goal', property, value });
    });
    await askLead(own(), 'goal', { year: 2025, words: '' });
    await askLead(own(), 'goal', { year: 2025, words: '' });
    become('regulator', 'lead');
    expect((await told('target-asked')).map(({ facts }) => facts['year'])).toEqual([2025]);
  });
});
