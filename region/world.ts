import names from '../facts/region/people.json' with { type: 'json' };
import { CONDITIONS, type Condition } from './catalogue.ts';
import { gln, healthCard } from './identifiers.ts';
import {
  type Bilingual,
  distanceKm,
  isWithin,
  lengthKm,
  PLACES,
  type Place,
  type Point,
  roadBetween,
  type Town,
  townById,
} from './places.ts';
import { type Random, random, uuidOf } from './random.ts';

/** Who and what there is in the region. It never changes while the region runs: all of it follows from seed and scale. */
export interface World {
  seed: number;
  scale: number;
  organizations: readonly Organization[];
  sites: readonly Site[];
  laboratories: readonly Laboratory[];
  vehicles: readonly Vehicle[];
  people: readonly Person[];
}

export interface Organization {
  id: string;
  name: Bilingual;
  kind: 'hospital' | 'clinic' | 'laboratory' | 'courier';
  /** Global location number of the party. */
  gln: string;
}

export interface Site extends Point {
  index: number;
  kind: 'hospital' | 'clinic';
  /** A hospital the region leans on; shown in red on the map. */
  key: boolean;
  name: Bilingual;
  organization: Organization;
  gln: string;
  place: Place;
  town: Town;
  laboratory: Laboratory;
  /** MSH-3 and MSH-4 of its messages; hospitals only. */
  sender: Sender;
  /** How much is ordered here, a clinic being 1. */
  weight: number;
  people: readonly Person[];
}

export interface Laboratory extends Point {
  index: number;
  code: string;
  name: Bilingual;
  organization: Organization;
  gln: string;
  town: Town;
}

export interface Sender {
  application: string;
  facility: string;
  charset: 'UNICODE UTF-8' | 'GB 18030-2000';
}

export interface Vehicle {
  number: number;
  name: Bilingual;
  courier: Organization;
  laboratory: Laboratory;
  /** In the order of the round. */
  sites: readonly Site[];
  /** Its one insulated box, and the sensor in it: the end of its EPC is its name on MQTT. */
  box: number;
  device: string;
}

export interface Person {
  index: number;
  healthCard: string;
  sex: 'male' | 'female';
  /** yyyy-mm-dd */
  birthDate: string;
  family: Bilingual;
  given: Bilingual;
  phone: string;
  place: Place;
  conditions: readonly Condition[];
}

const HOSPITALS = 48;
const KEY_HOSPITALS = 15;
const CLINICS = 360;
const VEHICLES = 60;
const PEOPLE = 9000;
/** One hospital in so many still writes GB 18030. */
const OLD_CHARSET_EVERY = 12;

export function makeWorld(options: { seed: number; scale: number }): World {
  const { seed, scale } = options;
  const network: Organization = {
    id: uuidOf(seed, 'organization', 'laboratories'),
    kind: 'laboratory',
    gln: gln(10),
    name: { en: 'Rongshu Medical Laboratories (synthetic)', zh: '榕树医学检验集团（虚构）' },
  };
  const couriers = [
    { en: 'Swift Heron Cold Chain (synthetic)', zh: '飞鹭冷链物流（虚构）' },
    { en: 'Pearl Line Medical Couriers (synthetic)', zh: '珠线医药快运（虚构）' },
  ].map(
    (name, index): Organization => ({
      id: uuidOf(seed, 'organization', 'courier', index),
      kind: 'courier',
      gln: gln(20 + index),
      name,
    }),
  );
  const laboratories = makeLaboratories(network);
  const people = makePeople(seed, Math.max(50, Math.round(PEOPLE * scale)));
  const sites = makeSites({ seed, scale, laboratories, people });
  const vehicles = makeVehicles({ scale, sites, laboratories, couriers });
  return {
    seed,
    scale,
    organizations: [network, ...couriers, ...sites.map((site) => site.organization)],
    sites,
    laboratories,
    vehicles,
    people,
  };
}

/** Years completed on a day. */
export function ageOn(person: Person, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(person.birthDate.slice(0, 4));
  return person.birthDate.slice(5) > day.slice(5) ? years - 1 : years;
}

function makeLaboratories(organization: Organization): Laboratory[] {
  return [
    ['bio-island', 'LAB1', 'Rongshu Laboratory Bio Island (headquarters)', '榕树医学检验所（生物岛总部）'],
    ['pingshan', 'LAB2', 'Rongshu Laboratory Pingshan', '榕树医学检验所（坪山）'],
    ['torch', 'LAB3', 'Rongshu Laboratory Zhongshan', '榕树医学检验所（中山）'],
  ].map(([townId, code, en, zh], index) => {
    const town = townById(townId!);
    const name = { en: en!, zh: zh! };
    return { index, code: code!, name, organization, gln: gln(index + 1), town, lat: town.lat, lon: town.lon };
  });
}

function makePeople(seed: number, count: number): Person[] {
  return Array.from({ length: count }, (_, index) => makePerson(seed, index));
}

/** The same seed and number always give the same person; fewer than a million a seed. */
export function makePerson(seed: number, index: number): Person {
  const draw = random(seed, 'person', index);
  const sex = draw.chance(0.485) ? 'female' : 'male';
  const [familyZh, familyEn] = draw.weighted(names.surnames, (entry) => Number(entry[2]));
  const [givenZh, givenEn] = draw.pick(names.given[sex]);
  const [from, to] = draw.weighted(names.agePyramid, (band) => band[2]!);
  const age = draw.between(from!, to!);
  const birth = new Date(Date.UTC(2026, 0, 1) - age * 365.2425 * 86_400_000);
  const place = pickPlace(draw);
  return {
    index,
    healthCard: healthCard(seed * 1_000_000 + index + 1),
    sex,
    birthDate: birth.toISOString().slice(0, 10),
    family: { en: String(familyEn), zh: String(familyZh) },
    given: { en: givenEn!, zh: givenZh! },
    phone: `199${String(draw.below(1e8)).padStart(8, '0')}`,
    place,
    conditions: CONDITIONS.filter(({ prevalence }) => {
      const concerned = age >= prevalence.from && (prevalence.sex ?? sex) === sex;
      return draw.chance(prevalence.share) && concerned;
    }),
  };
}

/** By population; Guangzhou counts twice, since the network grew there. */
function pickPlace(draw: Random): Place {
  return draw.weighted(PLACES, (place) => place.populationK * (place.city === 'guangzhou' ? 2 : 1));
}

function makeSites(given: { seed: number; scale: number; laboratories: Laboratory[]; people: Person[] }): Site[] {
  const { seed, scale, laboratories, people } = given;
  const hospitals = Math.max(2, Math.round(HOSPITALS * scale));
  const keys = Math.max(1, Math.round(KEY_HOSPITALS * scale));
  const count = hospitals + Math.max(6, Math.round(CLINICS * scale));
  const places = spreadOverPlaces(seed, hospitals, count);
  const used = new Set<string>();
  const sites = places.map((place, index): Site & { people: Person[] } => {
    const draw = random(seed, 'site', index);
    const kind = index < hospitals ? 'hospital' : 'clinic';
    const key = index < keys;
    const town = draw.pick(place.towns);
    const point = pointNear(draw, town, place);
    const laboratory = nearestLaboratory(laboratories, town);
    const name = nameSite(draw, { kind, place, town, used });
    const facility = `${kind === 'hospital' ? 'H' : 'C'}${String(index).padStart(4, '0')}`;
    return {
      ...point,
      index,
      kind,
      key,
      name,
      organization: { id: uuidOf(seed, 'organization', 'site', index), kind, gln: gln(100 + index), name },
      gln: gln(100 + index),
      place,
      town,
      laboratory,
      sender: {
        application: 'HIS',
        facility,
        charset: index % OLD_CHARSET_EVERY === 5 ? 'GB 18030-2000' : 'UNICODE UTF-8',
      },
      weight: kind === 'clinic' ? 1 : key ? 14 : 6,
      people: [],
    };
  });
  for (const kind of ['clinic', 'hospital'] as const) {
    const ofKind = sites.filter((site) => site.kind === kind);
    const byPlace = Map.groupBy(ofKind, (site) => site.place);
    for (const person of people) {
      const draw = random(seed, 'usual', kind, person.index);
      const near = byPlace.get(person.place);
      const site = near && draw.chance(0.92) ? draw.weighted(near, (each) => each.weight) : draw.pick(ofKind);
      site.people.push(person);
    }
  }
  return sites.filter((site) => site.people.length > 0 || site.kind === 'hospital');
}

/** Every place gets a hospital as long as there are enough; then people decide. */
function spreadOverPlaces(seed: number, hospitals: number, count: number): Place[] {
  const draw = random(seed, 'places');
  return Array.from({ length: count }, (_, index) => {
    const ofKind = index < hospitals ? index : index - hospitals;
    return ofKind < PLACES.length ? PLACES[ofKind]! : pickPlace(draw);
  });
}

/** Within a town: most sites lie within two kilometres of its centre, and all inside the boundary. */
function pointNear(draw: Random, town: Town, place: Place): Point {
  const spread = place.populationK > 1000 && place.city === 'guangzhou' ? 0.007 : 0.011;
  for (let tries = 0; tries < 20; tries++) {
    const point = {
      lat: round(town.lat + clip(draw.normal()) * spread),
      lon: round(town.lon + clip(draw.normal()) * spread),
    };
    if (isWithin(place, point)) return point;
  }
  return { lat: town.lat, lon: town.lon };
}

function clip(z: number): number {
  return Math.max(-1.6, Math.min(1.6, z));
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

function nearestLaboratory(laboratories: readonly Laboratory[], town: Town): Laboratory {
  const byRoad = laboratories.map((laboratory) => lengthKm(roadBetween(town.id, laboratory.town.id)));
  return laboratories[byRoad.indexOf(Math.min(...byRoad))]!;
}

interface Naming {
  kind: Site['kind'];
  place: Place;
  town: Town;
  used: Set<string>;
}

/** An invented word between a real town and a kind of house: no real institution is meant. */
function nameSite(draw: Random, { kind, place, town, used }: Naming): Bilingual {
  for (let tries = 0; ; tries++) {
    const [wordEn, wordZh] = draw.pick(names.siteWords.given);
    const [kindEn, kindZh] = draw.pick(names.siteWords[kind]);
    const number = tries > 12 ? ` ${tries - 11}` : '';
    const where = kind === 'hospital' ? place.name : town.name;
    const name = {
      en: `${where.en} ${wordEn} ${kindEn}${number}`,
      zh: `${where.zh}${wordZh}${kindZh}${number.trim()}`,
    };
    if (used.has(name.zh)) continue;
    used.add(name.zh);
    return name;
  }
}

interface Fleet {
  scale: number;
  sites: readonly Site[];
  laboratories: readonly Laboratory[];
  couriers: readonly Organization[];
}

/** The sweep of Gillett and Miller (1974): sites by angle around their laboratory, cut into equal shares. */
function makeVehicles({ scale, sites, laboratories, couriers }: Fleet): Vehicle[] {
  const wanted = Math.max(3, Math.round(VEHICLES * scale));
  const vehicles: Vehicle[] = [];
  for (const laboratory of laboratories) {
    const own = sites.filter((site) => site.laboratory === laboratory);
    const share = Math.max(1, Math.round((wanted * own.length) / sites.length));
    const angle = (site: Site): number => Math.atan2(site.lat - laboratory.lat, site.lon - laboratory.lon);
    const swept = [...own].sort((a, b) => angle(a) - angle(b) || a.index - b.index);
    for (let part = 0; part < share; part++) {
      const group = swept.slice(Math.round((part * own.length) / share), Math.round(((part + 1) * own.length) / share));
      if (group.length === 0) continue;
      const number = vehicles.length + 1;
      vehicles.push({
        number,
        name: { en: `Cold-chain vehicle ${number}`, zh: `冷链车${number}号` },
        courier: couriers[number % couriers.length]!,
        laboratory,
        sites: orderOfVisit(laboratory, group),
        box: number,
        device: String(number).padStart(5, '0'),
      });
    }
  }
  return vehicles;
}

/** Always on to the nearest that is left. */
function orderOfVisit(start: Point, sites: readonly Site[]): Site[] {
  const left = [...sites];
  const visited: Site[] = [];
  let here = start;
  while (left.length > 0) {
    const next = left.reduce((best, site) => (distanceKm(here, site) < distanceKm(here, best) ? site : best));
    left.splice(left.indexOf(next), 1);
    visited.push(next);
    here = next;
  }
  return visited;
}
