import { actAsDemo } from '#kernel/access';
import { type Context, onDb, type Role } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import example from '../../../../facts/cluster/example.json' with { type: 'json' };
import type { ThingKind, Value } from '../model.ts';
import { findClaims, findKinds } from '../store/index.ts';
import { enterThings, partiesOf, relateAll, stateAll } from './record.ts';
import { claimThing, decideClaim } from './representations.ts';

const WORDS = 'Example of the demonstration. 演示用示例。';

/**
 * Enters the example enterprise and the example park of the demo by the acts of its accounts: the regulator enters them, their
 * speakers claim them, and the regulator confirms. Each step is done once; what was ended stays so.
 */
export function exampleJob(pool: Pool): Job {
  return {
    name: 'cluster.example',
    everySeconds: 60,
    async run(job) {
      const ctx = onDb(job, pool);
      const regulator = await actAsDemo(ctx, 'regulator');
      if (regulator === undefined) return;
      await enterExamples(regulator);
      for (const { id, speaker } of example.things) {
        const account = await actAsDemo(ctx, speaker as Role);
        if (account === undefined) continue;
        const own = await findClaims(pool, partiesOf(account.actor));
        const made = own.find(({ thing }) => thing === id);
        if (made !== undefined && made.state !== 'claimed') continue;
        const claim = made ?? (await claimThing(account, id, WORDS));
        await decideClaim(regulator, claim.id, { decision: 'confirmed', reason: WORDS });
      }
    },
  };
}

export async function enterExamples(regulator: Context): Promise<void> {
  const { things } = example;
  const known = await findKinds(
    regulator.db,
    things.map(({ id }) => id),
  );
  if (known.size === things.length) return;
  await regulator.db.transaction(async (tx) => {
    const entered = await enterThings(
      regulator,
      tx,
      things.map(({ id, kind, name, nameZh }) => ({ id, kind: kind as ThingKind, name, nameZh, example: true })),
    );
    const fresh = things.filter(({ id }) => entered.includes(id));
    await stateAll(
      regulator,
      tx,
      fresh.flatMap(({ id, statements }) =>
        Object.entries(statements).map(([property, value]) => ({ thing: id, property, value: value as Value })),
      ),
    );
    await relateAll(
      regulator,
      tx,
      fresh.flatMap(({ id, relations }) =>
        Object.entries(relations).map(([predicate, object]) => ({ subject: id, predicate, object })),
      ),
    );
  });
}
