import type { FastifyInstance } from 'fastify';
import { type Door, limitOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  listMessages,
  searchEverything,
  searchPersons,
  showLooks,
  showMessage,
  showOnePerson,
  showTimeline,
  showTrends,
} from '../actions/index.ts';
import { ENTRY_KINDS, type TimelineEntry } from '../model.ts';
import type { MessageFilter, MessageKey } from '../store/index.ts';

const MOST = 200;
const LONGEST_QUESTION = 100;

/** Persons, what happened to them, and the messages that told of it. */
export function lookRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: { q?: string } }>('/api/search', async (request) => {
    const ctx = await door.context(request);
    return { results: await searchEverything(ctx, parseQuestion(request.query.q ?? '')) };
  });

  app.get<{ Querystring: Page & { q?: string } }>('/api/records/people', async (request) => {
    const ctx = await door.context(request);
    const { q = '', after, limit } = request.query;
    const most = limitOf(limit, 50, MOST);
    const cursor = parseCursor(after);
    const { people } = await searchPersons(ctx, {
      limit: most,
      ...(q.trim() === '' ? {} : { text: parseQuestion(q) }),
      ...(cursor === undefined ? {} : { after: { updated: new Date(cursor.at), id: cursor.id } }),
    });
    const last = people.at(-1);
    return {
      people,
      next: people.length < most || last === undefined ? undefined : cursorOf(last.updated.toISOString(), last.id),
    };
  });

  app.get<{ Params: { id: string } }>('/api/records/people/:id', async (request) =>
    showOnePerson(await door.context(request), request.params.id),
  );

  app.get<{ Params: { id: string }; Querystring: Page & { kinds?: string } }>(
    '/api/records/people/:id/timeline',
    async (request) => {
      const ctx = await door.context(request);
      const limit = limitOf(request.query.limit, 50, MOST);
      const after = parseCursor(request.query.after);
      const { kinds } = request.query;
      const entries = await showTimeline(ctx, request.params.id, {
        limit,
        ...(after === undefined ? {} : { after }),
        ...(kinds === undefined ? {} : { kinds: kinds.split(',').map(parseKind) }),
      });
      const last = entries.at(-1);
      return { entries, next: entries.length < limit || last === undefined ? undefined : cursorOf(last.at, last.id) };
    },
  );

  app.get<{ Params: { id: string } }>('/api/records/people/:id/trends', async (request) => ({
    trends: await showTrends(await door.context(request), request.params.id),
  }));

  app.get<{ Params: { id: string }; Querystring: Page }>('/api/records/people/:id/looks', async (request) => {
    const ctx = await door.context(request);
    const limit = limitOf(request.query.limit, 50, MOST);
    const after = parseCursor(request.query.after);
    const rows = await showLooks(ctx, request.params.id, {
      limit,
      ...(after === undefined ? {} : { after: { at: new Date(after.at), id: after.id } }),
    });
    const last = rows.at(-1);
    return {
      rows,
      next: rows.length < limit || last === undefined ? undefined : cursorOf(last.at.toISOString(), last.id),
    };
  });

  app.get<{ Querystring: Page & { state?: string; controlId?: string; sender?: string } }>(
    '/api/records/messages',
    async (request) => {
      const ctx = await door.context(request);
      const { state, controlId, sender, after, limit } = request.query;
      const most = limitOf(limit, 50, MOST);
      const cursor = parseCursor(after);
      const messages = await listMessages(ctx, {
        limit: most,
        ...(state === undefined ? {} : { state: parseState(state) }),
        ...(controlId === undefined ? {} : { controlId }),
        ...(sender === undefined ? {} : { sender }),
        ...(cursor === undefined ? {} : { after: { receivedAt: new Date(cursor.at), id: cursor.id } }),
      });
      const last = messages.at(-1);
      return {
        messages,
        next:
          messages.length < most || last === undefined ? undefined : cursorOf(last.receivedAt.toISOString(), last.id),
      };
    },
  );

  app.get<{ Params: { key: string } }>('/api/records/messages/:key', async (request) =>
    showMessage(await door.context(request), parseKey(request.params.key)),
  );
}

interface Page {
  after?: string;
  limit?: string;
}

function parseQuestion(text: string): string {
  const question = text.trim();
  if (question !== '' && question.length <= LONGEST_QUESTION) return question;
  throw new Problem('invalid', 'ask for 1 to 100 characters', { most: LONGEST_QUESTION });
}

function cursorOf(at: string, id: string): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

function parseCursor(text: string | undefined): { at: string; id: string } | undefined {
  if (text === undefined) return undefined;
  const [at = '', id = ''] = Buffer.from(text, 'base64url').toString().split(' ');
  if (id !== '' && !Number.isNaN(Date.parse(at))) return { at, id };
  throw new Problem('invalid', 'this is no key of a page');
}

function parseKind(text: string): TimelineEntry['kind'] {
  const kind = ENTRY_KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw new Problem('invalid', 'a timeline has no such kind', { kinds: [...ENTRY_KINDS] });
}

const STATES: readonly string[] = ['applied', 'waiting', 'failed', 'refused', 'conflict'];

function parseState(text: string): NonNullable<MessageFilter['state']> {
  if (STATES.includes(text)) return text as NonNullable<MessageFilter['state']>;
  throw new Problem('invalid', 'state is applied, waiting, failed, refused or conflict');
}

function parseKey(text: string): MessageKey {
  const dot = text.indexOf('.');
  if (dot >= 0) return { part: Buffer.from(text.slice(0, dot), 'base64url').toString(), id: text.slice(dot + 1) };
  throw new Problem('invalid', 'this is no key of a message');
}
