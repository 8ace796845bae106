import type { Changed } from '#kernel/fhir';
import type { Hearer } from '#kernel/outbox';
import { keepReadings } from './actions/index.ts';
import { parseReadings, sitesOf } from './rules/index.ts';
import { findPlaces, upsertSites } from './store/index.ts';

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

/** Places and parties get their names and positions from the record's Locations and Organizations. */
export const places: Hearer = {
  name: 'custody.places',
  hears: ['fhir.changed'],
  batch: 100,
  async hear(ctx, facts) {
    const changed = facts.flatMap(({ subject, data }) =>
      (data as Changed[]).map(({ type, id }) => ({ part: subject, type, id })),
    );
    for (const type of ['Organization', 'Location'] as const) {
      const found = await findPlaces(
        ctx.db,
        type,
        changed.filter((each) => each.type === type),
      );
      await upsertSites(
        ctx.db,
        found.flatMap(({ id, content }) => sitesOf(content, `${type}/${id}`)),
      );
    }
  },
};
