import { type Condition, PANELS, type Panel, panelByKey, type Tube } from './catalogue.ts';
import { type Random, random } from './random.ts';
import { DAY, HOUR, isWeekend, MINUTE, startOfDay } from './time.ts';
import { ageOn, type Person, type Site, type World } from './world.ts';

/** What a clinician wants to know about one person, with the tubes taken for it. */
export interface Order {
  /** Group number given by the ordering site; its requests add -1, -2, ... */
  number: string;
  site: Site;
  person: Person;
  stat: boolean;
  orderedAt: number;
  collectedAt: number;
  physician: number;
  reason?: Condition;
  requests: readonly Request[];
  /** Forced findings, by analyte: an infection that is being played. */
  findings: Readonly<Record<string, 'detected'>>;
  /** Requested later on a tube that is already in the laboratory; minutes after arrival. */
  addOn?: { request: Request; afterMinutes: number };
  /** The fault that brought this order about. */
  cause?: string;
}

export interface Request {
  number: string;
  panel: Panel;
  accession: string;
}

/** On a weekday with scale 1. */
const ORDERS_A_DAY = 1500;
const WEEKEND_SHARE = 0.45;
const STAT_SHARE = { hospital: 0.16, clinic: 0.03 };
const ADD_ON_SHARE = 0.012;
/** Weight of each hour of the day: fasting patients come in the morning. */
const HOURS = [0.2, 0.2, 0.1, 0.1, 0.1, 0.3, 1.2, 5, 14, 18, 15, 9, 3, 3.5, 8, 9, 7, 4, 2, 1.5, 1.2, 0.8, 0.5, 0.3];
/** Orders that a fault adds have sequence numbers from here on, so that the ordinary ones keep theirs. */
const EXTRA_SEQUENCE = 900;

/** All orders of a day, in the order of collection. The same world and day always give the same orders. */
export function planOrders(world: World, day: string): Order[] {
  const total = world.sites.reduce((sum, site) => sum + site.weight, 0);
  const wanted = ORDERS_A_DAY * world.scale * (isWeekend(day) ? WEEKEND_SHARE : 1);
  return world.sites
    .flatMap((site) => planSite(world, { day, site, mean: (wanted * site.weight) / total }))
    .sort(byCollection);
}

export function byCollection(a: Order, b: Order): number {
  return a.collectedAt - b.collectedAt || (a.number < b.number ? -1 : 1);
}

function planSite(world: World, { day, site, mean }: { day: string; site: Site; mean: number }): Order[] {
  const draw = random(world.seed, 'orders', day, site.index);
  const count = Math.min(draw.poisson(mean), Math.floor(site.people.length / 3), EXTRA_SEQUENCE - 1);
  const seen = new Set<Person>();
  const times = Array.from({ length: count }, () => timeOfDay(draw)).sort((a, b) => a - b);
  return times.flatMap((at, index) => {
    const person = draw.weighted(site.people, (each) => 1 + 3 * each.conditions.length);
    if (seen.has(person)) return [];
    seen.add(person);
    return [planOrder(draw, { day, site, person, orderedAt: startOfDay(day) + at, sequence: index + 1 })];
  });
}

function timeOfDay(draw: Random): number {
  const hour = draw.weighted(HOURS.keys().toArray(), (each) => HOURS[each]!);
  return Math.floor(hour * HOUR + draw.fraction() * HOUR);
}

interface Occasion {
  day: string;
  site: Site;
  person: Person;
  orderedAt: number;
  sequence: number;
}

function planOrder(draw: Random, occasion: Occasion): Order {
  const { day, site, person, orderedAt, sequence } = occasion;
  const adult = ageOn(person, day) >= 18;
  const reason = person.conditions.length > 0 && draw.chance(0.7) ? draw.pick(person.conditions) : undefined;
  const chosen = new Set<Panel>(reason?.panels.filter(() => draw.chance(0.75)).map(panelByKey) ?? []);
  const offered = PANELS.filter((panel) => adult || !panel.adult);
  const more = reason ? draw.below(2) : 1 + draw.below(3);
  while (chosen.size === 0 || chosen.size < more) chosen.add(draw.weighted(offered, (panel) => panel.weight));
  const numbering = numberOrder({ day, site, sequence });
  const requests = [...chosen].map((panel, index) => numbering.request(panel, index));
  const stat = draw.chance(STAT_SHARE[site.kind]);
  const extra = draw.chance(ADD_ON_SHARE) ? addOnFor(draw, requests, offered) : undefined;
  return {
    number: numbering.number,
    site,
    person,
    stat,
    orderedAt,
    collectedAt: orderedAt + Math.round(draw.between(4, stat ? 12 : 35) * MINUTE),
    physician: draw.below(site.kind === 'hospital' ? 40 : 4),
    ...(reason ? { reason } : {}),
    requests,
    findings: findingsOf(draw, requests, orderedAt),
    ...(extra
      ? { addOn: { request: numbering.request(extra, requests.length), afterMinutes: draw.between(40, 240) } }
      : {}),
  };
}

/** Another panel that can be run from a tube that was taken. */
function addOnFor(draw: Random, requests: readonly Request[], offered: readonly Panel[]): Panel | undefined {
  const tubes = new Set(requests.map((request) => request.panel.tube));
  const had = new Set(requests.map((request) => request.panel));
  const possible = offered.filter((panel) => tubes.has(panel.tube) && !had.has(panel));
  return possible.length > 0 ? draw.pick(possible) : undefined;
}

/** Influenza follows a winter season; measles is absent unless a cluster is played. */
function findingsOf(draw: Random, requests: readonly Request[], at: number): Order['findings'] {
  if (!requests.some((request) => request.panel.key === 'influenza')) return {};
  const season = 0.06 + 0.16 * Math.max(0, Math.cos(((at / DAY - 15) / 365.2425) * 2 * Math.PI));
  if (!draw.chance(season)) return {};
  return draw.chance(0.75) ? { 'FLU-A': 'detected' } : { 'FLU-B': 'detected' };
}

/** An order that a fault adds: its panels and findings are given. */
export function extraOrder(
  draw: Random,
  extra: Omit<Occasion, 'sequence'> & {
    nth: number;
    panels: readonly string[];
    findings: Order['findings'];
    cause: string;
  },
): Order {
  const { day, site, person, orderedAt, nth, panels, findings, cause } = extra;
  const numbering = numberOrder({ day, site, sequence: EXTRA_SEQUENCE + nth });
  return {
    number: numbering.number,
    site,
    person,
    stat: true,
    orderedAt,
    collectedAt: orderedAt + Math.round(draw.between(4, 12) * MINUTE),
    physician: draw.below(4),
    requests: panels.map((key, index) => numbering.request(panelByKey(key), index)),
    findings,
    cause,
  };
}

/** Numbers that name day, site and turn, so that they need no counter that could be lost. */
function numberOrder({ day, site, sequence }: { day: string; site: Site; sequence: number }) {
  const stem = `${day.slice(2).replaceAll('-', '')}${String(site.index).padStart(4, '0')}${String(sequence).padStart(3, '0')}`;
  const number = `R${stem}`;
  return {
    number,
    request: (panel: Panel, index: number): Request => ({
      number: `${number}-${index + 1}`,
      panel,
      accession: `${stem}${panel.tube.suffix}`,
    }),
  };
}

/** The tubes of an order, each once. */
export function tubesOf(order: Order): { accession: string; tube: Tube }[] {
  const tubes = new Map(order.requests.map(({ accession, panel }) => [accession, panel.tube]));
  return [...tubes].map(([accession, tube]) => ({ accession, tube }));
}
