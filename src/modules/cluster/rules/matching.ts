import { likeness, type OrganizationName, readOrganizationName } from '#standards/organization-names';
import type { Evidence, Match } from '../model.ts';

/** What is known of a body when it is compared. */
export interface Known {
  names: readonly string[];
  uscc?: string;
  lei?: string;
  /** Names of places it lies in. */
  places?: readonly string[];
  /** Of a paper or a patent: its names say what it is about, and it is known by its codes, its title and its year. */
  work?: KnownWork;
}

export interface KnownWork {
  doi?: string;
  /** Numbers of its application and publications, without their kind. */
  patents?: readonly string[];
  year?: string;
}

/**
 * Weights in bits: how much likelier a finding is among pairs of one body than among pairs of two that share a blocking key.
 *
 * Set from the tuning half of facts/cluster/match-pairs.json, rounded to half bits. Source of the sum: Fellegi & Sunter, JASA 64 (1969) 1183.
 */
const WEIGHTS = {
  // Decides whatever the names say: names change, codes do not.
  identifier: { same: 40, different: -40 },
  // Written in the same characters it stands before names that mean the same (医药, 制药).
  name: { 'same letters': 9, same: 6 },
  brand: {
    same: 7,
    'same sound': 6,
    'nearly the same': 4.5,
    'other characters': 3,
    acronym: 6,
    initials: 3,
    part: 3,
    differs: -8,
    none: 0,
  },
  trade: { same: 2, some: 1, 'not told': 0, differs: -8 },
  place: { same: 2, 'not told': 0, differs: -9 },
  number: { differs: -12 },
  form: { differs: -12 },
  kind: { differs: -3 },
  // House values: a title of many words is rarely that of two works of a year.
  title: { same: 6, differs: -12 },
  year: { same: 3, 'a year beside': 0, differs: -8, 'not told': 0 },
} as const;
/** At or above: the same; at or below: different; between them a person decides. Chosen on the tuning half for no wrong merge. */
const SAME_FROM = 8;
const DIFFERENT_UP_TO = 2.5;

/** Forms that make another body of the same name. */
const APART = ['branch', 'group', 'holdings'];

/** Words of the trade that say what a body is: a park is not its incubator. */
const BODIES = new Set('base center hospital incubator institute laboratory park platform university'.split(' '));

/** Whether two are one body, with the working. */
export function compare(one: Known, other: Known): Match {
  const evidence: Evidence[] = [];
  if (one.work !== undefined && other.work !== undefined) return judged(compareWorks(one, other));
  for (const key of ['uscc', 'lei'] as const)
    if (one[key] !== undefined && other[key] !== undefined)
      evidence.push(told('identifier', one[key] === other[key] ? 'same' : 'different', one[key], other[key]));
  evidence.push(...compareNames(one, other));
  return judged(evidence);
}

function judged(evidence: readonly Evidence[]): Match {
  const weight = evidence.reduce((sum, part) => sum + part.weight, 0);
  return {
    weight,
    evidence,
    verdict: weight >= SAME_FROM ? 'same' : weight <= DIFFERENT_UP_TO ? 'different' : 'unresolved',
  };
}

/** Papers and patents: codes decide; without them an equal title of the same year is one work, of another year or none a person's to judge. */
function compareWorks({ names: a, work: one = {} }: Known, { names: b, work: other = {} }: Known): Evidence[] {
  const evidence: Evidence[] = [];
  if (one.doi !== undefined && other.doi !== undefined)
    evidence.push(told('identifier', one.doi === other.doi ? 'same' : 'different', one.doi, other.doi));
  const [numbers, others] = [one.patents ?? [], other.patents ?? []];
  const shared = numbers.find((number) => others.includes(number));
  // An application and its publication have different numbers: only two of one kind and country speak against it.
  const apart = numbers.find((number) => others.some((each) => sortOf(each) === sortOf(number)));
  if (shared !== undefined) evidence.push(told('identifier', 'same', shared, shared));
  else if (apart !== undefined) evidence.push(told('identifier', 'different', numbers.join(' '), others.join(' ')));
  const titles = new Set(b.map(titleKey));
  const title = a.find((name) => titles.has(titleKey(name)));
  evidence.push(told('title', title === undefined ? 'differs' : 'same', title ?? a[0] ?? '', b[0] ?? ''));
  const gap = Math.abs(Number(one.year) - Number(other.year));
  const finding = Number.isNaN(gap) ? 'not told' : gap === 0 ? 'same' : gap === 1 ? 'a year beside' : 'differs';
  return [...evidence, told('year', finding, one.year ?? '', other.year ?? '')];
}

/** Country, and for China whether it is an application: those have twelve digits, or eight in old ones. */
function sortOf(number: string): string {
  const [country, digits] = [number.slice(0, 2), number.slice(2)];
  return `${country} ${country === 'CN' && (digits.length === 12 || digits.length === 8) ? 'application' : 'publication'}`;
}

/** Letters and digits of a title, in small letters. */
function titleKey(title: string): string {
  return title
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** The pair of names that fits best speaks for all. */
function compareNames(one: Known, other: Known): Evidence[] {
  let best: { sum: number; evidence: Evidence[] } | undefined;
  for (const a of readNames(one.names))
    for (const b of readNames(other.names)) {
      const evidence = compareParts(a, b, one, other);
      const sum = evidence.reduce((total, { weight }) => total + weight, 0);
      if (best === undefined || sum > best.sum) best = { sum, evidence };
    }
  return best?.evidence ?? [];
}

/** Names, and other names that stand in their brackets: `... Incubator (GMV Nansha)`; a lone word there is more likely a place or a number. */
function readNames(names: readonly string[]): OrganizationName[] {
  return names.flatMap((name) => {
    const inside = [...name.matchAll(/[(（]([^()（）]+)[)）]/g)]
      .map(([, words]) => readOrganizationName(words!))
      .filter(({ brand, trades, places }) => brand.length >= 3 && trades.length + places.length > 0);
    return [readOrganizationName(inside.length > 0 ? name.replace(/[(（][^()（）]+[)）]/g, ' ') : name), ...inside];
  });
}

function compareParts(a: OrganizationName, b: OrganizationName, one: Known, other: Known): Evidence[] {
  const evidence: Evidence[] = [];
  if (a.whole !== '' && a.whole === b.whole && a.brandHan === b.brandHan && a.forms.join() === b.forms.join())
    evidence.push(told('name', a.letters === b.letters ? 'same letters' : 'same', a.whole, b.whole));
  const brand = brandFinding(a, b);
  evidence.push(told('brand', brand, a.brandHan || a.brand, b.brandHan || b.brand));
  evidence.push(told('trade', setFinding(a.trades, b.trades), a.trades.join(' '), b.trades.join(' ')));
  const [here, there] = [placesOf(a, one), placesOf(b, other)];
  evidence.push(told('place', placeFinding(here, there), here.join(' '), there.join(' ')));
  if (a.number !== b.number) evidence.push(told('number', 'differs', a.number, b.number));
  const [form, otherForm] = [a, b].map(({ forms }) => forms.filter((each) => APART.includes(each)).join(' '));
  if (form !== otherForm) evidence.push(told('form', 'differs', form!, otherForm!));
  const [kind, otherKind] = [a, b].map(({ trades }) => trades.filter((each) => BODIES.has(each)).join(' '));
  // An acronym has the kind among its letters.
  if (kind !== otherKind && brand !== 'acronym') evidence.push(told('kind', 'differs', kind!, otherKind!));
  return evidence;
}

function told<A extends keyof typeof WEIGHTS>(
  about: A,
  finding: keyof (typeof WEIGHTS)[A] & string,
  one: string,
  other: string,
): Evidence {
  return { about, finding, weight: WEIGHTS[about][finding] as number, one, other };
}

function brandFinding(a: OrganizationName, b: OrganizationName): keyof (typeof WEIGHTS)['brand'] {
  if (isAcronym(a, b) || isAcronym(b, a)) return 'acronym';
  if (a.brand === '' || b.brand === '') return a.brand === b.brand ? 'none' : 'differs';
  if (a.brandHan !== '' && b.brandHan !== '') {
    if (a.brandHan === b.brandHan) return 'same';
    // Of two Chinese names the characters count: 锐博 and 瑞博 sound alike and are two, if nobody slipped; a person decides.
    if (a.brand === b.brand) return 'other characters';
  } else if (a.brand === b.brand) return a.brandHan === b.brandHan ? 'same' : 'same sound';
  const [short, long] = a.brand.length < b.brand.length ? [a, b] : [b, a];
  if (short.brand.length >= 5 && a.brandHan === '' && b.brandHan === '' && likeness(a.brand, b.brand) >= 0.94)
    return 'nearly the same';
  if (short.brand.length >= 2 && short.brand === long.initials) return 'initials';
  if (short.brand.length >= 5 && (long.brand.startsWith(short.brand) || long.brand.endsWith(short.brand)))
    return 'part';
  return 'differs';
}

/** So many letters few share. */
const LEAST_ACRONYM = 5;

function isAcronym({ brand }: OrganizationName, { acronym }: OrganizationName): boolean {
  return brand.length >= LEAST_ACRONYM && brand === acronym;
}

function setFinding(a: readonly string[], b: readonly string[]): keyof (typeof WEIGHTS)['trade'] {
  if (a.length === 0 || b.length === 0) return 'not told';
  const shared = a.filter((each) => b.includes(each)).length;
  if (shared === a.length && shared === b.length) return 'same';
  return shared > 0 ? 'some' : 'differs';
}

/** A whole that holds others says nothing against them. */
const WIDE = new Set(['china', 'guangdong']);

function placesOf({ places }: OrganizationName, { places: known = [] }: Known): string[] {
  const more = known.flatMap((place) => readOrganizationName(`${place} x`).places);
  return [...new Set([...places, ...more])];
}

function placeFinding(a: readonly string[], b: readonly string[]): keyof (typeof WEIGHTS)['place'] {
  if (a.some((each) => b.includes(each))) return 'same';
  const [narrow, others] = [a, b].map((places) => places.filter((place) => !WIDE.has(place)));
  return narrow!.length > 0 && others!.length > 0 ? 'differs' : 'not told';
}

/**
 * Under which of these two the same body is sought: identifiers, the brand as it sounds, and the brand with place and with trade: of a million bodies too
 * many share a brand alone.
 */
export function keysOf({ names, uscc, lei, places = [], work }: Known): string[] {
  const keys = new Set<string>();
  if (work !== undefined) {
    if (work.doi !== undefined) keys.add(`d:${work.doi}`);
    for (const number of work.patents ?? []) keys.add(`n:${number}`);
    for (const name of names) keys.add(`y:${titleKey(name).slice(0, 80)}`);
    return [...keys];
  }
  if (uscc !== undefined) keys.add(`u:${uscc}`);
  if (lei !== undefined) keys.add(`l:${lei}`);
  for (const name of readNames(names)) {
    const { acronym, brandHan, initials, trades, whole } = name;
    keys.add(`w:${whole.slice(0, LONGEST_KEY)}`);
    if (acronym.length >= LEAST_ACRONYM && acronym.length <= 8) keys.add(`i:${acronym}`);
    if (name.brand === '') continue;
    const brand = name.brand.slice(0, LONGEST_KEY);
    keys.add(`b:${brand}`);
    const narrow = placesOf(name, { names, places }).filter((place) => !WIDE.has(place));
    for (const place of narrow) keys.add(`p:${brand} ${place}`);
    if (trades.length > 0) keys.add(`t:${brand} ${trades.join(' ')}`);
    // One letter may be wrong at either end.
    if (brand.length >= 7) {
      keys.add(`s:${brand.slice(0, 5)}`).add(`e:${brand.slice(-5)}`);
    }
    // Letters that changed places or stand twice leave the set of letters as it was.
    if (brandHan === '' && brand.length >= 5)
      for (const place of narrow) keys.add(`a:${[...new Set(brand)].sort().join('')} ${place} ${trades.join(' ')}`);
    if (initials.length >= 3 && initials.length <= 8) keys.add(`i:${initials}`);
    if (brand.length >= 3 && brand.length <= 8) keys.add(`i:${brand}`);
  }
  return [...keys];
}

const LONGEST_KEY = 60;
