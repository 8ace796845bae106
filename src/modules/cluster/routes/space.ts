import type { FastifyInstance } from 'fastify';
import { type Door, dayOf, oneOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  changeUnit,
  createUnit,
  endLease,
  findSpace,
  listParks,
  readParkSpace,
  releaseUnit,
  reserveUnit,
  signLease,
} from '../actions/index.ts';
import { GMP_GRADES, PROVISIONS, type RentStep, type SpaceNeed, type UnitFields } from '../model.ts';
import { Given } from './given.ts';

interface OnePark {
  Params: { park: string };
  Body: unknown;
}
interface OneUnit {
  Params: { park: string; unit: string };
  Body: unknown;
}
type Query = Record<string, string | undefined>;

const ROOT = '/api/cluster/parks';
const MOST_STEPS = 60;
const MOST_NOTICE_DAYS = 3_650;

/** Space to let, and who has it. */
export function spaceRoutes(app: FastifyInstance, door: Door): void {
  app.get(ROOT, async (request) => listParks(await door.context(request)));

  app.get<{ Querystring: Query }>('/api/cluster/space', async (request) =>
    findSpace(await door.context(request), needOf(request.query), {
      ...(request.query['examples'] !== undefined && { examples: request.query['examples'] }),
      ...(request.query['text'] !== undefined && { text: request.query['text'].slice(0, 200) }),
      ...((request.query['area'] ?? '') !== '' && { area: request.query['area']!.slice(0, 20) }),
    }),
  );

  app.get<OnePark>(`${ROOT}/:park/space`, async (request) =>
    readParkSpace(await door.context(request), request.params.park),
  );

  app.post<OnePark>(`${ROOT}/:park/units`, async (request) => {
    const ctx = await door.context(request);
    await createUnit(ctx, request.params.park, unitOf(new Given(request.body)));
    return readParkSpace(ctx, request.params.park);
  });

  app.put<OneUnit>(`${ROOT}/:park/units/:unit`, async (request) => {
    const ctx = await door.context(request);
    const { park, unit } = request.params;
    const given = new Given(request.body);
    await changeUnit(ctx, park, unit, { fields: unitOf(given), revision: given.revision() });
    return readParkSpace(ctx, park);
  });

  app.post<OneUnit>(`${ROOT}/:park/units/:unit/reserve`, async (request) => {
    const ctx = await door.context(request);
    const { park, unit } = request.params;
    const given = new Given(request.body);
    const [holder, holderName] = [given.optional('holder'), given.optional('holderName')];
    await reserveUnit(ctx, park, unit, {
      ...(holder !== null && { holder }),
      ...(holderName !== null && { holderName }),
      days: given.needWhole('days'),
    });
    return readParkSpace(ctx, park);
  });

  app.post<OneUnit>(`${ROOT}/:park/units/:unit/release`, async (request) => {
    const ctx = await door.context(request);
    await releaseUnit(ctx, request.params.park, request.params.unit);
    return readParkSpace(ctx, request.params.park);
  });

  app.post<OneUnit>(`${ROOT}/:park/units/:unit/leases`, async (request) => {
    const ctx = await door.context(request);
    const { park, unit } = request.params;
    const given = new Given(request.body);
    const starts = given.needDay('starts');
    await signLease(ctx, park, unit, {
      tenant: given.text('tenant', 80),
      starts,
      ends: given.needDay('ends'),
      rent: rentOf(given, starts),
      depositFen: given.whole('depositFen') ?? 0,
      noticeDays: given.whole('noticeDays', { most: MOST_NOTICE_DAYS }) ?? 0,
    });
    return readParkSpace(ctx, park);
  });

  app.post<{ Params: { park: string; lease: string }; Body: unknown }>(
    `${ROOT}/:park/leases/:lease/end`,
    async (request) => {
      const ctx = await door.context(request);
      const { park, lease } = request.params;
      const given = new Given(request.body);
      const reason = given.text('reason', 1_000);
      await endLease(ctx, park, lease, { on: given.needDay('on'), reason, revision: given.revision() });
      return readParkSpace(ctx, park);
    },
  );
}

function unitOf(given: Given): UnitFields {
  const gmp = given.optional('gmp');
  return {
    building: given.text('building', 100),
    floor: needFloor(given),
    name: given.text('name', 100),
    areaM2: given.needNumber('areaM2', { least: 0.1, most: 1e6 }),
    clearHeightM: given.number('clearHeightM', { most: 100 }),
    floorLoadKnM2: given.number('floorLoadKnM2', { most: 1_000 }),
    powerKva: given.number('powerKva', { most: 1e6 }),
    gmp: gmp === null ? null : oneOf(gmp, [...GMP_GRADES, 'none'] as const, 'gmp'),
    bsl: given.whole('bsl', { most: 4 }),
    craneT: given.number('craneT', { most: 10_000 }),
    provisions: [...new Set(given.list('provisions').map((each) => oneOf(String(each), PROVISIONS, 'provisions')))],
    priceFenM2: given.whole('priceFenM2', { most: 1e9 }),
    availableFrom: given.day('availableFrom'),
    published: given.flag('published'),
  };
}

function needFloor(given: Given): number {
  return given.needWhole('floor', { least: -9, most: 99 });
}

/** @throws Problem `invalid` unless the steps rise in time, from the first day on */
function rentOf(given: Given, starts: string): RentStep[] {
  const steps = given.list('rent', MOST_STEPS).map((each) => {
    const step = new Given(each);
    return { from: step.needDay('from'), fenM2: step.needWhole('fenM2', { most: 1e9 }) };
  });
  const rises = steps.every(({ from }, at) => at === 0 || steps[at - 1]!.from < from);
  if (steps[0]?.from !== starts || !rises)
    throw new Problem('invalid', 'the rent is told from the first day on, each step later than the one before');
  return steps;
}

const NUMBERS = [
  'areaM2',
  'mostAreaM2',
  'clearHeightM',
  'floorLoadKnM2',
  'powerKva',
  'bsl',
  'craneT',
  'mostFenM2',
] as const;

function needOf(query: Query): SpaceNeed {
  const need: SpaceNeed = {};
  for (const name of NUMBERS) {
    const text = query[name];
    if (text === undefined || text === '') continue;
    const value = Number(text);
    if (!(value > 0 && value <= 1e9))
      throw new Problem('invalid', 'this member is a number within its limits', { name, least: 0, most: 1e9 });
    need[name] = value;
  }
  const { park, gmp, provisions, by } = query;
  if (park !== undefined && park !== '') need.park = park;
  if (gmp !== undefined && gmp !== '') need.gmp = oneOf(gmp, GMP_GRADES, 'gmp');
  if (provisions !== undefined && provisions !== '')
    need.provisions = provisions.split(',').map((each) => oneOf(each, PROVISIONS, 'provisions'));
  if (by !== undefined && by !== '') need.by = dayOf(by, 'by');
  return need;
}
