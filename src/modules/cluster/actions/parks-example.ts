import { actAsDemo } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import example from '../../../../facts/cluster/parks-example.json' with { type: 'json' };
import type {
  ProjectSector,
  ProjectStage,
  Provision,
  RelaySector,
  RelayStage,
  RequestKind,
  UnitFields,
} from '../model.ts';
import { dayAfter, quartersAsked, todayOf } from '../rules/index.ts';
import {
  findLeases,
  findMoves,
  findNotices,
  findRelays,
  findRequests,
  findReservations,
  findThingKind,
  findUnits,
  getProject,
} from '../store/index.ts';
import {
  answerRequest,
  closeRequest,
  giveFigures,
  openRequest,
  postNotice,
  readPortal,
  readRequest,
} from './portal.ts';
import { createProject, moveProject } from './projects.ts';
import { enterThing } from './record.ts';
import { answerItem, beginRelay } from './relay.ts';
import { createUnit, reserveUnit, signLease } from './space.ts';
import { ownThings } from './spoken.ts';

const FEN = 100;
const WAN_FEN = 1_000_000;

/**
 * Fills the example park by the acts of its demo operator and the demo enterprise, once they speak for their things: projects with a past, units, leases,
 * requests, a way to the market. Each step is done once; whatever somebody else moved is left alone.
 */
export function parksExampleJob(pool: Pool): Job {
  return {
    name: 'cluster.parks-example',
    everySeconds: 20,
    async run(job) {
      const ctx = onDb(job, pool);
      const operator = await actAsDemo(ctx, 'park-operator');
      const enterprise = await actAsDemo(ctx, 'enterprise');
      if (operator === undefined || enterprise === undefined) return;
      await enterParkExample(operator, enterprise);
    },
  };
}

export async function enterParkExample(operator: Context, enterprise: Context): Promise<void> {
  const speaks = async (ctx: Context, id: string) =>
    (await ownThings(ctx, ['park', 'enterprise'])).some((own) => own.id === id);
  if (!(await speaks(operator, example.park)) || !(await speaks(enterprise, example.enterprise))) return;
  await enterProjects(operator);
  await enterUnits(operator);
  await enterLeases(operator);
  await talk(operator, enterprise);
  await enterRelays(enterprise);
}

async function enterProjects(operator: Context): Promise<void> {
  const today = todayOf(operator.now());
  const dayOf = (daysAgo: unknown) => dayAfter(today, -Number(daysAgo));
  for (const { id, name, nameZh, sector, moves, next, ...figures } of example.projects) {
    const [first, ...later] = moves as [ProjectStage, number, string?][];
    const { investmentWan, outputWan, landM2, powerKw, jobs, probability } = figures;
    const inFen = (wan: number | null) => (wan === null ? null : wan * WAN_FEN);
    const [nextStep = null, nextOwner = null, days] = (next ?? []) as [string?, string?, number?];
    const known = await findMoves(operator.db, id);
    if (known.length >= moves.length) continue;
    if (known.length === 0)
      await createProject(operator, {
        id,
        stage: first![0],
        since: dayOf(first![1]),
        fields: {
          name,
          nameZh,
          sector: sector as ProjectSector,
          park: example.park,
          investmentFen: inFen(investmentWan),
          outputFen: inFen(outputWan),
          energyMwh: null,
          landM2,
          powerKw,
          jobs,
          probability,
          nextStep,
          nextOwner,
          nextDue: days === undefined ? null : dayAfter(today, days),
        },
      });
    for (const [at, [to, daysAgo, reason]] of later.entries()) {
      const made = at === 0 && known.length > 0 ? known : await findMoves(operator.db, id);
      if (made.length > at + 1) continue;
      if (!made.every((move, n) => move.to === moves[n]?.[0])) break;
      const project = await getProject(operator.db, undefined, id);
      const [, on = project.since] = [project.since, dayOf(daysAgo)].sort();
      await moveProject(operator, id, { to, on, revision: project.revision, ...(reason !== undefined && { reason }) });
    }
  }
}

async function enterUnits(operator: Context): Promise<void> {
  const { park } = example;
  const today = todayOf(operator.now());
  const known = new Set((await findUnits(operator.db, { park, limit: 1_000 })).map(({ name }) => name));
  for (const { priceYuan, availableInDays, provisions, gmp, ...unit } of example.units)
    if (!known.has(unit.name))
      await createUnit(operator, park, {
        ...unit,
        gmp: gmp as UnitFields['gmp'],
        provisions: provisions as Provision[],
        published: true,
        priceFenM2: priceYuan * FEN,
        availableFrom: availableInDays === null ? null : dayAfter(today, availableInDays),
      });
}

async function enterLeases(operator: Context): Promise<void> {
  const { park } = example;
  const today = todayOf(operator.now());
  for (const { id, name, nameZh } of example.tenants)
    if ((await findThingKind(operator.db, id)) === undefined)
      await operator.db.transaction((tx) =>
        enterThing(operator, tx, { id, kind: 'enterprise', name, nameZh, example: true }),
      );
  const units = await findUnits(operator.db, { park, limit: 1_000 });
  const idOf = (name: string) => units.find((unit) => unit.name === name)?.id;
  const taken = new Set((await findLeases(operator.db, { park, limit: 1_000 })).map(({ unit }) => unit));
  const held = await findReservations(operator.db, operator.now(), { park, limit: 1 });
  const { unit: wished, holderName, days } = example.reservation;
  const reserved = idOf(wished);
  if (taken.size === 0 && held.length === 0 && reserved !== undefined)
    await reserveUnit(operator, park, reserved, { holderName, days });
  for (const { unit, tenant, startedDaysAgo, endsInDays, yuan, stepYuan } of example.leases) {
    const id = idOf(unit);
    if (id === undefined || taken.has(id)) continue;
    const starts = dayAfter(today, -startedDaysAgo);
    const step = stepYuan === null ? [] : [{ from: dayAfter(starts, 365), fenM2: stepYuan * FEN }];
    await signLease(operator, park, id, {
      tenant,
      starts,
      ends: dayAfter(today, endsInDays),
      rent: [{ from: starts, fenM2: yuan * FEN }, ...step],
      depositFen: yuan * FEN * 1_000 * 2,
      noticeDays: 90,
    });
  }
}

async function talk(operator: Context, enterprise: Context): Promise<void> {
  const { park, enterprise: tenant } = example;
  const today = todayOf(operator.now());
  const told = await findNotices(operator.db, [park], '2000-01-01');
  for (const { title, words, days } of example.notices)
    if (!told.some((notice) => notice.title === title))
      await postNotice(operator, park, { title, words, until: dayAfter(today, days) });
  const asked = await findRequests(operator.db, { parks: [park], tenants: [] }, { park, limit: 500 });
  for (const { kind, title, words, answer, mark } of example.requests) {
    if (asked.some((request) => request.title === title)) continue;
    const id = await openRequest(enterprise, { park, tenant, kind: kind as RequestKind, title, words });
    if (answer === null) continue;
    const { request: opened } = await readRequest(operator, id);
    await answerRequest(operator, id, { words: answer, revision: opened.revision });
    if (mark === null) continue;
    const { request: answered } = await readRequest(enterprise, id);
    await closeRequest(enterprise, id, { mark, revision: answered.revision });
  }
  const [quarter] = quartersAsked(today);
  const { figures } = await readPortal(enterprise);
  const { revenueYuan, jobs, rdYuan } = example.figures;
  if (quarter !== undefined && figures.length === 0)
    await giveFigures(enterprise, tenant, { quarter, revenueFen: revenueYuan * FEN, jobs, rdFen: rdYuan * FEN });
}

async function enterRelays(enterprise: Context): Promise<void> {
  const known = await findRelays(enterprise.db, { things: undefined, account: enterprise.actor.id }, 500);
  for (const { id, name, nameZh, words, sector, stage, items } of example.relays) {
    if (known.some((relay) => relay.id === id)) continue;
    const wish = { id, name, nameZh, words, sector: sector as RelaySector, stage: stage as RelayStage };
    await beginRelay(enterprise, { ...wish, place: null, owner: example.enterprise });
    for (const [item, evidence] of Object.entries(items)) await answerItem(enterprise, id, { item, evidence });
  }
}
