import { actAsDemo } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import example from '../../../../facts/cluster/publications-example.json' with { type: 'json' };
import type { ThingKind, Value } from '../model.ts';
import { findKinds } from '../store/index.ts';
import { enterThing, relate, stateAll } from './record.ts';
import { ownThings } from './spoken.ts';

const ENTERPRISE = 'example-enterprise';

/** A paper and patents of the example enterprise, by its demo account; each is entered once. */
export function publicationsExampleJob(pool: Pool): Job {
  return {
    name: 'cluster.publications-example',
    everySeconds: 60,
    async run(job) {
      const enterprise = await actAsDemo(onDb(job, pool), 'enterprise');
      if (enterprise !== undefined) await enterPublications(enterprise);
    },
  };
}

async function enterPublications(enterprise: Context): Promise<void> {
  if (!(await ownThings(enterprise, ['enterprise'])).some(({ id }) => id === ENTERPRISE)) return;
  const known = await findKinds(
    enterprise.db,
    example.works.map(({ id }) => id),
  );
  for (const { id, kind, name, nameZh, said, predicate } of example.works)
    if (!known.has(id))
      await enterprise.db.transaction(async (tx) => {
        await enterThing(enterprise, tx, { id, kind: kind as ThingKind, name, nameZh, example: true });
        const statements = Object.entries(said).map(([property, value]) => ({
          thing: id,
          property,
          value: value as Value,
        }));
        await stateAll(enterprise, tx, statements);
        await relate(enterprise, tx, { subject: id, predicate, object: ENTERPRISE });
      });
}
