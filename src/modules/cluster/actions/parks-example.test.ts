import { expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import type { Role } from '#kernel/context';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { enterExamples } from './example.ts';
import { loadFacts } from './facts.ts';
import { enterParkExample } from './parks-example.ts';
import { listProjects, moveProject, readFunnel } from './projects.ts';
import { listRelays } from './relay.ts';
import { readParkSpace } from './space.ts';

const pool = await testDatabase();
const as = async (role: Role) =>
  testContext(pool, { actor: testActor(role, { permissions: await findPermissions(pool, [role]) }) });

/** Goal: the example is there once, marked as one, whatever interrupts it, and leaves alone what somebody moved. */
test('the example park fills once, and what somebody moved stays', async () => {
  const [regulator, operator, enterprise] = [await as('regulator'), await as('park-operator'), await as('enterprise')];
  await enterParkExample(operator, enterprise);
  expect((await listProjects(operator, { examples: true })).projects).toEqual([]);

  await loadFacts(testContext(pool));
  await enterExamples(regulator);
  for (const [thing, { actor }] of [
    ['example-park', operator],
    ['example-enterprise', enterprise],
  ] as const)
    await pool.run(sql`
      insert into cluster.representation (thing, id, party, party_name, state, claimed_by, claimed_by_name, claimed_at)
      values (${thing}, gen_random_uuid(), ${`account/${actor.id}`}, 'x', 'confirmed', 'x', 'x', now())
    `);
  await enterParkExample(operator, enterprise);
  const { projects } = await listProjects(operator, { examples: true });
  expect(projects.length).toBeGreaterThan(20);
  expect(projects.every(({ example }) => example)).toBe(true);
  expect((await listProjects(regulator, { examples: false })).projects).toEqual([]);
  expect((await readFunnel(regulator, { examples: false })).projects).toBe(0);

  const moved = projects.find(({ stage }) => stage === 'negotiating')!;
  await moveProject(operator, moved.id, { to: 'lost', reason: 'test', revision: moved.revision });
  await enterParkExample(operator, enterprise);
  const again = (await listProjects(operator, { examples: true })).projects;
  expect(again).toHaveLength(projects.length);
  expect(again.find(({ id }) => id === moved.id)?.stage).toBe('lost');

  const { units, figures, leases } = await readParkSpace(operator, 'example-park');
  expect([units.length, leases.length, figures.letM2 > 0]).toEqual([22, 12, true]);
  expect((await listRelays(enterprise)).relays).toHaveLength(3);
});
