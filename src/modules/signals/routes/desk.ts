import type { FastifyInstance } from 'fastify';
import { sendPdf } from '#kernel/document';
import { type Door, dayOf, oneOf, textOf, textsOf } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type { Computing } from '../actions/compute/index.ts';
import {
  acknowledgeNotice,
  decideAlarm,
  linkCase,
  listAlarmCases,
  listAlarms,
  listNotices,
  listPersons,
  noteOnAlarm,
  printAlarm,
  printCard,
  readAlarm,
} from '../actions/index.ts';
import { ALARM_KINDS, ALARM_STATES, CLOSING_FINDINGS, NOTE_KINDS } from '../model.ts';

type Query = Record<string, string | undefined>;
type Body = Record<string, unknown>;
interface One {
  Params: { id: string };
  Body: Body;
}

/** The work on alarms. */
export function deskRoutes(app: FastifyInstance, door: Door, computing: Computing): void {
  app.get<{ Querystring: Query }>('/api/signals/alarms', async (request) => {
    const { kind, state, about } = request.query;
    return listAlarms(await door.context(request), {
      ...(kind && { kind: oneOf(kind, ALARM_KINDS, 'kind') }),
      ...(state && { states: state.split(',').map((each) => oneOf(each, ALARM_STATES, 'state')) }),
      ...(about && { about }),
    });
  });

  app.get<One>('/api/signals/alarms/:id', async (request) => readAlarm(await door.context(request), request.params.id));

  app.post<One>('/api/signals/alarms/:id/move', async (request) => {
    const { to, finding, persons, revision } = request.body ?? {};
    if (typeof revision !== 'number') throw new Problem('invalid', 'say which revision of the alarm you saw');
    return decideAlarm(await door.context(request), request.params.id, {
      to: oneOf(textOf(to, 'to'), ALARM_STATES, 'to'),
      text: textOf(request.body['text'], 'text'),
      revision,
      ...(persons !== undefined && { persons: textsOf(persons, 'persons') }),
      ...(finding !== undefined && { finding: oneOf(textOf(finding, 'finding'), CLOSING_FINDINGS, 'finding') }),
    });
  });

  app.get<One>('/api/signals/alarms/:id/persons', async (request) =>
    listPersons(await door.context(request), request.params.id),
  );

  app.get('/api/signals/notices', async (request) => listNotices(await door.context(request)));
  app.post<One>('/api/signals/notices/:id/acknowledge', async (request) =>
    acknowledgeNotice(await door.context(request), request.params.id),
  );

  app.post<One>('/api/signals/alarms/:id/notes', async (request) => {
    const { kind, text, day, reach, reference } = request.body ?? {};
    return noteOnAlarm(await door.context(request), request.params.id, {
      kind: oneOf(textOf(kind, 'kind'), NOTE_KINDS, 'kind'),
      text: textOf(text, 'text'),
      ...(day !== undefined && day !== '' && { day: textOf(day, 'day') }),
      ...(reach !== undefined && { reach: textOf(reach, 'reach') }),
      ...(reference !== undefined && { reference: textOf(reference, 'reference') }),
    });
  });

  app.get<One>('/api/signals/alarms/:id/cases', async (request, reply) =>
    listAlarmCases(
      await door.context(request),
      { lake: door.lake, computing, signal: goneSignal(reply) },
      request.params.id,
    ),
  );

  app.get<One & { Querystring: Query }>('/api/signals/alarms/:id/report.pdf', async (request, reply) => {
    const { id } = request.params;
    const watching = { lake: door.lake, computing, signal: goneSignal(reply) };
    const isNamed = request.query['names'] === 'true';
    return sendPdf(reply, `alarm-${id}`, await printAlarm(await door.context(request), watching, id, { isNamed }));
  });

  app.get<{ Params: { id: string; patient: string }; Querystring: Query }>(
    '/api/signals/alarms/:id/cases/:patient/card.pdf',
    async (request, reply) => {
      const { id, patient } = request.params;
      const day = dayOf(request.query['day'] ?? '', 'day');
      const watching = { lake: door.lake, computing, signal: goneSignal(reply) };
      return sendPdf(
        reply,
        `card-${day}`,
        await printCard(await door.context(request), watching, id, { patient, day }),
      );
    },
  );

  app.put<{ Params: { id: string; patient: string }; Body: Body }>(
    '/api/signals/alarms/:id/cases/:patient',
    async (request) => {
      const linked = request.body?.['linked'];
      if (typeof linked !== 'boolean') throw new Problem('invalid', 'say whether the case is linked: true or false');
      const { id, patient } = request.params;
      return linkCase(await door.context(request), id, { patient, linked });
    },
  );
}
