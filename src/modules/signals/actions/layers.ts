import { recordRead } from '#kernel/access';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { countCells, listCaseResults, listCases } from '../analytics/index.ts';
import type { CaseDefinition, CurveLayer, LayerId, NowcastBy } from '../model.ts';
import { datesOf, dayNumber, dayOf, daysAfter, incubationOf, levelOf, seriesOf } from '../rules/index.ts';
import { getDefinition } from './definitions.ts';
import { WATCH } from './permissions.ts';
import { readMany } from './persons.ts';
import { type CurveQuestion, checkPoints, sinceOf, type Watching, WINDOW_DAYS } from './watch.ts';

type Numbers = (number | null)[];
type Layer = Omit<CurveLayer, 'layer'>;

/** A series with what came before the days that are shown. */
interface Read {
  definition: CaseDefinition;
  /** The days or weeks that are shown. */
  dates: string[];
  cases: number[];
  /** Counts before the first shown one, oldest first. */
  past: number[];
  place: string;
  since: string;
  until: string;
}

const PAST_DAYS = 120;
const PAST_WEEKS = 3 * 53;

async function readSeries(ctx: Context, watching: Watching, question: CurveQuestion): Promise<Read> {
  const definition = await getDefinition(ctx.db, question.disease);
  const { place, unit } = question;
  const until = question.until ?? dayOf(ctx.now());
  const since = sinceOf(question, until);
  const from = daysAfter(since, -(unit === 'day' ? PAST_DAYS : 7 * PAST_WEEKS));
  const cells = await countCells(ctx, watching.lake, definition, { since: from, until }, optionsOf(ctx, watching));
  const set = seriesOf(cells, { unit, level: levelOf(place), since: from, until });
  const own = set.series.find((each) => each.place === place);
  const known = new Map(set.dates.map((date, at) => [date, own?.cases[at] ?? 0]));
  const dates = datesOf(unit, since, until);
  checkPoints(dates);
  const past = set.dates.filter((date) => date < dates[0]!).map((date) => known.get(date)!);
  return { definition, place, dates, cases: dates.map((date) => known.get(date) ?? 0), past, since, until };
}

function optionsOf(ctx: Context, { signal }: Watching) {
  return { actor: ctx.actor.id, ...(signal !== undefined && { signal }) };
}

const LAYER: Readonly<
  Record<LayerId, (ctx: Context, watching: Watching, read: Read, by: NowcastBy) => Promise<Layer>>
> = {
  nowcast,
  'back-projection': backProjection,
  reproduction,
};

/**
 * An estimate over the daily curve of a place.
 *
 * @throws Problem `unprocessable` where there are too few cases, or what the method needs is not known
 */
export async function readLayer(
  ctx: Context,
  watching: Watching,
  { layer, by, ...question }: Omit<CurveQuestion, 'unit'> & { layer: LayerId; by: NowcastBy },
): Promise<CurveLayer> {
  ctx.require(WATCH);
  const read = await readSeries(ctx, watching, { ...question, unit: 'day' });
  const { disease, place } = question;
  await recordRead(ctx, { act: 'signals.layer-read', detail: { disease, place, layer } });
  return { layer, ...(await LAYER[layer](ctx, watching, read, by)) };
}

/** Days back that a nowcast is made for; a result that comes later than that is not waited for. */
const NOWCAST_DAYS = 14;
const DELAY_DAYS = 60;
const MOST_EVENTS = 2_000;
const LEAST_EVENTS = 10;

/**
 * How many cases of the last days there will have been once all their results are there, from how long results took.
 *
 * Source: Lawless, Can J Stat 1994;22:15; Höhle, an der Heiden, Biometrics 2014;70:993 (Bayesian, truncated).
 */
async function nowcast(ctx: Context, watching: Watching, read: Read, by: NowcastBy): Promise<Layer> {
  const events = await reportsOf(ctx, watching, read);
  if (events.length < LEAST_EVENTS)
    throw new Problem('unprocessable', 'too few cases have a day of sampling and one of report for a nowcast', {
      cases: events.length,
      least: LEAST_EVENTS,
    });
  // Of days so young that no result ever came as quickly nothing can be said.
  const quickest = Math.min(...events.map(([day, told]) => dayNumber(told) - dayNumber(day)));
  const first = events.map(([day]) => day).sort()[0]!;
  const longest = Math.min(NOWCAST_DAYS, dayNumber(read.until) - dayNumber(first));
  const when = datesOf('day', daysAfter(read.until, 1 - longest), daysAfter(read.until, -quickest));
  if (longest < 2 || when.length === 0)
    throw new Problem('unprocessable', 'the cases came within too few days for a nowcast', { first });
  const most = 5 * Math.max(20, ...read.cases);
  const answer = (await watching.computing.run(
    'nowcast',
    {
      events,
      now: read.until,
      when,
      D: longest,
      method: by === 'bayes' ? 'bayes.trunc' : 'lawless',
      control: { 'N.tInf.max': most, 'N.tInf.prior': 'unif', priorMax: most },
    },
    optionsOf(ctx, watching),
  )) as { when: string[]; median: Numbers; ciLower: Numbers; ciUpper: Numbers };
  return {
    dates: answer.when,
    value: answer.median,
    low: answer.ciLower,
    high: answer.ciUpper,
    parameters: { by, days: longest, cases: events.length },
  };
}

/** Of each case of the last weeks the day of its sample and the day on which its result was given. */
async function reportsOf(
  ctx: Context,
  watching: Watching,
  { definition, place, until }: Read,
): Promise<[string, string][]> {
  const period = { since: daysAfter(until, -DELAY_DAYS), until };
  const asked = { period, place, limit: MOST_EVENTS };
  const cases = await listCases(ctx, watching.lake, definition, asked, optionsOf(ctx, watching));
  const results = await listCaseResults(ctx, watching.lake, definition, asked, optionsOf(ctx, watching));
  const first = new Map(results.map((each) => [`${each.patient} ${each.day}`, each.result]));
  const observations = (await readMany(
    ctx,
    'Observation',
    results.map(({ result }) => result),
  )) as { id: string; issued?: string }[];
  const issued = new Map(observations.map((each) => [each.id, each.issued]));
  return cases.flatMap(({ patient, day }): [string, string][] => {
    const at = issued.get(first.get(`${patient} ${day}`) ?? '');
    if (at === undefined) return [];
    // A clock that runs before another one is no delay.
    const [told = day] = [dayOf(new Date(at)), day].sort().reverse();
    return told > until ? [] : [[day, told]];
  });
}

const LONGEST_INCUBATION = 60;
const LEAST_CASES = 5;

/**
 * When those who are cases now were infected.
 *
 * Source: Becker, Watson, Carlin, Stat Med 1991;10:1527; the interval by the parametric bootstrap of R surveillance.
 */
async function backProjection(ctx: Context, watching: Watching, read: Read): Promise<Layer> {
  needCases(read);
  const incubation = incubationOf(read.definition, LONGEST_INCUBATION);
  if (incubation === undefined)
    throw new Problem('unprocessable', 'the incubation of this disease is too short or too long to look back by', {
      mostDays: LONGEST_INCUBATION,
    });
  // Those of the first shown days were infected before them.
  const before = read.past.slice(-LONGEST_INCUBATION);
  const answer = (await watching.computing.run(
    'backproj',
    {
      observed: [...before, ...read.cases],
      incuPmf: Array.from(incubation.pmf),
      control: { k: 2, eps: 0.005, iterMax: 250, B: 100, alpha: 0.05, seed: 1 },
    },
    optionsOf(ctx, watching),
  )) as { lambda: Numbers; ciLower: Numbers; ciUpper: Numbers };
  // Who was infected in the last days is mostly no case yet: of them nothing can be said.
  const last = read.dates.length - Math.ceil(incubation.mean);
  const shown = (values: Numbers): Numbers =>
    values.slice(before.length).map((value, at) => (at < last ? value : null));
  return {
    dates: read.dates,
    value: shown(answer.lambda),
    low: shown(answer.ciLower),
    high: shown(answer.ciUpper),
    parameters: { mean: incubation.mean, sd: incubation.sd },
  };
}

/** How far the mean and the deviation of the serial interval may be off: share of themselves. */
const UNCERTAIN = 0.2;

/**
 * The reproduction number where the serial interval itself is not known exactly.
 *
 * Source: Cori, Ferguson, Fraser, Cauchemez, Am J Epidemiol 2013;178:1505, web appendix 4.
 */
async function reproduction(ctx: Context, watching: Watching, read: Read): Promise<Layer> {
  needCases(read);
  const { serialDays } = read.definition;
  if (serialDays === undefined)
    throw new Problem('unprocessable', 'the case definition has no serial interval: enter one first');
  const { mean, sd } = serialDays;
  const first = read.cases.findIndex((cases) => cases > 0);
  if (read.cases.length - first <= WINDOW_DAYS)
    throw new Problem('unprocessable', 'the cases came within too few days for this', { least: WINDOW_DAYS + 1 });
  const answer = (await watching.computing.run(
    'rt',
    {
      method: 'uncertain_si',
      incidence: read.cases.slice(first),
      config: {
        mean_si: mean,
        std_mean_si: (UNCERTAIN / 2) * mean,
        min_mean_si: Math.max(1, (1 - UNCERTAIN) * mean),
        max_mean_si: (1 + UNCERTAIN) * mean,
        std_si: sd,
        std_std_si: (UNCERTAIN / 2) * sd,
        min_std_si: (1 - UNCERTAIN) * sd,
        max_std_si: (1 + UNCERTAIN) * sd,
        mean_prior: 5,
        std_prior: 5,
        n1: 100,
        n2: 50,
        seed: 1,
      },
    },
    optionsOf(ctx, watching),
  )) as { t_end: number[]; mean: Numbers; q025: Numbers; q975: Numbers };
  return {
    dates: answer.t_end.map((day) => read.dates[first + day - 1]!),
    value: answer.mean,
    low: answer.q025,
    high: answer.q975,
    parameters: { mean, sd, percent: 100 * UNCERTAIN },
  };
}

function needCases({ cases }: Read): void {
  const all = cases.reduce((sum, each) => sum + each, 0);
  if (all < LEAST_CASES)
    throw new Problem('unprocessable', 'there are too few cases in the period for this', {
      cases: all,
      least: LEAST_CASES,
    });
}
