import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { parseEventQuery, writeToken } from '../rules/index.ts';
import { findEvent, findEvents, type KeptEvent } from '../store/index.ts';

const STANDARD_CONTEXT = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld';

/** A page of events as an EPCISQueryDocument, and the token of the next page when there is one. */
export async function queryEvents(
  ctx: Context,
  parameters: URLSearchParams,
): Promise<{ document: object; next?: string }> {
  ctx.require('custody.read');
  const query = parseEventQuery(parameters);
  const { events, more } = await findEvents(ctx.db, query);
  const document = {
    '@context': [STANDARD_CONTEXT],
    type: 'EPCISQueryDocument',
    schemaVersion: '2.0',
    creationDate: ctx.now().toISOString(),
    epcisBody: {
      queryResults: {
        queryName: 'SimpleEventQuery',
        resultsBody: { eventList: events.map((event) => written(event)) },
      },
    },
  };
  const last = events.at(-1);
  if (!more || last === undefined) return { document };
  return {
    document,
    next: writeToken({ time: last.time, id: last.id, given: (query.after?.given ?? 0) + events.length }),
  };
}

export async function readEvent(ctx: Context, id: string): Promise<object> {
  ctx.require('custody.read');
  const event = await findEvent(ctx.db, id);
  if (event === undefined) throw new Problem('not-found', 'there is no such event');
  return written(event, [STANDARD_CONTEXT]);
}

/** The event as it came, with its id and the time it was kept; its own prefixes stand beside it. */
function written({ id, recordTime, content, context }: KeptEvent, shared: unknown[] = []): object {
  const prefixes = [...shared, ...(Array.isArray(context) ? context : [])];
  return {
    ...(prefixes.length > 0 && { '@context': prefixes }),
    ...content,
    eventID: content.eventID ?? id,
    recordTime: recordTime.toISOString(),
  };
}
