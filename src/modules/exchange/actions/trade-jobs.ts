import { onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import { dropMinutes } from '../store/delivery.ts';
import { hearDueNotices } from './money.ts';
import { clockDueOrders } from './orders.ts';
import { sendDuePushes } from './pushes.ts';

const HOUR_MS = 3_600_000;

/** What of trade happens by itself. Each piece of it commits by itself: one that fails holds up no other. */
export function tradeJobs({ pool }: { pool: Pool }): Job[] {
  return [
    { name: 'exchange payments', everySeconds: 1, run: (ctx) => hearDueNotices(onDb(ctx, pool)) },
    { name: 'exchange orders', everySeconds: 10, run: (ctx) => clockDueOrders(onDb(ctx, pool)) },
    { name: 'exchange pushes', everySeconds: 2, run: (ctx) => sendDuePushes(onDb(ctx, pool), { allowInside: false }) },
    {
      name: 'exchange meters',
      everySeconds: HOUR_MS / 1_000,
      run: (ctx) => dropMinutes(ctx.db, new Date(ctx.now().getTime() - HOUR_MS)),
    },
  ];
}
