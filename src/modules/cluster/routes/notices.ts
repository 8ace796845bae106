import type { FastifyInstance } from 'fastify';
import { type Door, oneOf, textOf } from '#kernel/http';
import { countNotices, listNotices, markNotices, quietNotices } from '../actions/index.ts';
import { NOTICE_KINDS, type NoticeKind } from '../model.ts';
import { Given, pageOf } from './given.ts';

const MOST_A_PAGE = 200;
const KINDS = Object.keys(NOTICE_KINDS) as NoticeKind[];

/** What people are told inside the app. */
export function noticeRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Record<string, string | undefined> }>('/api/cluster/notices', async (request) => {
    const { unread, kind } = request.query;
    return listNotices(await door.context(request), {
      unread: unread === 'yes',
      ...(kind !== undefined && kind !== '' && { kind: oneOf(kind, KINDS, 'kind') }),
      ...pageOf(request.query, MOST_A_PAGE),
    });
  });

  app.get('/api/cluster/notices/count', async (request) => countNotices(await door.context(request)));

  app.post('/api/cluster/notices/read', async (request) => {
    const given = new Given(request.body);
    const ids = given.list('ids', 500).map((id) => textOf(id, 'ids'));
    return markNotices(await door.context(request), { ids, read: given.oneOf('read', ['yes', 'no']) === 'yes' });
  });

  app.put('/api/cluster/notices/quiet', async (request) => {
    const kinds = new Given(request.body).list('kinds').map((kind) => oneOf(textOf(kind, 'kinds'), KINDS, 'kinds'));
    return quietNotices(await door.context(request), kinds);
  });
}
