import { beforeEach, describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import type { Agreement, UseAsked } from '../model.ts';
import { agreementOf } from '../rules/agreements.ts';
import { insertAgreement } from '../store/agreements.ts';
import { decideUse, endAgreement, makeAgreement, noteDuties } from './agreements.ts';

const db = await testDatabase();
let clock = Date.parse('2026-03-02T08:00:00Z');
const ctx = testContext(db, { now: () => new Date(clock) });
const SELLER = { id: 'Organization/lab', name: 'Laboratory' };
const BUYER = { id: 'account/buyer', name: 'Buyer' };
const constraint = (leftOperand: string, operator: string, rightOperand: unknown) => ({
  leftOperand,
  operator,
  rightOperand,
});

beforeEach(() => {
  clock = Date.parse('2026-03-02T08:00:00Z');
});

async function agreed(offer: object): Promise<Agreement> {
  const id = `urn:uuid:${ctx.newId()}`;
  const parts = { id, target: 'off-1', assigner: SELLER.id, assignee: BUYER.id, at: ctx.now() };
  const policy = agreementOf({ '@id': 'urn:offer', '@type': 'Offer', ...offer }, parts);
  const agreement = {
    id,
    offeringId: 'off-1',
    version: 1,
    assigner: SELLER,
    assignee: BUYER,
    policy,
    madeAt: ctx.now().toISOString(),
    ended: null,
  };
  await db.transaction((tx) => insertAgreement(tx, agreement));
  return agreement;
}

const use = (id: string, asked: Partial<UseAsked> = {}) =>
  db.transaction((tx) => decideUse(ctx, tx, id, { action: 'use', at: ctx.now(), ...asked }));

/**
 * Goal: an agreement gives what it says, never more, whoever asks at once; and whoever is refused learns why.
 * Method: agreements with limits in a real database; uses in any number beside each other; the counts are read back.
 */
describe('uses under an agreement', () => {
  test('a quota is never overdrawn by uses beside each other, of any size', async () => {
    const { id } = await agreed({ permission: [{ action: 'use', constraint: [constraint('count', 'lteq', '100')] }] });
    const sizes = Array.from({ length: 60 }, (_, at) => 1 + (at % 5));
    const decisions = await Promise.all(sizes.map((count) => use(id, { count })));
    const given = sizes.filter((_, at) => decisions[at]?.permitted).reduce((sum, size) => sum + size, 0);
    const { uses } = await db.one<{ uses: number }>(sql`select uses from exchange.use where agreement = ${id}`);
    expect(uses).toBe(given);
    expect(given).toBeGreaterThan(95);
    expect(given).toBeLessThanOrEqual(100);
    expect(decisions.find(({ permitted }) => !permitted)?.reasons).toEqual([
      { why: 'not-satisfied', rule: `${id}#permission-1`, left: 'count' },
    ]);
  });

  test('a use that is rolled back with its act was none', async () => {
    const { id } = await agreed({ permission: [{ action: 'use', constraint: [constraint('count', 'lteq', '1')] }] });
    const delivering = db.transaction(async (tx) => {
      expect((await decideUse(ctx, tx, id, { action: 'use', at: ctx.now() })).permitted).toBe(true);
      throw new Error('the disk is full');
    });
    await expect(delivering).rejects.toThrow('the disk is full');
    expect((await use(id)).permitted).toBe(true);
    expect((await use(id)).permitted).toBe(false);
  });

  test('purposes lie under each other, and another purpose is told as the reason', async () => {
    const { id } = await agreed({
      permission: [{ action: 'use', constraint: [constraint('purpose', 'isAnyOf', ['research'])] }],
    });
    expect((await use(id, { purpose: 'clinical-research' })).permitted).toBe(true);
    expect((await use(id, { purpose: 'insurance-pricing' })).reasons).toMatchObject([
      { why: 'not-satisfied', left: 'purpose' },
    ]);
    expect((await use(id)).permitted).toBe(false);
  });

  test('a purpose is the same by its code and by its IRI', async () => {
    const at = 'https://banyan.health/code/purpose#research';
    const { id } = await agreed({
      permission: [{ action: 'use', constraint: [constraint('purpose', 'isAnyOf', [at])] }],
    });
    for (const purpose of ['research', at, 'clinical-research'])
      expect((await use(id, { purpose })).permitted, purpose).toBe(true);
    expect((await use(id, { purpose: 'insurance' })).permitted).toBe(false);
  });

  test('days count from the agreement', async () => {
    const { id } = await agreed({
      permission: [{ action: 'use', constraint: [constraint('elapsedTime', 'lteq', 'P30D')] }],
    });
    clock += 30 * 86_400_000;
    expect((await use(id)).permitted).toBe(true);
    clock += 1;
    expect((await use(id)).reasons).toMatchObject([{ left: 'elapsedTime' }]);
  });

  test('only the recipient that is named may receive it', async () => {
    const { id } = await agreed({
      permission: [{ action: 'use', constraint: [constraint('recipient', 'eq', BUYER.id)] }],
    });
    expect((await use(id)).permitted).toBe(true);
    expect((await use(id, { recipient: 'account/other' })).permitted).toBe(false);
  });

  test('what is forbidden stays so, whatever is permitted', async () => {
    const { id } = await agreed({ permission: [{ action: 'use' }], prohibition: [{ action: 'distribute' }] });
    expect((await use(id)).permitted).toBe(true);
    expect((await use(id, { action: 'distribute' })).reasons).toEqual([
      { why: 'conflict', rule: `${id}#prohibition-1` },
    ]);
    expect((await use(id, { action: 'sell' })).reasons).toEqual([{ why: 'no-permission' }]);
  });

  test('duties are told; consent is owed before, the rest as time passes; one that was not done bars', async () => {
    const { id } = await agreed({
      permission: [{ action: 'use', duty: [{ action: 'obtainConsent' }, { action: 'attribute' }] }],
    });
    const first = await use(id);
    expect(first).toMatchObject({
      permitted: false,
      reasons: [{ why: 'duty-open', rule: `${id}#permission-1-duty-1` }],
    });
    expect(first.duties.map(({ action, state }) => [action, state])).toEqual([
      ['obtainConsent', 'open'],
      ['attribute', 'open'],
    ]);
    const note = (action: string, performance: 'performed' | 'unperformed') =>
      db.transaction((tx) => noteDuties(ctx, tx, id, { action, performance, note: 'seen' }));
    expect(await note('obtainConsent', 'performed')).toBe(1);
    expect((await use(id)).permitted).toBe(true);
    await note('attribute', 'unperformed');
    expect((await use(id)).reasons).toEqual([{ why: 'duty-violated' }]);
    expect(await note('delete', 'performed')).toBe(0);
  });

  test('an agreement that has ended permits nothing, and ends once', async () => {
    const { id } = await agreed({ permission: [{ action: 'use' }] });
    for (const why of ['refunded', 'expired']) await db.transaction((tx) => endAgreement(ctx, tx, id, why));
    expect((await use(id)).reasons).toEqual([{ why: 'ended' }]);
    const acts = await db.rows(
      sql`select 1 from access.audit where act = 'exchange.agreement-ended' and subject = ${id}`,
    );
    expect(acts).toHaveLength(1);
  });

  test('no agreement on what may not be traded', async () => {
    const asked = {
      offeringId: 'nothing',
      version: 1,
      assigner: SELLER,
      assignee: BUYER,
      policy: { permission: [{ action: 'use' }] },
    };
    await expect(db.transaction((tx) => makeAgreement(ctx, tx, asked))).rejects.toThrow('the offering is not listed');
  });

  test.each([0, -1, 1.5, Number.NaN])('%d uses at once are refused', async (count) => {
    const { id } = await agreed({ permission: [{ action: 'use' }] });
    await expect(use(id, { count })).rejects.toThrow('whole number from 1');
  });
});
