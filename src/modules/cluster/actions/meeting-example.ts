import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import example from '../../../../facts/cluster/meeting-example.json' with { type: 'json' };
import type { WishKind, WishSide } from '../model.ts';
import { findWishes } from '../store/index.ts';
import { demo } from './example.ts';
import { introduce, listIntroductions, stateWish } from './meeting.ts';
import { ownThings } from './spoken.ts';

/** Needs and offers of the example enterprise and the example park, by the acts of their demo accounts; each is stated once, and what was withdrawn stays so. */
export function meetingExampleJob(pool: Pool): Job {
  return {
    name: 'cluster.meeting-example',
    everySeconds: 60,
    async run(job) {
      const ctx = onDb(job, pool);
      const operator = await demo(ctx, 'demo-park-operator');
      const enterprise = await demo(ctx, 'demo-enterprise');
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
        ...{ ...wish, side: side as WishSide, kind: kind as WishKind },
        ...{ place: null, from: null, to: null, expiresOn: null },
      });
  // Once only: whoever ended it is not asked again.
  if (known.size < ids.length && (await listIntroductions(enterprise)).length === 0)
    await introduce(enterprise, example.introduction);
}
