import { reachOf, record, recordRead } from '#kernel/access';
import { type Context, type Db, holds, type Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import {
  type Alarm,
  type CaseDefinition,
  type CountAnswer,
  type CountFault,
  type CoverLine,
  EVERYWHERE,
  MOST_COUNT_ROWS,
  type MovementTold,
  type OpenOrder,
  type Scenario,
  type StockDisease,
  type StockHolding,
  type StockMovement,
  type StockProjection,
  type StockView,
  USE_DAYS,
} from '../model.ts';
import {
  dayNumber,
  dayOf,
  daysAfter,
  demandOf,
  evenOut,
  isDay,
  judgeCounts,
  linesOf,
  observedDays,
  orderBy,
  placeAt,
  project,
  reorderOf,
  STOCK_ITEMS,
  stockItemOf,
  stockKeyOf,
  useOf,
} from '../rules/index.ts';
import {
  type DayOfLot,
  findAlarms,
  findCounts,
  findFirstDays,
  findHoldings,
  findLot,
  findMovements,
  findOpenOrders,
  findSites,
  findTransfer,
  getMovement,
  getSite,
  holdStocks,
  homeOf,
  insertCounts,
  insertMovement,
  isCountedAfter,
  type NewMovement,
  sumEffects,
  sumIssues,
} from '../store/index.ts';
import { findDefinitions } from './definitions.ts';

const READ = 'signals.stock.read';
const WRITE = 'signals.stock.write';
const MOST_ALARMS = 500;
const MOST_QUANTITY = 1e12;
const LONGEST_NOTE = 1_000;
const LONGEST_NAME = 64;
const SHORTEST_REASON = 5;

// ---- the view --------------------------------------------------------------------------------------------------------

/** Cover of every item in every city under a scenario, and what would even it out. */
export async function readStocks(ctx: Context, scenario: Scenario): Promise<StockView> {
  ctx.require(READ);
  const known = await readKnown(ctx);
  const demands = demandsOf(known, scenario);
  const lines = demands.map((each) => lineOf(known, scenario, each).line);
  const transfers = STOCK_ITEMS.flatMap(({ id }) =>
    evenOut(
      id,
      demands
        .filter(({ item }) => item === id)
        .map(({ city, demand }) => ({ city, stock: stockOf(known, id, city), perDay: mean(demand) })),
      scenario.horizonDays,
    ),
  );
  await recordRead(ctx, { act: 'signals.stocks-read', detail: { ...scenario } });
  const { today, diseases } = known;
  const cities = [...new Set(lines.map(({ city }) => city))].sort();
  return {
    today,
    scenario,
    items: STOCK_ITEMS,
    cities,
    lines,
    transfers,
    diseases,
    mayWrite: reachOf(ctx.actor, WRITE) !== undefined,
  };
}

/** One item in a city, or in all of them taken together, day by day. */
export async function readProjection(
  ctx: Context,
  { item: id, city }: { item: string; city: string },
  scenario: Scenario,
): Promise<StockProjection> {
  ctx.require(READ);
  const item = getItem(id);
  const known = await readKnown(ctx, id);
  const own = demandsOf(known, scenario).filter((each) => city === EVERYWHERE || each.city === city);
  if (own.length === 0) throw new Problem('not-found', 'nothing is known of this item there', { item: id, city });
  const demand = own.reduce(
    (sum, each) => sum.map((of, at) => of + each.demand[at]!),
    new Float64Array(scenario.horizonDays),
  );
  const summed: Demand = {
    item: id,
    city,
    demand,
    use: {
      perDay: own.reduce((sum, { use }) => sum + use.perDay, 0),
      // Of places that vary each by itself.
      deviation: Math.sqrt(own.reduce((sum, { use }) => sum + use.deviation ** 2, 0)),
      observedDays: Math.max(...own.map(({ use }) => use.observedDays)),
    },
    casesPerDay: own.reduce((sum, { casesPerDay }) => sum + casesPerDay, 0),
  };
  const { line, days } = lineOf(known, scenario, summed);
  const inside = ({ district }: { district: string }) => city === EVERYWHERE || placeAt('city', district) === city;
  await recordRead(ctx, { act: 'signals.stock-projected', subject: id, detail: { city, ...scenario } });
  return { item, city, line, days, holdings: known.holdings.filter(inside), orders: known.orders.filter(inside) };
}

interface Known {
  today: string;
  holdings: StockHolding[];
  orders: OpenOrder[];
  /** By item and city: issues of each day, oldest first, as far as they are known of. */
  issues: Map<string, number[]>;
  diseases: StockDisease[];
}

async function readKnown(ctx: Context, item?: string): Promise<Known> {
  const today = dayOf(ctx.now());
  const filter = item === undefined ? {} : { item };
  const holdings = await findHoldings(ctx.db, filter);
  const orders = await findOpenOrders(ctx.db, filter);
  const issues = await readIssues(ctx.db, today, item);
  const open = await findAlarms(ctx.db, {
    kind: 'outbreak',
    states: ['new', 'triage', 'verified', 'escalated'],
    limit: MOST_ALARMS,
  });
  return { today, holdings, orders, issues, diseases: diseasesOf(open, await findDefinitions(ctx.db)) };
}

async function readIssues(db: Db, today: string, only: string | undefined): Promise<Map<string, number[]>> {
  const first = new Map<string, string>();
  for (const { item, district, day } of await findFirstDays(db)) {
    const key = placeKey(item, cityOf(district));
    const known = first.get(key);
    if ((only === undefined || only === item) && (known === undefined || day < known)) first.set(key, day);
  }
  const issues = new Map(
    [...first].map(([key, day]) => [key, Array.from({ length: observedDays(today, day) }, () => 0)]),
  );
  const since = daysAfter(today, -USE_DAYS);
  for (const { item, district, day, quantity } of await sumIssues(db, { since, until: daysAfter(today, -1) })) {
    const days = issues.get(placeKey(item, cityOf(district)));
    const at = days === undefined ? -1 : days.length - (dayNumber(today) - dayNumber(day));
    if (days?.[at] !== undefined) days[at] += quantity;
  }
  return issues;
}

function placeKey(item: string, city: string): string {
  return `${item} ${city}`;
}

function cityOf(district: string): string {
  return placeAt('city', district) ?? district;
}

function diseasesOf(alarms: readonly Alarm[], definitions: readonly CaseDefinition[]): StockDisease[] {
  return definitions.flatMap(({ id, name, serialDays, incubationDays }) => {
    const own = alarms.filter(({ subject }) => subject['disease'] === id);
    if (own.length === 0) return [];
    const cases = new Map<string, number>();
    for (const { subject, cases: count, first, last } of own) {
      const place = String(subject['place'] ?? EVERYWHERE);
      const city = place === EVERYWHERE ? place : cityOf(place);
      cases.set(city, (cases.get(city) ?? 0) + count / (dayNumber(last) - dayNumber(first) + 1));
    }
    return [
      {
        disease: id,
        name,
        // Without a published one, the middle of the incubation: an assumption, and told as one.
        generationDays: serialDays?.mean ?? (incubationDays[0] + incubationDays[1]) / 2,
        isAssumed: serialDays === undefined,
        alarms: own.length,
        cases: [...cases].map(([place, perDay]) => ({ place, perDay })),
      },
    ];
  });
}

interface Demand {
  item: string;
  city: string;
  demand: Float64Array;
  use: ReturnType<typeof useOf>;
  casesPerDay: number;
}

/** The use to come of every item in every city that knows of it. */
function demandsOf(known: Known, scenario: Scenario): Demand[] {
  const pairs = new Set([
    ...known.issues.keys(),
    ...known.holdings.map(({ item, district }) => placeKey(item, cityOf(district))),
    ...known.orders.map(({ item, district }) => placeKey(item, cityOf(district))),
  ]);
  const disease = known.diseases.find((each) => each.disease === scenario.disease);
  if (scenario.kind === 'disease' && disease === undefined)
    throw new Problem('invalid', 'no alarm is open about this disease: choose another, or type a peak', {
      disease: scenario.disease,
      open: known.diseases.map((each) => each.disease),
    });
  const places = [...pairs].sort().map((key) => {
    const [item = '', city = ''] = key.split(' ');
    return { item, city, use: useOf(known.issues.get(key) ?? []) };
  });
  return places.flatMap(({ item, city, use }) => {
    const perCase = stockItemOf(item)?.perCase.find((each) => each.disease === disease?.disease)?.quantity ?? 0;
    const there = places.filter((each) => each.item === item);
    const casesPerDay = disease === undefined ? 0 : casesOf(disease, { city, use: use.perDay, there });
    const parts = { perDay: use.perDay, perCase, casesPerDay, generationDays: disease?.generationDays ?? 1 };
    return [{ item, city, use, casesPerDay, demand: demandOf(scenario, parts) }];
  });
}

/** Cases of the city, and its part of those that are nowhere in particular, by its part of the item's use. */
function casesOf(
  { cases }: StockDisease,
  { city, use, there }: { city: string; use: number; there: readonly { use: { perDay: number } }[] },
): number {
  const of = (place: string) => cases.find((each) => each.place === place)?.perDay ?? 0;
  const all = there.reduce((sum, each) => sum + each.use.perDay, 0);
  return of(city) + of(EVERYWHERE) * (all > 0 ? use / all : 1 / there.length);
}

function lineOf(known: Known, scenario: Scenario, { item, city, demand, use, casesPerDay }: Demand) {
  const { today } = known;
  const inside = (each: { item: string; district: string }) =>
    each.item === item && (city === EVERYWHERE || cityOf(each.district) === city);
  const lots = known.holdings.filter((each) => inside(each) && isUsable(each, today));
  const coming = known.orders.filter(inside);
  const counted = scenario.withOrders ? coming.filter(({ due }) => due >= today) : [];
  const arrivals = counted.map(({ due, open }) => ({ due, quantity: open }));
  const { days, coverDays, shortage, lost } = project(today, { lots, arrivals, demand });
  const stock = sumOf(lots);
  const incoming = counted.reduce((sum, { open }) => sum + open, 0);
  const line: CoverLine = {
    item,
    city,
    stock,
    perDay: use.perDay,
    observedDays: use.observedDays,
    casesPerDay,
    incoming,
    overdue: coming.reduce((sum, { due, open }) => (due < today ? sum + open : sum), 0),
    coverDays,
    shortage,
    orderBy: orderBy(shortage, scenario.leadDays),
    lost,
    reorder: reorderOf(scenario, { demand, deviation: use.deviation, position: stock + incoming }),
  };
  return { line, days };
}

function isUsable({ expires }: { expires: string | null }, today: string): boolean {
  return expires === null || expires >= today;
}

function stockOf({ holdings, today }: Known, item: string, city: string): number {
  return sumOf(
    holdings.filter((each) => each.item === item && cityOf(each.district) === city && isUsable(each, today)),
  );
}

function sumOf(lots: readonly { quantity: number }[]): number {
  return lots.reduce((sum, { quantity }) => sum + quantity, 0);
}

function mean(demand: Float64Array): number {
  return demand.reduce((sum, each) => sum + each, 0) / demand.length;
}

// ---- who may ---------------------------------------------------------------------------------------------------------

/** Whose stocks the actor may look at one by one; undefined: everybody's. Who writes the own may read them back. */
function readable(ctx: Context): { organizations?: readonly string[] } {
  if (holds(ctx.actor, READ)) return {};
  if (reachOf(ctx.actor, WRITE) === undefined) ctx.require(READ);
  return { organizations: [homeOf(ctx), ...ctx.actor.organizations] };
}

/** @throws Problem `forbidden` when the stocks of this organization are not the actor's to change */
function requireWriter(ctx: Context, organization: string): void {
  const reach = reachOf(ctx.actor, WRITE);
  if (reach === 'all') return;
  if (reach === undefined) ctx.require(WRITE);
  if (organization !== homeOf(ctx) && !ctx.actor.organizations.includes(organization))
    throw new Problem('forbidden', 'these stocks belong to another organization: its own people write them', {
      permission: WRITE,
      organization,
    });
}

function getItem(id: string) {
  const item = stockItemOf(id);
  if (item === undefined)
    throw new Problem('not-found', 'no such item is kept: the list is facts/stock-items.json', { item: id });
  return item;
}

// ---- counts ----------------------------------------------------------------------------------------------------------

export interface CountsTold {
  organization?: string;
  /** CSV, or the lines already apart. */
  counts: string | readonly Record<string, unknown>[];
  /** Look only: nothing is kept. */
  isPreview: boolean;
}

/** Takes a site's counts, all of them or, where one is at fault, none. The same again changes nothing. */
export async function takeCounts(
  ctx: Context,
  { organization: told, counts, isPreview }: CountsTold,
): Promise<CountAnswer> {
  const organization = told ?? homeOf(ctx);
  requireWriter(ctx, organization);
  const { lines, faults } =
    typeof counts === 'string' ? linesOf(counts) : { lines: counts, faults: [] as CountFault[] };
  if (lines.length > MOST_COUNT_ROWS)
    throw new Problem('too-large', 'a count holds too many lines: send it in parts', { most: MOST_COUNT_ROWS });
  return ctx.db.transaction(async (tx) => {
    await holdStocks(tx, [organization]);
    const today = dayOf(ctx.now());
    const judged = judgeCounts(lines, await readState(tx, organization, lines), today);
    const answer = { ...judged, faults: [...faults, ...judged.faults], kept: false };
    if (answer.faults.length > 0 || isPreview) return answer;
    if (judged.rows.length > 0) {
      await insertCounts(ctx, tx, organization, judged.rows);
      const sites = [...new Set(judged.rows.map(({ site }) => site))].slice(0, 20);
      const detail = { sites, lines: judged.rows.length, known: judged.known };
      await record(ctx, tx, { act: 'signals.stock-counted', subject: sites[0] ?? '', organization, detail });
      await tell(tx, { type: 'signals.stock-counted', subject: organization, data: detail });
    }
    return { ...answer, kept: true };
  });
}

async function readState(tx: Tx, organization: string, lines: readonly Record<string, unknown>[]) {
  const known = await findSites(tx, organization);
  const sites = [...new Set(lines.map((line) => String(line['site'] ?? '').trim()))];
  const days = lines.map((line) => String(line['day'] ?? '').trim()).filter(isDay);
  const lots = await findHoldings(tx, { organizations: [organization], sites });
  const since = days.sort()[0];
  return {
    sites: new Map(known.map((each) => [each.site, each])),
    lots: new Map(lots.map(({ expires, quantity, ...place }) => [stockKeyOf(place), { expires, quantity }])),
    counts: byLot(await findCounts(tx, organization, sites)),
    effects: byLot(since === undefined ? [] : await sumEffects(tx, organization, { sites, since })),
  };
}

function byLot(rows: readonly DayOfLot[]): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const { day, quantity, ...place } of rows) {
    const key = stockKeyOf(place);
    const own = found.get(key) ?? new Map<string, number>();
    found.set(key, own.set(day, quantity));
  }
  return found;
}

// ---- movements -------------------------------------------------------------------------------------------------------

/** What came, went or is to come. Who counted after the day of a movement has counted it already: then it changes the use, not the holding. */
export async function moveStock(ctx: Context, told: MovementTold): Promise<{ movements: StockMovement[] }> {
  const organization = told.organization ?? homeOf(ctx);
  requireWriter(ctx, organization);
  const plain = checkedMovement(ctx, told, organization);
  const ids = await ctx.db.transaction(async (tx) => {
    const target = { organization: told.to?.organization ?? organization, site: told.to?.site ?? '' };
    await holdStocks(tx, told.kind === 'transferred' ? [organization, target.organization] : [organization]);
    await getSite(tx, organization, plain.site);
    if (told.kind === 'transferred') return transfer(ctx, tx, plain, target);
    const order = told.order === undefined ? null : await getOpenOrder(tx, plain, told.order);
    const sign = { received: 1, issued: -1, wasted: -1, ordered: 0 }[told.kind];
    const kind = told.kind;
    const movement: NewMovement = { ...plain, id: ctx.newId(), kind, effect: sign * plain.quantity, order };
    await writeMovement(ctx, tx, movement);
    return [movement.id];
  });
  return { movements: await Promise.all(ids.map((id) => getMovement(ctx.db, id))) };
}

type Plain = Omit<NewMovement, 'id' | 'kind' | 'effect'>;

async function transfer(
  ctx: Context,
  tx: Tx,
  plain: Plain,
  target: { organization: string; site: string },
): Promise<string[]> {
  requireWriter(ctx, target.organization);
  if (target.organization === plain.organization && target.site === plain.site)
    throw new Problem('invalid', 'a transfer goes to another site', { site: target.site });
  await getSite(tx, target.organization, target.site);
  const { expires } = (await findLot(tx, plain)) ?? { expires: null };
  const both = { ...plain, transfer: ctx.newId(), expires };
  const sent: NewMovement = { ...both, id: ctx.newId(), kind: 'sent', effect: -plain.quantity };
  const arrived: NewMovement = { ...both, ...target, id: ctx.newId(), kind: 'arrived', effect: plain.quantity };
  await writeMovement(ctx, tx, sent);
  await writeMovement(ctx, tx, arrived);
  return [sent.id, arrived.id];
}

function checkedMovement(ctx: Context, told: MovementTold, organization: string): Plain {
  const { item, site, lot = '', quantity, note = '', due = null, expires = null } = told;
  const today = dayOf(ctx.now());
  const day = told.day ?? today;
  getItem(item);
  if (!(Number.isInteger(quantity) && quantity > 0 && quantity <= MOST_QUANTITY))
    throw new Problem('invalid', 'a quantity is a whole number above 0', { quantity, most: MOST_QUANTITY });
  if (!isDay(day) || day > today) throw new Problem('invalid', 'the day of a movement is today or before', { day });
  if (note.length > LONGEST_NOTE) throw new Problem('invalid', 'the note is too long', { most: LONGEST_NOTE });
  const isOrder = told.kind === 'ordered';
  if (isOrder && (due === null || !isDay(due)))
    throw new Problem('invalid', 'say on which day the order is expected: due', { due });
  if (!isOrder && (lot.trim() === '' || lot.length > LONGEST_NAME))
    throw new Problem('invalid', 'say which lot', { lot, most: LONGEST_NAME });
  if (expires !== null && !isDay(expires)) throw new Problem('invalid', 'the last day of use is a date', { expires });
  if (told.kind === 'transferred' && told.to === undefined)
    throw new Problem('invalid', 'say to which site the transfer goes: to.site');
  if (told.order !== undefined && told.kind !== 'received')
    throw new Problem('invalid', 'only what was received fulfils an order', { kind: told.kind });
  return {
    organization,
    site,
    item,
    lot: isOrder ? '' : lot.trim(),
    day,
    quantity,
    note,
    due: isOrder ? due : null,
    expires: told.kind === 'received' ? expires : null,
  };
}

async function getOpenOrder(tx: Tx, { organization, site, item, quantity }: Plain, id: string): Promise<string> {
  const open = await findOpenOrders(tx, { organizations: [organization], item });
  const found = open.find((each) => each.id === id && each.site === site);
  if (found === undefined) throw new Problem('not-found', 'nothing of this order is to come here', { order: id });
  if (quantity > found.open)
    throw new Problem('conflict', 'more was received than is to come of this order: enter the rest without it', {
      open: found.open,
    });
  return id;
}

/** Writes it where enough is there; an effect that a later count holds already is none. */
async function writeMovement(ctx: Context, tx: Tx, movement: NewMovement): Promise<void> {
  const isOrder = movement.kind === 'ordered';
  const lot = isOrder ? undefined : await findLot(tx, movement);
  const { expires = null } = movement;
  if (lot !== undefined && lot.expires !== null && expires !== null && lot.expires !== expires)
    throw new Problem('conflict', 'this lot has another last day of use', { lot: movement.lot, expires: lot.expires });
  const absorbed = !isOrder && (await isCountedAfter(tx, movement, { day: movement.day }));
  const effect = absorbed ? 0 : movement.effect;
  if ((lot?.quantity ?? 0) + effect < 0)
    throw new Problem('conflict', 'the lot does not hold so much: count it, or correct the quantity', {
      lot: movement.lot,
      held: lot?.quantity ?? 0,
      asked: movement.quantity,
    });
  await insertMovement(ctx, tx, { ...movement, effect });
  await account(ctx, tx, movement, `signals.stock-${movement.kind}`);
}

async function account(
  ctx: Context,
  tx: Tx,
  { organization, id, site, item, lot, quantity, kind, undoes = null }: NewMovement,
  act: string,
): Promise<void> {
  const detail = { site, item, lot, quantity, ...(undoes !== null && { undoes }) };
  await record(ctx, tx, { act, subject: id, organization, detail });
  await tell(tx, { type: 'signals.stock-moved', subject: id, data: { organization, kind, ...detail } });
}

/** Takes a movement back by its counter-movement, both ends of a transfer together. */
export async function undoMovement(ctx: Context, id: string, reason: string): Promise<{ movements: StockMovement[] }> {
  if (reachOf(ctx.actor, WRITE) === undefined) ctx.require(WRITE);
  const why = reason.trim();
  if (why.length < SHORTEST_REASON || why.length > LONGEST_NOTE)
    throw new Problem('invalid', 'say why it is taken back', { least: SHORTEST_REASON, most: LONGEST_NOTE });
  const seen = await getMovement(ctx.db, id);
  const both = seen.transfer === null ? [seen] : await findTransfer(ctx.db, seen.transfer);
  for (const each of both) requireWriter(ctx, each.organization);
  const ids = await ctx.db.transaction(async (tx) => {
    await holdStocks(
      tx,
      both.map(({ organization }) => organization),
    );
    const made: string[] = [];
    for (const each of both) made.push(await writeCounter(ctx, tx, await getMovement(tx, each.id), why));
    return made;
  });
  return { movements: await Promise.all(ids.map((each) => getMovement(ctx.db, each))) };
}

async function writeCounter(ctx: Context, tx: Tx, movement: StockMovement, note: string): Promise<string> {
  const { organization, site, item, lot, day, kind, at } = movement;
  if (kind === 'counted') throw new Problem('conflict', 'a count is corrected by another count of the same day');
  if (movement.undoes !== null || movement.undone)
    throw new Problem('conflict', 'this was taken back already', { movement: movement.id });
  const absorbed =
    movement.effect === 0 || (await isCountedAfter(tx, movement, { day, at: new Date(at).toISOString() }));
  const effect = absorbed ? 0 : -movement.effect;
  const held = (await findLot(tx, movement))?.quantity ?? 0;
  if (held + effect < 0)
    throw new Problem('conflict', 'part of it is used already: it cannot be taken back', { lot, held });
  const { order, transfer: shared } = movement;
  const key = { organization, site, item, lot };
  const counter: NewMovement = {
    ...key,
    id: ctx.newId(),
    kind,
    day,
    quantity: -movement.quantity,
    effect,
    due: movement.due,
    order,
    transfer: shared,
    undoes: movement.id,
    note,
  };
  await insertMovement(ctx, tx, counter);
  await account(ctx, tx, counter, 'signals.stock-movement-undone');
  return counter.id;
}

// ---- lists -----------------------------------------------------------------------------------------------------------

export async function listMovements(
  ctx: Context,
  filter: { item?: string; site?: string; limit: number },
): Promise<{ movements: StockMovement[] }> {
  const movements = await findMovements(ctx.db, { ...filter, ...readable(ctx) });
  await recordRead(ctx, { act: 'signals.stock-movements-listed', detail: { movements: movements.length } });
  return { movements };
}

export async function listHoldings(
  ctx: Context,
  filter: { item?: string },
): Promise<{ holdings: StockHolding[]; orders: OpenOrder[] }> {
  const whose = readable(ctx);
  const holdings = await findHoldings(ctx.db, { ...filter, ...whose });
  const orders = await findOpenOrders(ctx.db, { ...filter, ...whose });
  await recordRead(ctx, { act: 'signals.stock-holdings-listed', detail: { holdings: holdings.length } });
  return { holdings, orders };
}
