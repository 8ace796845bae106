import { quantile, Random } from '#standards/statistics';
import {
  FORECAST_MEASURES,
  type ForecastMeasure,
  type PipelineForecast,
  PROJECT_STAGES,
  type ProjectFigures,
  type ProjectStage,
} from '../model.ts';
import { dayAfter, daysBetween } from './days.ts';
import { destinationsOf, rankOf, type Spell } from './projects.ts';

/** What is usual before anything was observed, in days: a house rule that weighs half a case. */
const USUAL_DAYS: Readonly<Record<string, number>> = {
  reserved: 180,
  negotiating: 180,
  key: 180,
  signed: 270,
  building: 540,
};
const SIGNED = rankOf('signed');
const PATH_STEPS = 12;
const BINS = 20;
/** A project that goes to and fro more often is left where it is. */
const MOST_STEPS = 200;

interface OpenProject extends Pick<ProjectFigures, 'investmentFen' | 'outputFen' | 'jobs'> {
  stage: ProjectStage;
  /** Of being signed, where its leader gave one. */
  probability: number | null;
}

export interface ForecastQuestion {
  spells: readonly Spell[];
  projects: readonly OpenProject[];
  today: string;
  date: string;
  draws: number;
  seed: number;
  level: number;
}

interface StageChance {
  /** Leaving it, a day. */
  rate: number;
  to: { next: ProjectStage; share: number }[];
}

/**
 * What the pipeline comes to by a date. Each draw takes rates and destinations of the stages from what the past leaves possible (rate: gamma, of the
 * days spent and the stays ended; destination: Dirichlet of the counts; half a case before), then lets each project go its way from today. A leader's own
 * probability decides whether a project is signed at all; the pace stays that of its stage.
 *
 * Signed and investment count projects that are signed or beyond on the day, output and jobs those that produce.
 *
 * Assumption: how long a project has been in its stage says nothing about how long it stays (a constant rate for each stage).
 */
export function forecastPipeline(question: ForecastQuestion): PipelineForecast {
  const { spells, projects, today, date, draws, seed, level } = question;
  const horizon = Math.max(0, daysBetween(today, date));
  const random = new Random(seed);
  const open = projects.filter(({ stage }) => stage !== 'lost');
  const past = PROJECT_STAGES.slice(0, -1).map((stage) => ({ stage, ...exposure(spells, stage) }));
  const totals = new Map(FORECAST_MEASURES.map((measure) => [measure, new Float64Array(draws)]));
  const path = Array.from({ length: PATH_STEPS + 1 }, () => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw += 1) {
    const chances = new Map(
      past.map(({ stage, ...known }) => [stage as ProjectStage, drawChance(random, stage, known)]),
    );
    for (const project of open) {
      const visits = travel(random, chances, project, horizon);
      for (const measure of FORECAST_MEASURES)
        if (counts(measure, stageOn(visits, horizon))) totals.get(measure)![draw]! += amountOf(measure, project);
      for (let step = 0; step <= PATH_STEPS; step += 1)
        if (counts('signed', stageOn(visits, (horizon * step) / PATH_STEPS))) path[step]![draw]! += 1;
    }
  }
  const limits = (values: Float64Array) => {
    const sorted = values.toSorted();
    const [low = 0, median = 0, high = 0] = [(1 - level) / 2, 0.5, (1 + level) / 2].map((p) => quantile(sorted, p));
    return { low, median, high };
  };
  return {
    date,
    draws,
    seed,
    level,
    open: open.filter(({ stage }) => stage !== 'producing').length,
    measures: FORECAST_MEASURES.map((measure) => ({
      measure,
      now: open.reduce((sum, each) => sum + (counts(measure, each.stage) ? amountOf(measure, each) : 0), 0),
      ...limits(totals.get(measure)!),
      unknown: open.filter((each) => measure !== 'signed' && each[measure] === null).length,
    })),
    path: path.map((values, step) => ({
      date: dayAfter(today, Math.round((horizon * step) / PATH_STEPS)),
      ...limits(values),
    })),
    histogram: histogramOf(totals.get('investmentFen')!),
  };
}

function exposure(spells: readonly Spell[], stage: ProjectStage) {
  const own = spells.filter((spell) => spell.stage === stage);
  return {
    days: own.reduce((sum, { from, to }) => sum + to - from, 0),
    exits: own.filter(({ next }) => next !== undefined).length,
    to: destinationsOf(spells, stage),
  };
}

function drawChance(random: Random, stage: string, { days, exits, to }: ReturnType<typeof exposure>): StageChance {
  const weights = to.map(({ weight }) => random.gamma(weight));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    rate: random.gamma(0.5 + exits, days + 0.5 * USUAL_DAYS[stage]!),
    to: to.map(({ next }, at) => ({ next, share: weights[at]! / total })),
  };
}

interface Visit {
  from: number;
  stage: ProjectStage;
}

function travel(
  random: Random,
  chances: ReadonlyMap<ProjectStage, StageChance>,
  { stage, probability }: OpenProject,
  horizon: number,
): Visit[] {
  const visits: Visit[] = [{ from: 0, stage }];
  const isDecided = probability !== null && rankOf(stage) < SIGNED;
  const isSigned = isDecided && random.next() < probability;
  let isBefore = rankOf(stage) < SIGNED;
  for (let at = stage, day = 0; visits.length < MOST_STEPS; ) {
    const chance = chances.get(at);
    if (chance === undefined) break;
    day += random.exponential(chance.rate);
    if (day > horizon) break;
    // Who is said to be signed is not lost before, and who is said not to be is not signed.
    const allowed = chance.to.filter(
      ({ next }) => !isDecided || !isBefore || (isSigned ? next !== 'lost' : rankOf(next) < SIGNED),
    );
    at = pick(random, allowed);
    if (rankOf(at) >= SIGNED) isBefore = false;
    visits.push({ from: day, stage: at });
  }
  return visits;
}

function pick(random: Random, from: readonly { next: ProjectStage; share: number }[]): ProjectStage {
  let left = random.next() * from.reduce((sum, { share }) => sum + share, 0);
  for (const { next, share } of from) {
    left -= share;
    if (left <= 0) return next;
  }
  return from.at(-1)!.next;
}

function stageOn(visits: readonly Visit[], day: number): ProjectStage {
  return visits.findLast(({ from }) => from <= day)!.stage;
}

function counts(measure: ForecastMeasure, stage: ProjectStage): boolean {
  return measure === 'signed' || measure === 'investmentFen' ? rankOf(stage) >= SIGNED : stage === 'producing';
}

function amountOf(measure: ForecastMeasure, project: OpenProject): number {
  return measure === 'signed' ? 1 : (project[measure] ?? 0);
}

function histogramOf(values: Float64Array): PipelineForecast['histogram'] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(most > least)) return [];
  const width = (most - least) / BINS;
  const shares = new Float64Array(BINS);
  for (const value of values) shares[Math.min(BINS - 1, Math.floor((value - least) / width))]! += 1 / values.length;
  return Array.from(shares, (share, at) => ({ from: least + at * width, to: least + (at + 1) * width, share }));
}
