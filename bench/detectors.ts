import {
  bayes,
  cdc,
  cusum,
  ears,
  essenceNegativeBinomial,
  essenceSerfling,
  Farrington,
  farringtonClassic,
  generalisedRun,
  likelihoodRatioRun,
  outbreakP,
  restarted,
  rki,
  type Stretch,
} from '../src/standards/outbreak-detection/index.ts';
import { Random } from '../src/standards/statistics/index.ts';
import { type Bench, type BenchResult, optionOf } from './bench.ts';

const YEARS = 6;
const WEEKS = 52;
const TESTED = 49;
const LENGTH = YEARS * WEEKS + TESTED;
const CALENDAR = { length: LENGTH, frequency: WEEKS };

/** Log mean, trend a week, size of the yearly wave, variance over mean. Levels from rare to common. Source: after Noufaily et al., Stat Med 2013;32:1206-1222, table 1. */
const SCENARIOS = [
  { name: 'rare', level: -1, trend: 0, wave: 0, dispersion: 1.5 },
  { name: 'rare, trend', level: -0.5, trend: 0.002, wave: 0.3, dispersion: 1.5 },
  { name: 'small', level: 0.7, trend: 0, wave: 0.4, dispersion: 1.5 },
  { name: 'middle', level: 2, trend: 0, wave: 0.3, dispersion: 2 },
  { name: 'middle, trend', level: 2, trend: 0.003, wave: 0.4, dispersion: 2 },
  { name: 'middle, scattered', level: 2.5, trend: 0, wave: 0.5, dispersion: 5 },
  { name: 'common', level: 4, trend: 0, wave: 0.5, dispersion: 3 },
  { name: 'common, scattered', level: 5, trend: 0.002, wave: 0.3, dispersion: 10 },
] as const;
/** Size of an injected outbreak: so many standard deviations of a week's count, spread over some weeks. */
const SIZES = [3, 5, 10];

type Detect = (counts: Float64Array, at: readonly number[]) => boolean[];

const farrington = (threshold: 'nbPlugin' | 'muan' | 'delta'): Detect => {
  const detector = new Farrington({ alpha: 0.005, periods: 10, left: 26, pThresholdTrend: 1, threshold });
  return (counts, at) =>
    at.map(
      (week) =>
        detector.judge({ counts, calendar: CALENDAR }, week, detector.baselineOf(CALENDAR, week))?.alarm ?? false,
    );
};
const alarmsOf = ({ alarm }: { alarm: readonly (boolean | undefined)[] }): boolean[] =>
  alarm.map((each) => each ?? false);
/** Counts that a chart takes together, and those before that say what is usual: as the watch's rules begin with. */
const RUN = 28;
const PAST = 56;
const past = { years: 5, halfWidth: 3, thisYear: true, frequency: WEEKS };

const DETECTORS: Record<string, Detect> = {
  'Farrington, nbPlugin': farrington('nbPlugin'),
  'Farrington, muan': farrington('muan'),
  'Farrington, delta': farrington('delta'),
  'EARS C1': (counts, at) => alarmsOf(ears(counts, at, { method: 'C1', minSigma: 0.5 })),
  'EARS C2': (counts, at) => alarmsOf(ears(counts, at, { method: 'C2', minSigma: 0.5 })),
  'EARS C3': (counts, at) => alarmsOf(ears(counts, at, { method: 'C3', minSigma: 0.5 })),
  Bayes: (counts, at) => alarmsOf(bayes(counts, at, { ...past, alpha: 0.005 })),
  RKI: (counts, at) => alarmsOf(rki(counts, at, past)),
  CDC: (counts, at) => alarmsOf(cdc(counts, at, { years: 5, alpha: 0.005 })),
  'Farrington 1996': (counts, at) =>
    at.map((week) => farringtonClassic({ counts, calendar: CALENDAR }, week, { alpha: 0.005 }).alarm ?? false),
  CUSUM: charted((counts, expected) => alarmsOf(cusum(counts, expected))),
  'LR, Poisson': charted(chart((stretch) => likelihoodRatioRun(stretch, { logFactor: Math.log(2), threshold: 5 }))),
  'GLR, Poisson': charted(chart((stretch) => generalisedRun(stretch, { threshold: 5 }))),
  'GLR, negative binomial': charted(chart((stretch) => generalisedRun(stretch, { threshold: 5, alpha: 0.1 }))),
  outbreakP: (counts, at) =>
    at.map((week) => alarmsOf(outbreakP(counts.subarray(week - RUN + 1, week + 1), [RUN - 1]))[0]!),
  'ESSENCE, negative binomial': (counts, at) => yearly(essenceNegativeBinomial, counts, at),
  Serfling: (counts, at) => yearly(essenceSerfling, counts, at),
};

/** A chart as the watch runs it: begun anew for each judged count, against the mean of the counts before. */
function charted(judge: (counts: Float64Array, expected: Float64Array) => boolean[]): Detect {
  return (counts, at) =>
    at.map((week) => {
      const from = week - RUN + 1;
      const before = counts.subarray(from - PAST, from);
      const usual = Math.max(0.1, before.reduce((sum, count) => sum + count, 0) / PAST);
      return judge(counts.subarray(from, week + 1), new Float64Array(RUN).fill(usual)).at(-1)!;
    });
}

function chart(run: (stretch: Stretch) => ReturnType<typeof generalisedRun>) {
  return (counts: Float64Array, expected: Float64Array) => restarted(counts, expected, run).alarm;
}

function yearly(method: typeof essenceSerfling, counts: Float64Array, at: readonly number[]): boolean[] {
  const days = Int32Array.from(counts, (_, week) => 7 * week);
  const { alarm } = method({ days, counts }, days[at[0]! - 1]!);
  return at.map((week) => alarm[week]!);
}

/** What each detector finds, how soon, and how often it cries wolf, on simulated weekly counts with outbreaks of known size. */
export const bench: Bench = {
  name: 'detectors',
  summary: 'detectors of outbreaks on simulated counts: sensitivity, weeks to detection, false alarms a year',
  options: '[--series 40] [--seed 1]',
  async run(args, say) {
    const each = Number(optionOf(args, '--series') ?? 40);
    const seed = Number(optionOf(args, '--seed') ?? 1);
    return evaluate(each, seed, say);
  },
};

interface Score {
  weeks: number;
  falseAlarms: number;
  outbreaks: number[];
  found: number[];
  waited: number[];
  alarms: number;
  trueAlarms: number;
}

function evaluate(each: number, seed: number, say: (line: string) => void): BenchResult {
  const scores = new Map(Object.keys(DETECTORS).map((name) => [name, emptyScore()]));
  const at = Array.from({ length: TESTED }, (_, week) => YEARS * WEEKS + week);
  for (const [number, scenario] of SCENARIOS.entries()) {
    say(scenario.name);
    const random = new Random(seed * 1_000 + number);
    for (let series = 0; series < each; series += 1) {
      const { counts, means } = baseline(random, scenario);
      for (const [size, k] of SIZES.entries()) {
        const outbreak = inject(random, counts, means, { k, dispersion: scenario.dispersion });
        for (const [name, detect] of Object.entries(DETECTORS))
          judge(scores.get(name)!, { clean: detect(counts, at), hit: detect(outbreak.counts, at), outbreak, size });
      }
    }
  }
  return {
    rows: [...scores].map(([name, score]) => rowOf(name, score)),
    notes: [
      `${SCENARIOS.length} scenarios x ${each} series of ${YEARS} years of weekly counts before ${TESTED} judged weeks, each with one outbreak of ${SIZES.join(', ')} standard deviations of a week's count in turn (log-normal over the weeks), seed ${seed}`,
      'false alarms a year: in series without an outbreak, 52 weeks; found: an alarm during the outbreak; weeks: from its first case to the first alarm, of those found; PPV: share of alarms in series with an outbreak that lie in it',
      'detectors at their usual settings (Farrington, Bayes, CDC alpha 0.005; EARS C1, C2 0.001, C3 0.025; charts at threshold 5, CUSUM 2.26, outbreakP 100, factor 2): they are not set to one false alarm rate, so read the columns together',
      'after Noufaily et al., Stat Med 2013;32:1206-1222, with fewer scenarios',
    ],
  };
}

function emptyScore(): Score {
  const none = () => SIZES.map(() => 0);
  return { weeks: 0, falseAlarms: 0, outbreaks: none(), found: none(), waited: none(), alarms: 0, trueAlarms: 0 };
}

function baseline(random: Random, { level, trend, wave, dispersion }: (typeof SCENARIOS)[number]) {
  const means = Float64Array.from({ length: LENGTH }, (_, week) =>
    Math.exp(level + trend * week + wave * Math.cos((2 * Math.PI * week) / WEEKS)),
  );
  return { means, counts: means.map((mean) => draw(random, mean, dispersion)) };
}

function draw(random: Random, mean: number, dispersion: number): number {
  return dispersion === 1 ? random.poisson(mean) : random.negativeBinomial(mean / (dispersion - 1), mean);
}

interface Outbreak {
  counts: Float64Array;
  from: number;
  until: number;
}

/** As many cases as k standard deviations, shared out over weeks by a log-normal distribution. */
function inject(
  random: Random,
  counts: Float64Array,
  means: Float64Array,
  { k, dispersion }: { k: number; dispersion: number },
): Outbreak {
  const start = YEARS * WEEKS + random.whole(TESTED - 8);
  const cases = Math.max(1, random.poisson(k * Math.sqrt(dispersion * means[start]!)));
  const changed = Float64Array.from(counts);
  let [from, until] = [LENGTH, 0];
  for (let each = 0; each < cases; each += 1) {
    const week = Math.min(LENGTH - 1, start + Math.floor(Math.exp(0.5 * random.normal())));
    changed[week]! += 1;
    from = Math.min(from, week);
    until = Math.max(until, week);
  }
  return { counts: changed, from: from - YEARS * WEEKS, until: until - YEARS * WEEKS };
}

function judge(
  score: Score,
  {
    clean,
    hit,
    outbreak: { from, until },
    size,
  }: { clean: boolean[]; hit: boolean[]; outbreak: Outbreak; size: number },
): void {
  score.weeks += clean.length;
  score.falseAlarms += clean.filter(Boolean).length;
  score.outbreaks[size]! += 1;
  const first = hit.findIndex((alarm, week) => alarm && week >= from && week <= until);
  if (first >= 0) {
    score.found[size]! += 1;
    score.waited[size]! += first - from;
  }
  score.alarms += hit.filter(Boolean).length;
  score.trueAlarms += hit.filter((alarm, week) => alarm && week >= from && week <= until).length;
}

function rowOf(name: string, { weeks, falseAlarms, outbreaks, found, waited, alarms, trueAlarms }: Score) {
  const all = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0);
  return {
    detector: name,
    'false alarms a year': ((WEEKS * falseAlarms) / weeks).toFixed(2),
    ...Object.fromEntries(
      SIZES.map((k, at) => [`found, ${k} sd`, `${((100 * found[at]!) / outbreaks[at]!).toFixed(0)} %`]),
    ),
    'weeks to detection': all(found) === 0 ? '-' : (all(waited) / all(found)).toFixed(2),
    PPV: alarms === 0 ? '-' : `${((100 * trueAlarms) / alarms).toFixed(0)} %`,
  };
}
