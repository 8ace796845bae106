import { panelByKey } from './catalogue.ts';
import { type Hl7Message, reportMessage } from './hl7.ts';
import type { Report } from './journey.ts';
import type { Order, Request } from './orders.ts';
import { measure } from './physiology.ts';
import { random } from './random.ts';
import { DAY, dayOf, HOUR, MINUTE, startOfDay } from './time.ts';
import { ageOn, type Person, type World } from './world.ts';

const PEOPLE = 360;
const VISITS = 5;
const BETWEEN_VISITS_DAYS = 85;

/**
 * Results of earlier visits of people with a chronic condition, so that there are trends to look at from the first day:
 * per person and visit one report for each panel their condition calls for; then the markers of breast tumours of the two calendar years before.
 *
 * @param before the visits lie before this day
 */
export function earlierReports(world: World, before: string): (() => Hl7Message)[] {
  const people = world.people.filter((person) => person.conditions.length > 0 && ageOn(person, before) >= 18);
  return [
    ...people.slice(0, Math.round(PEOPLE * world.scale)).flatMap((person) => visitsOf(world, person, before)),
    ...tumourReports(world, before),
  ];
}

function visitsOf(world: World, person: Person, before: string): (() => Hl7Message)[] {
  const draw = random(world.seed, 'earlier', person.index);
  const near = world.sites.filter((site) => site.people.includes(person));
  const site = near[0];
  if (!site) return [];
  const panels = [...new Set(person.conditions.flatMap((condition) => condition.panels))].slice(0, 3).map(panelByKey);
  const physician = draw.below(4);
  return Array.from({ length: VISITS }, (_, visit) => {
    const back = Math.round((VISITS - visit) * BETWEEN_VISITS_DAYS + draw.between(-12, 12));
    const collectedAt = startOfDay(before) - back * DAY + Math.round((7.6 + draw.fraction() * 1.8) * HOUR);
    const stem = `${dayOf(collectedAt).slice(2).replaceAll('-', '')}P${String(person.index).padStart(6, '0')}`;
    const requests = panels.map(
      (panel, index): Request => ({ number: `R${stem}-${index + 1}`, panel, accession: stem + panel.tube.suffix }),
    );
    const order: Order = {
      number: `R${stem}`,
      site,
      person,
      stat: false,
      orderedAt: collectedAt - 20 * MINUTE,
      collectedAt,
      physician,
      ...(person.conditions[0] ? { reason: person.conditions[0] } : {}),
      requests,
      findings: {},
    };
    return [...Map.groupBy(requests, ({ accession, panel }) => `${accession}/${panel.section.key}`).values()].map(
      (group) => () => oldReport(world, order, group),
    );
  }).flat();
}

/** Far more than there are, so that groups by city, year and type are large enough to be told. */
const TUMOURS = 1_500;
const TUMOUR_YEARS = 2;
const TUMOURS_FROM_AGE = 30;
/** Round figures; what makes a type is in facts/exchange/example.json. */
const TYPES = [
  { share: 0.6, findings: { 'BR-ER': 'detected', 'BR-PR': 'detected' } },
  { share: 0.14, findings: { 'BR-ER': 'detected', 'BR-PR': 'detected', 'BR-HER2': 'detected' } },
  { share: 0.11, findings: { 'BR-HER2': 'detected' } },
  { share: 0.15, findings: {} },
] as const;

function tumourReports(world: World, before: string): (() => Hl7Message)[] {
  const women = world.people.filter((person) => person.sex === 'female' && ageOn(person, before) >= TUMOURS_FROM_AGE);
  const count = Math.min(women.length, Math.round(TUMOURS * world.scale));
  const [first, last] = [
    Date.UTC(Number(before.slice(0, 4)) - TUMOUR_YEARS, 0),
    Date.UTC(Number(before.slice(0, 4)), 0),
  ];
  return Array.from({ length: count }, (_, nth) => women[Math.floor((nth * women.length) / count)]!).flatMap(
    (person) => {
      const site = world.sites.find((each) => each.people.includes(person));
      if (!site) return [];
      const draw = random(world.seed, 'tumour', person.index);
      const collectedAt = startOfDay(dayOf(draw.between(first, last - DAY))) + 10 * HOUR;
      const stem = `${dayOf(collectedAt).slice(2).replaceAll('-', '')}B${String(person.index).padStart(6, '0')}`;
      const panel = panelByKey('breast-markers');
      const order: Order = {
        number: `R${stem}`,
        site,
        person,
        collectedAt,
        stat: false,
        orderedAt: collectedAt - HOUR,
        physician: draw.below(4),
        requests: [{ number: `R${stem}-1`, panel, accession: stem + panel.tube.suffix }],
        findings: draw.weighted(TYPES, ({ share }) => share).findings,
      };
      return [() => oldReport(world, order, order.requests)];
    },
  );
}

function oldReport(world: World, order: Order, requests: readonly Request[]): Hl7Message {
  const { accession, panel } = requests[0]!;
  const report: Report = {
    id: `${accession}-${requests.map((request) => request.panel.key).join('-')}`,
    order,
    accession,
    section: panel.section,
    requests,
    receivedAt: order.collectedAt + 4 * HOUR,
    measuredAt: order.collectedAt + 5 * HOUR,
    reportedAt: order.collectedAt + 6 * HOUR,
  };
  const sample = { seed: world.seed, person: order.person, at: order.collectedAt, tube: accession };
  const readings = measure(
    sample,
    requests.flatMap((request) => request.panel.analytes.filter(({ shape }) => shape !== 'presence')),
  );
  return reportMessage({
    report,
    laboratory: order.site.laboratory,
    readings: new Map(readings.map((each) => [each.analyte.key, each])),
  });
}
