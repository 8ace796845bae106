import { actAsDemo } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import catalogue from '../../../../facts/cluster/catalogue-example.json' with { type: 'json' };
import example from '../../../../facts/cluster/meeting-example.json' with { type: 'json' };
import type { ProductClass, WishKind, WishSide } from '../model.ts';
import { findKinds, findWishes } from '../store/index.ts';
import { enterProduct } from './catalogues.ts';
import { introduce, listIntroductions, stateWish } from './meeting.ts';
import { ownThings } from './spoken.ts';

/** Needs, offers and products of the example enterprise and the example park, by the acts of their demo accounts; each is stated once, and what was withdrawn stays so. */
export function meetingExampleJob(pool: Pool): Job {
  return {
    name: 'cluster.meeting-example',
    everySeconds: 60,
    async run(job) {
      const ctx = onDb(job, pool);
      const operator = await actAsDemo(ctx, 'park-operator');
      const enterprise = await actAsDemo(ctx, 'enterprise');
      if (operator !== undefined && enterprise !== undefined) await enterMeetingExample(operator, enterprise);
    },
  };
}

export async function enterMeetingExample(operator: Context, enterprise: Context): Promise<void> {
  const ids = example.wishes.map(({ id }) => id);
  const known = new Set((await findWishes(operator.db, { ids, limit: ids.length })).map(({ id }) => id));
  const speakers = { 'example-enterprise': enterprise, 'example-park': operator };
  for (const [speaks, ctx] of Object.entries(speakers))
    if (!(await ownThings(ctx, ['park', 'enterprise'])).some(({ id }) => id === speaks)) return;
  for (const { side, kind, ...wish } of example.wishes)
    if (!known.has(wish.id))
      await stateWish(speakers[wish.thing as keyof typeof speakers], {
        ...wish,
        side: side as WishSide,
        kind: kind as WishKind,
        place: null,
        from: null,
        to: null,
        expiresOn: null,
      });
  // Whoever ended it is not asked again.
  if ((await listIntroductions(enterprise)).introductions.length === 0)
    await introduce(enterprise, example.introduction);
  const products = await findKinds(
    enterprise.db,
    catalogue.products.map(({ id }) => id),
  );
  for (const { class: of, ...product } of catalogue.products)
    if (!products.has(product.id))
      await enterProduct(enterprise, { ...product, class: of as ProductClass, maker: 'example-enterprise' });
}
