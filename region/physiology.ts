import { type Analyte, analyteByKey, type Limits, limitsFor } from './catalogue.ts';
import { type Random, random } from './random.ts';
import { dayOf, hourOf } from './time.ts';
import { ageOn, type Person } from './world.ts';

/** What an analyzer reads from a tube of this person's blood taken at this time. */
export interface Reading {
  analyte: Analyte;
  value: number;
  limits?: Limits;
  flag: 'N' | 'L' | 'H' | 'LL' | 'HH';
}

interface Sample {
  seed: number;
  person: Person;
  /** Time of collection. */
  at: number;
  /** Distinguishes two tubes of the same minute, and a repeat from the first run. */
  tube: string;
  /** Ill people only: without it, the value a healthy person would have. */
  healthy?: boolean;
}

/**
 * Values of a sample for these analytes, consistent with one another.
 *
 * Each person has a level of their own per analyte; a sample lies around it by the within-person and analytical variation,
 * and the daily rhythm moves it. Levels are spread so that both together fill the reference interval: 95 % of healthy
 * readings at 08:00 lie inside it.
 */
export function measure(sample: Sample, analytes: readonly Analyte[]): Reading[] {
  const age = ageOn(sample.person, dayOf(sample.at));
  const known = new Map<string, number>();
  return analytes.map((analyte) => {
    const limits = limitsFor(analyte, { sex: sample.person.sex, age });
    const exact = levelOf(analyte, { ...sample, age, known });
    const value = Number(exact.toFixed(analyte.decimals));
    return { analyte, value, ...(limits ? { limits } : {}), flag: flagOf(value, limits, analyte.critical) };
  });
}

function flagOf(value: number, limits: Limits | undefined, critical: Limits | undefined): Reading['flag'] {
  if (!limits) return 'N';
  if (critical?.low !== undefined && value <= critical.low) return 'LL';
  if (critical?.high !== undefined && value >= critical.high) return 'HH';
  if (limits.low !== undefined && value < limits.low) return 'L';
  if (limits.high !== undefined && value > limits.high) return 'H';
  return 'N';
}

interface Body extends Sample {
  age: number;
  known: Map<string, number>;
}

function levelOf(analyte: Analyte, body: Body): number {
  const before = body.known.get(analyte.key);
  if (before !== undefined) return before;
  const value = DERIVED[analyte.key]?.(body) ?? drawn(analyte, body);
  body.known.set(analyte.key, value);
  return value;
}

const of = (key: string, body: Body): number => levelOf(analyteByKey(key), body);

/** Quantities that follow from others, so that a report never contradicts itself. */
const DERIVED: Readonly<Record<string, (body: Body) => number>> = {
  HGB: (body) => (of('HCT', body) * of('MCHC', body)) / 100,
  RBC: (body) => (of('HCT', body) / of('MCV', body)) * 10,
  MCH: (body) => (of('MCHC', body) * of('MCV', body)) / 1000,
  /** Friedewald 1972 in mmol/L; above 4.5 mmol/L of triglycerides it does not hold and a direct method is played. */
  LDL: (body) => Math.max(0.3, of('TC', body) - of('HDL', body) - Math.min(of('TG', body), 4.5) / 2.2),
  DBIL: (body) => of('TBIL', body) * noise(body, 'DBIL').between(0.16, 0.32),
  /** With an ISI of 1.05 and a mean normal time of 12.0 s. */
  INR: (body) => (of('PT', body) / 12) ** 1.05,
};

function drawn(analyte: Analyte, body: Body): number {
  const spread = spreadOf(analyte, body);
  const own = random(body.seed, 'level', body.person.index, analyte.key).normal();
  const now = noise(body, analyte.key).normal();
  const rhythm = rhythmAt(analyte, body.at);
  const shift = body.healthy ? 1 : shiftOf(analyte, body.person);
  const meal = analyte.key === 'GLU' && !body.healthy ? mealEffect(body) : 1;
  const level =
    analyte.shape === 'log-normal'
      ? Math.exp(spread.centre + spread.between * own + spread.within * now)
      : Math.max(spread.centre * 0.2, spread.centre + spread.between * own + spread.within * now);
  return level * rhythm * shift * meal;
}

interface Spread {
  /** Of the logarithm where the shape is log-normal. */
  centre: number;
  between: number;
  within: number;
}

/** How healthy people of this sex and age spread, worked back from the limits. */
function spreadOf(analyte: Analyte, body: Body): Spread {
  const limits = limitsFor(analyte, { sex: body.person.sex, age: Math.max(body.age, youngestOf(analyte)) });
  const logarithmic = analyte.shape === 'log-normal';
  const { cvi = 5, cva = 1, cvg, population } = analyte;
  const withinCv = Math.hypot(cvi, cva) / 100;
  const asSigma = (cv: number): number => (logarithmic ? Math.sqrt(Math.log(1 + cv * cv)) : cv);
  if (population) {
    const total = asSigma(population.cv / 100);
    const scale = logarithmic ? 1 : population.centre;
    return split(
      logarithmic ? Math.log(population.centre) : population.centre,
      total * scale,
      asSigma(withinCv) * scale,
    );
  }
  if (limits?.low !== undefined && limits.high !== undefined) {
    const [low, high] = logarithmic ? [Math.log(limits.low), Math.log(limits.high)] : [limits.low, limits.high];
    const centre = (low + high) / 2;
    return split(centre, (high - low) / (2 * 1.959964), logarithmic ? asSigma(withinCv) : withinCv * centre);
  }
  if (limits?.high !== undefined && logarithmic) {
    const total = Math.hypot(asSigma((cvg ?? 30) / 100), asSigma(withinCv));
    return split(Math.log(limits.high) - 1.644854 * total, total, asSigma(withinCv));
  }
  throw new RangeError(`no spread is known for ${analyte.key}`);
}

/** The person's share is what the whole leaves; a person always keeps a little of their own. */
function split(centre: number, total: number, within: number): Spread {
  const kept = Math.min(within, total * 0.95);
  return { centre, within: kept, between: Math.sqrt(total * total - kept * kept) };
}

function youngestOf(analyte: Analyte): number {
  return Math.min(...analyte.limits.map((limits) => limits.from ?? 0));
}

/** A cosine over the day, 1 at 08:00, the hour for which the limits hold. */
function rhythmAt(analyte: Analyte, at: number): number {
  if (!analyte.rhythm) return 1;
  const { amplitude, peakHour } = analyte.rhythm;
  const wave = (hour: number): number => 1 + amplitude * Math.cos(((hour - peakHour) / 24) * 2 * Math.PI);
  return wave(hourOf(at)) / wave(8);
}

function shiftOf(analyte: Analyte, person: Person): number {
  return person.conditions.reduce((factor, condition) => factor * (condition.shift[analyte.key] ?? 1), 1);
}

/** Taken after breakfast or lunch by those who do not come fasting. */
function mealEffect(body: Body): number {
  const hour = hourOf(body.at);
  return hour > 10 && hour < 20 ? noise(body, 'meal').between(1, 1.35) : 1;
}

function noise(body: Body, what: string): Random {
  return random(body.seed, 'sample', body.person.index, body.tube, what);
}
