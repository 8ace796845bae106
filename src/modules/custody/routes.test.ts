import { fastify } from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import type { Door } from '#kernel/http';
import { sendProblem } from '#kernel/http';
import { testContext } from '../../../tests/support/context.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { custodyRoutes } from './routes.ts';

const db = await testDatabase();
const ctx = testContext(db, { now: () => new Date('2026-01-01T04:00:00Z') });
const app = fastify();
app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
custodyRoutes(app, { context: async () => ctx } as unknown as Door);
afterAll(() => app.close());

const event = (serial: number) => ({
  type: 'ObjectEvent',
  eventTime: `2026-01-01T00:00:${String(serial).padStart(2, '0')}Z`,
  eventTimeZoneOffset: '+08:00',
  action: 'OBSERVE',
  bizStep: 'receiving',
  epcList: [`https://id.gs1.org/8004/6900001H${serial}`],
});
const document = (events: unknown[]) => ({
  '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-01-01T00:00:00Z',
  epcisBody: { eventList: events },
});

describe('EPCIS over HTTP', () => {
  test('capture answers 202 with the address of its job', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/epcis/capture',
      headers: { 'content-type': 'application/ld+json' },
      payload: JSON.stringify(document([1, 2, 3].map(event))),
    });
    expect(answer.statusCode).toBe(202);
    expect(answer.headers['gs1-epcis-version']).toBe('2.0.0');
    const job = await app.inject(String(answer.headers['location']));
    expect(job.json()).toMatchObject({
      running: false,
      success: true,
      captureErrorBehaviour: 'rollback',
      captured: 3,
      errors: [],
    });
    expect((await app.inject('/epcis/capture?perPage=1')).json()).toHaveLength(1);
  });

  test('a refused capture answers 400 and names the place', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/epcis/capture',
      payload: document([{ ...event(4), action: 'MOVE' }]),
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.issues[0]).toMatchObject({ expression: 'epcisBody.eventList[0].action' });
  });

  test('pages are linked, and the last has no link', async () => {
    const first = await app.inject('/epcis/events?perPage=2&EQ_bizStep=receiving');
    const next = /<([^>]+)>; rel="next"/.exec(String(first.headers['link']))![1]!;
    const second = await app.inject(next);
    expect(second.headers['link']).toBeUndefined();
    const ids = [first, second].flatMap((page) =>
      page.json().epcisBody.queryResults.resultsBody.eventList.map(({ eventID }: { eventID: string }) => eventID),
    );
    expect(new Set(ids).size).toBe(3);
    const one = await app.inject(`/epcis/events/${encodeURIComponent(ids[0])}`);
    expect(one.json()).toMatchObject({ '@context': [expect.any(String)], type: 'ObjectEvent', eventID: ids[0] });
  });

  test('a single event answers 201, once more 409, an unknown 404', async () => {
    const payload = { '@context': document([])['@context'], ...event(9) };
    const made = await app.inject({ method: 'POST', url: '/epcis/events', payload });
    expect(made.statusCode).toBe(201);
    expect((await app.inject(String(made.headers['location']))).statusCode).toBe(200);
    expect((await app.inject({ method: 'POST', url: '/epcis/events', payload })).statusCode).toBe(409);
    expect((await app.inject('/epcis/events/nothing')).statusCode).toBe(404);
    expect((await app.inject('/epcis/events?EQ_nothing=1')).statusCode).toBe(400);
  });
});

describe('the pages of custody', () => {
  test('boxes, a box, a hand-over with its retry', async () => {
    const packing = {
      ...event(20),
      type: 'AggregationEvent',
      action: 'ADD',
      parentID: 'https://id.gs1.org/8003/0690000110001000007',
      childEPCs: event(20).epcList,
      bizStep: 'packing',
      epcList: undefined,
    };
    await app.inject({ method: 'POST', url: '/epcis/capture', payload: document([packing]) });
    expect((await app.inject('/api/custody/boxes')).json().boxes).toEqual([
      expect.objectContaining({ code: '00007', contents: 1, class: 'refrigerated', temperatureState: 'silent' }),
    ]);
    const payload = {
      box: '00007',
      from: '6900001000018',
      to: '6900001000025',
      condition: 'conformant',
      key: '00000000-0000-4000-8000-000000000001',
    };
    expect((await app.inject({ method: 'POST', url: '/api/custody/hand-overs', payload })).statusCode).toBe(201);
    expect((await app.inject({ method: 'POST', url: '/api/custody/hand-overs', payload })).statusCode).toBe(200);
    const box = (await app.inject('/api/custody/boxes/00007?until=2026-01-01T05:00:00Z')).json();
    expect(box).toMatchObject({
      box: { holder: 'https://id.gs1.org/417/6900001000025' },
      contents: [expect.objectContaining({ code: 'H20' })],
      class: { lowC: 2, highC: 8 },
      kineticSource: expect.stringContaining('USP <1160>'),
    });
    expect(box.handOvers).toHaveLength(1);
    const chain = (await app.inject('/api/custody/specimens/H20')).json();
    expect(chain.steps.map(({ of, step }: { of: string; step: string }) => `${of} ${step}`)).toEqual([
      'specimen packing',
      'box accepting',
    ]);
  });

  test.each(['/api/custody/vehicles', '/api/custody/alarms', '/api/custody/anomalies', '/api/custody/sites'])(
    '%s answers',
    async (url) => {
      expect((await app.inject(url)).statusCode).toBe(200);
    },
  );

  test.each([
    '/api/custody/boxes?limit=0',
    '/api/custody/boxes?after=x',
    '/api/custody/alarms?state=angry',
    '/api/custody/boxes/00007?since=then',
  ])('%s is refused', async (url) => {
    expect((await app.inject(url)).statusCode).toBe(400);
  });
});
