import { expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import type { Role } from '#kernel/context';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { readCatalogue } from './catalogues.ts';
import { enterExamples } from './example.ts';
import { loadFacts } from './facts.ts';
import { listIntroductions, listWishes, moveIntroduction, withdrawWish } from './meeting.ts';
import { enterMeetingExample } from './meeting-example.ts';

const pool = await testDatabase();
const as = async (role: Role) =>
  testContext(pool, {
    actor: testActor(role, { id: `test/${role}`, permissions: await findPermissions(pool, [role]) }),
  });

/** Goal: the examples are there once, marked as such, and what somebody ended or withdrew stays so. */
test('examples of needs, offers and products are entered once', async () => {
  const [regulator, operator, enterprise] = [await as('regulator'), await as('park-operator'), await as('enterprise')];
  await loadFacts(testContext(pool));
  await enterExamples(regulator);
  await enterMeetingExample(operator, enterprise);
  expect((await listWishes(regulator, { mine: false, examples: true })).wishes).toEqual([]);
  for (const [thing, { actor }] of [
    ['example-park', operator],
    ['example-enterprise', enterprise],
  ] as const)
    await pool.run(sql`
      insert into cluster.representation (thing, id, party, party_name, state, claimed_by, claimed_by_name, claimed_at)
      values (${thing}, gen_random_uuid(), ${`account/${actor.id}`}, 'x', 'confirmed', 'x', 'x', now())
    `);
  await enterMeetingExample(operator, enterprise);
  const { wishes } = await listWishes(regulator, { mine: false, examples: true });
  expect(wishes).toHaveLength(6);
  expect((await listWishes(regulator, { mine: false })).wishes).toEqual([]);
  const {
    introductions: [asked],
  } = await listIntroductions(operator);
  await moveIntroduction(operator, asked!.id, { state: 'declined', reason: 'test', revision: asked!.revision });
  await withdrawWish(operator, wishes.find(({ thing }) => thing?.id === 'example-park')!.id);
  await enterMeetingExample(operator, enterprise);
  expect((await listIntroductions(enterprise)).introductions.map(({ state }) => state)).toEqual(['declined']);
  expect((await listWishes(regulator, { mine: false, examples: true })).wishes).toHaveLength(5);
  expect((await readCatalogue(regulator, { of: 'drug', examples: false })).lines).toEqual([]);
  const [line] = (await readCatalogue(regulator, { of: 'drug', examples: true, gap: 'insurance-list' })).lines;
  expect(line).toMatchObject({ thing: { example: true }, said: { 'insurance-list': { value: 'applied' } } });
});
