import { actAsDemo } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import example from '../../../../facts/cluster/booking-example.json' with { type: 'json' };
import type { BookingTerms, ThingKind } from '../model.ts';
import { findBookables, findKinds } from '../store/index.ts';
import { publishBookable } from './booking.ts';
import { enterThing, relate } from './record.ts';
import { ownThings } from './spoken.ts';

const PARK = 'example-park';

/** Instruments and a service of the example park, published by its demo account; each is entered and published once. */
export function bookingExampleJob(pool: Pool): Job {
  return {
    name: 'cluster.booking-example',
    everySeconds: 60,
    async run(job) {
      const operator = await actAsDemo(onDb(job, pool), 'park-operator');
      if (operator !== undefined) await enterBookingExample(operator);
    },
  };
}

export async function enterBookingExample(operator: Context): Promise<void> {
  if (!(await ownThings(operator, ['park'])).some(({ id }) => id === PARK)) return;
  const ids = example.bookables.map(({ id }) => id);
  const known = await findKinds(operator.db, ids);
  const published = await findBookables(operator.db, { things: ids, examples: true, closed: true, limit: ids.length });
  for (const { id, kind, name, nameZh, terms } of example.bookables) {
    if (!known.has(id))
      await operator.db.transaction(async (tx) => {
        const thing = { id, kind: kind as ThingKind, name, nameZh, example: true };
        await enterThing(operator, tx, thing);
        await relate(operator, tx, { subject: id, predicate: 'located-in', object: PARK });
      });
    if (!published.some(({ thing }) => thing.id === id))
      await publishBookable(operator, id, { terms: terms as BookingTerms, revision: null });
  }
}
