import { type BatchHeader, type CaseReport, emptyDrug, emptyReaction, emptyReport, writeBatch } from '#standards/e2b';
import facts from '../facts/region/products.json' with { type: 'json' };
import type { Fault } from './faults.ts';
import { PLACES } from './places.ts';
import { type Random, random, uuidOf } from './random.ts';
import { DAY, dayAfter, dayOf, HOUR, hl7Time, MINUTE, startOfDay } from './time.ts';
import { ageOn, type Person, type Site, type World } from './world.ts';

/** A suspected adverse reaction that a hospital reports. */
export interface Adverse {
  /** Country, company, number: names the case for ever. */
  id: string;
  reportedAt: number;
  site: Site;
  person: Person;
  product: Product;
  lot: string;
  reaction: AdverseReaction;
  givenAt: number;
  onsetAt: number;
  serious: boolean;
  grave: boolean;
  /** E.i.7 */
  outcome: string;
  /** ASTCT grade, of a reaction that is graded. */
  grade?: number;
  /** The fault that brought it about. */
  cause?: string;
}
export type Product = Omit<(typeof facts.products)[number], 'reactions'> & { reactions: Record<string, number> };
type AdverseReaction = (typeof facts.reactions)[number] & { grave?: number; graded?: boolean };

const PRODUCTS = facts.products as unknown as readonly Product[];
const REACTIONS = new Map((facts.reactions as AdverseReaction[]).map((reaction) => [reaction.key, reaction]));

/** On a day of the play, and on a day of the past before it: about 300 in two years. */
const REPORTS_A_DAY = 3;
const PAST_A_DAY = 0.41;
const PAST_DAYS = 730;
const MOST_IN_BATCH = 50;
/** Reports that a fault adds have numbers from here on, so that the ordinary ones keep theirs. */
const EXTRA_SEQUENCE = 500;

/** @throws RangeError for a product that the region does not have */
export function productOf(key: string): Product {
  const product = PRODUCTS.find((each) => each.key === key);
  if (!product) throw new RangeError(`no product ${key}; known: ${PRODUCTS.map((each) => each.key).join(', ')}`);
  return product;
}

/** What the invented information of each product lists: what is not rare with it. */
export function listedReactions(): { product: string; source: string; reactions: { name: string; code: string }[] }[] {
  return PRODUCTS.map((product) => ({
    product: product.zh,
    source: `${product.zh}说明书（虚构）`,
    reactions: Object.entries(product.reactions)
      .filter(([, share]) => share >= LISTED_FROM)
      .map(([key]) => ({ name: REACTIONS.get(key)!.zh, code: REACTIONS.get(key)!.code })),
  }));
}

/** Shares of a product's reports; rarer reactions are in no information. */
const LISTED_FROM = 1;

/** What is reported on a day, in order; the same world, day and faults always give the same reports. */
export function planReports(world: World, day: string, faults: readonly Fault[] = []): Adverse[] {
  const clusters = faults.filter((fault) => fault.kind === 'bad-lot').flatMap((fault) => lotReports(world, fault, day));
  return [...ordinary(world, day, REPORTS_A_DAY * Math.min(world.scale, 1)), ...clusters].sort(byTime);
}

/** Batches about the two years before a day. */
export function pastReports(world: World, before: string): Batch[] {
  const days = Array.from({ length: PAST_DAYS }, (_, index) => dayAfter(before, index - PAST_DAYS));
  const told = days.flatMap((day) => ordinary(world, day, PAST_A_DAY * Math.min(world.scale, 1)).sort(byTime));
  const count = Math.ceil(told.length / MOST_IN_BATCH);
  return Array.from({ length: count }, (_, index) =>
    batchOf(told.slice(index * MOST_IN_BATCH, (index + 1) * MOST_IN_BATCH), `PAST-${before}-${index + 1}`),
  );
}

const byTime = (a: Adverse, b: Adverse): number => a.reportedAt - b.reportedAt || (a.id < b.id ? -1 : 1);

function ordinary(world: World, day: string, mean: number): Adverse[] {
  const draw = random(world.seed, 'adverse', day);
  const hospitals = hospitalsOf(world);
  return Array.from({ length: draw.poisson(mean) }, (_, nth) => {
    const product = draw.weighted(PRODUCTS, (each) => each.weight);
    const key = draw.weighted(Object.keys(product.reactions), (each) => product.reactions[each]!);
    const site = draw.weighted(hospitals, (each) => each.weight);
    const lot = draw.pick(product.lots);
    return planOne(draw, { day, site, product, lot, reaction: REACTIONS.get(key)!, sequence: nth + 1 });
  });
}

/** One lot, one reaction, one city; every day one report more than the day before, on average. */
function lotReports(world: World, fault: Fault, day: string): Adverse[] {
  const opens = startOfDay(day) + OPENS;
  if (opens + OPEN_FOR <= fault.from || opens >= fault.until) return [];
  const product = productOf(fault.product ?? '');
  const [key] = Object.entries(product.reactions).sort((a, b) => a[1] - b[1])[0]!;
  const city = PLACES.find((place) => place.id === fault.place)?.city;
  const hospitals = hospitalsOf(world);
  const there = hospitals.filter((site) => site.place.city === city);
  const sites = there.length > 0 ? there : hospitals;
  const draw = random(world.seed, fault.id, day);
  const passed = Math.max(0, Math.floor((opens - fault.from) / DAY));
  return Array.from({ length: Math.min(draw.poisson((fault.perDay ?? 0) + passed), 60) }, (_, nth) =>
    planOne(draw, {
      day,
      site: draw.pick(sites),
      product,
      lot: fault.lot ?? '',
      reaction: REACTIONS.get(key)!,
      sequence: EXTRA_SEQUENCE + nth,
      cause: fault.id,
    }),
  ).filter(({ reportedAt }) => reportedAt >= fault.from && reportedAt < fault.until);
}

const OPENS = 8 * HOUR;
const OPEN_FOR = 10 * HOUR;

function hospitalsOf(world: World): Site[] {
  return world.sites.filter((site) => site.kind === 'hospital' && site.people.length > 0);
}

interface Occasion {
  day: string;
  site: Site;
  product: Product;
  lot: string;
  reaction: AdverseReaction;
  sequence: number;
  cause?: string;
}

function planOne(draw: Random, { day, site, product, lot, reaction, sequence, cause }: Occasion): Adverse {
  const [from = 0, to = 120] = product.ages;
  const fitting = site.people.filter((person) => ageOn(person, day) >= from && ageOn(person, day) <= to);
  const person = draw.pick(fitting.length > 0 ? fitting : site.people);
  const reportedAt = startOfDay(day) + OPENS + Math.floor(draw.fraction() * OPEN_FOR);
  // Nobody reports before somebody has looked at the patient.
  const onsetAt = Math.floor(reportedAt - draw.between(2, 60) * HOUR);
  const [soon = 1, late = 48] = reaction.hours;
  const givenAt = Math.floor(onsetAt - draw.between(soon, late) * HOUR);
  const grave = draw.chance(reaction.grave ?? 0);
  const grade = reaction.graded ? (grave ? 3 + draw.below(2) : 1 + draw.below(2)) : undefined;
  const number = `${day.slice(2).replaceAll('-', '')}${String(site.index).padStart(4, '0')}${String(sequence).padStart(3, '0')}`;
  return {
    id: `CN-BANYANREGION-${number}`,
    reportedAt,
    site,
    person,
    product,
    lot,
    reaction,
    givenAt,
    onsetAt,
    serious: draw.chance(reaction.serious),
    grave,
    outcome: draw.pick(['1', '1', '1', '2', '2', '3']),
    ...(grade === undefined ? {} : { grade }),
    ...(cause === undefined ? {} : { cause }),
  };
}

// ---- the messages ----------------------------------------------------------------------------------------------------

export interface Batch {
  number: string;
  reports: readonly Adverse[];
  make(): string;
}

const SENDER = 'BANYAN-REGION';
const RECEIVER = 'BANYAN';

/** A batch is written the same whenever it is written: it bears the time of its last report. */
export function batchOf(reports: readonly Adverse[], number: string): Batch {
  return {
    number,
    reports,
    make: () => {
      const at = Math.max(...reports.map((report) => report.reportedAt));
      const header: BatchHeader = {
        type: '1',
        number,
        senderId: SENDER,
        receiverId: RECEIVER,
        transmittedAt: hl7Time(at),
      };
      return writeBatch(reports.map(caseReport), header);
    },
  };
}

const dayStamp = (at: number): string => dayOf(at).replaceAll('-', '');
const minuteStamp = (at: number): string => `${hl7Time(at).slice(0, 12)}+0800`;

/** The report as E2B(R3) has it. */
export function caseReport(adverse: Adverse): CaseReport {
  const { id, reportedAt, site, person, product, lot, reaction, givenAt, onsetAt, serious, grave, outcome } = adverse;
  const ids = { reaction: uuidOf(id, 'reaction'), drug: uuidOf(id, 'drug') };
  const empty = emptyReport(ids);
  const created = hl7Time(reportedAt);
  const { seriousness = {} } = emptyReaction(ids.reaction);
  return {
    ...empty,
    message: { id, senderId: SENDER, receiverId: RECEIVER, createdAt: created },
    identification: {
      ...empty.identification,
      safetyReportId: id,
      worldwideId: id,
      createdAt: created,
      reportType: '1',
      firstReceived: dayStamp(reportedAt),
      mostRecentInformation: dayStamp(reportedAt),
      expedited: serious,
      firstSender: '2',
    },
    reporters: [
      {
        primary: '1',
        organisation: site.name.zh,
        city: site.place.name.zh,
        state: '广东省',
        country: 'CN',
        qualification: '1',
      },
    ],
    sender: { type: '3', organisation: site.name.zh, city: site.place.name.zh, country: 'CN' },
    patient: {
      name: `${person.family.en.charAt(0)}${person.given.en.charAt(0)}`.toUpperCase(),
      age: ageOf(person, dayOf(onsetAt)),
      sex: person.sex === 'male' ? '1' : '2',
      historyText: '无',
    },
    reactions: [
      {
        id: ids.reaction,
        text: reaction.zh,
        language: 'zho',
        translation: reaction.en,
        term: { version: facts.meddraVersion, code: reaction.code },
        seriousness: {
          ...seriousness,
          ...(serious ? { hospitalisation: true } : {}),
          ...(serious && grave ? { lifeThreatening: true } : {}),
        },
        start: minuteStamp(onsetAt),
        outcome,
        country: 'CN',
      },
    ],
    drugs: [
      {
        ...emptyDrug(ids.drug),
        name: product.zh,
        substances: [{ name: product.en.replace(' (synthetic)', '') }],
        obtainedIn: 'CN',
        authorisation: { number: product.approval, country: 'CN', holder: '榕树生物制药（虚构）' },
        dosages: [{ start: minuteStamp(givenAt), lot, route: { text: product.route } }],
        matrix: [{ reactionId: ids.reaction, sinceStart: { value: hoursBetween(givenAt, onsetAt), unit: 'h' } }],
      },
    ],
    narrative: { text: narrate(adverse) },
  };
}

const hoursBetween = (from: number, to: number): string => String(Math.max(1, Math.round((to - from) / HOUR)));

/** Small children are counted in months. */
function ageOf(person: Person, day: string): { value: string; unit: string } {
  const years = ageOn(person, day);
  if (years >= 2) return { value: String(years), unit: 'a' };
  const months = Math.floor((Date.parse(day) - Date.parse(person.birthDate)) / (30.44 * DAY));
  return { value: String(Math.max(0, months)), unit: 'mo' };
}

function narrate(adverse: Adverse): string {
  const { person, product, lot, reaction, givenAt, onsetAt, site, grade, serious } = adverse;
  const sex = person.sex === 'male' ? '男' : '女';
  const { value, unit } = ageOf(person, dayOf(onsetAt));
  const graded = grade === undefined ? '' : `ASTCT ${grade} 级（ASTCT grade ${grade}），`;
  return [
    `患者${sex}，${value}${unit === 'a' ? '岁' : '个月'}，${hl7Time(givenAt - (givenAt % MINUTE)).slice(0, 8)} 于${site.name.zh}使用${product.zh}（批号 ${lot}），${product.route}。`,
    `约 ${hoursBetween(givenAt, onsetAt)} 小时后出现${reaction.zh}（${reaction.en}），${graded}${serious ? '住院观察治疗' : '门诊观察处理'}。`,
    NO_CONCLUSION,
  ].join('');
}
const NO_CONCLUSION = '合成数据，不涉及真实患者或产品。';
