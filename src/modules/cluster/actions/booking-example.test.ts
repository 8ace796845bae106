import { expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import type { Role } from '#kernel/context';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { listBookables, publishBookable } from './booking.ts';
import { enterBookingExample } from './booking-example.ts';
import { enterExamples } from './example.ts';
import { loadFacts } from './facts.ts';

const pool = await testDatabase();
const as = async (role: Role) =>
  testContext(pool, {
    actor: testActor(role, { id: `test/${role}`, permissions: await findPermissions(pool, [role]) }),
  });

/** Goal: the examples are there once, marked as such, and terms that somebody changed stay so. */
test('examples of what can be booked are entered once', async () => {
  const [regulator, operator] = [await as('regulator'), await as('park-operator')];
  await loadFacts(testContext(pool));
  await enterExamples(regulator);
  await enterBookingExample(operator);
  expect((await listBookables(operator, { examples: true })).bookables).toEqual([]);
  await pool.run(sql`
    insert into cluster.representation (thing, id, party, party_name, state, claimed_by, claimed_by_name, claimed_at)
    values ('example-park', gen_random_uuid(), ${`account/${operator.actor.id}`}, 'x', 'confirmed', 'x', 'x', now())
  `);
  await enterBookingExample(operator);
  const { bookables } = await listBookables(operator, { examples: true });
  expect(bookables.map(({ thing }) => thing.example)).toEqual([true, true, true]);
  expect((await listBookables(regulator, {})).bookables).toEqual([]);
  const { thing, placeName: _, freeSlots: __, revision, ...terms } = bookables[0]!;
  await publishBookable(operator, thing.id, { terms: { ...terms, leadHours: 7 }, revision });
  await enterBookingExample(operator);
  expect((await listBookables(operator, { examples: true })).bookables[0]).toMatchObject({ leadHours: 7 });
});
