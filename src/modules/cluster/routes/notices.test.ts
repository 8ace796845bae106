import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { visitRoutes } from '../../../../tests/support/visits.ts';
import { claimThing, decideClaim, endClaim, enterThing, listClaims, notify } from '../actions/index.ts';
import type { NoticePage } from '../model.ts';
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
