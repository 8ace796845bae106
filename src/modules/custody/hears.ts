import type { Hearer } from '#kernel/outbox';
import { keepReadings } from './actions/index.ts';
import { parseReadings } from './rules/index.ts';

/** Reads again what a device sent and nobody could read: it becomes a dead letter, or readings once the reason is gone. */
export const unreadMessages: Hearer = {
  name: 'custody.unread',
  hears: ['custody.message-unread'],
  async hear(ctx, facts) {
    for (const { data } of facts) {
      const { device, payload, receivedAt } = data as { device: string; payload: string; receivedAt: string };
      await keepReadings(ctx, ctx.db, [parseReadings(Buffer.from(payload, 'base64'), device, new Date(receivedAt))]);
    }
  },
};
