import {
  estimateInControl,
  generalisedRun,
  likelihoodRatioRun,
  restarted,
  type Stretch,
} from '#standards/outbreak-detection';
import type { Input } from './input.ts';
import { readControl, readCounts, readFrequency, readRange, told } from './series-input.ts';

/** R surveillance, `algo.glrpois`; with `theta` the chart for a change of that size. */
export function glrpois(input: Input): object {
  return chart(input, 'poisson');
}

/** R surveillance, `algo.glrnb`; with `theta` the chart for a change of that size. */
export function glrnb(input: Input): object {
  return chart(input, 'negative binomial');
}

const DIRECTIONS = ['inc', 'dec'] as const;
const OPTIONS = ['range', 'c.ARL', 'mu0', 'alpha', 'Mtilde', 'M', 'change', 'theta', 'dir', 'ret', 'xMax'];

function chart(input: Input, family: 'poisson' | 'negative binomial'): object {
  const counts = readCounts(input, ['mu0']);
  const control = readControl(input, OPTIONS);
  if (control('range').isAbsent) throw control('range').wrong('say which counts are judged');
  const positions = readRange(control('range'), counts.length, 0);
  const given = control('alpha').or(family === 'poisson' ? 0 : undefined, (each) => each.number({ least: 0 }));
  if (family === 'poisson' && given !== 0) throw control('alpha').wrong('Poisson counts have the overdispersion 0');
  const { expected, alpha, refit } = readInControl(input, control, counts, positions, given);
  // Every start since the last alarm is looked at anew, or those of the window.
  const looks = control('theta').isAbsent ? control('M').or(-1, (each) => each.whole({ least: -1 })) : 0;
  input.field('observed').within(positions.length * (looks < 0 ? positions.length / 2 : looks));
  const cases = control('ret').or('value' as const, (each) => each.choice(['value', 'cases'])) === 'cases';
  const found = restarted(
    Float64Array.from(positions, (at) => counts[at]!),
    expected,
    readRun(control, alpha),
    { cases, refit },
  );
  const upperbound = found.cases ?? found.statistic;
  return {
    glr: upperbound,
    upperbound,
    ...(cases && { cases: upperbound }),
    ...told(found.alarm),
    mu0: found.expected,
    alpha,
  };
}

function readRun(
  control: (name: string) => Input,
  alpha: number,
): (stretch: Stretch) => ReturnType<typeof generalisedRun> {
  const threshold = control('c.ARL').or(5, (each) => each.number());
  const change = control('change').or('intercept' as const, (each) => each.choice(['intercept', 'epi']));
  const logFactor = control('theta').or(undefined, (theta) => theta.number());
  // R looks at `theta` for a change of the intercept only.
  if (logFactor !== undefined && change === 'intercept')
    return (stretch) => likelihoodRatioRun(stretch, { logFactor, threshold, alpha });
  const window = control('M').or(-1, (each) => each.whole({ least: -1 }));
  const options = {
    threshold,
    alpha,
    change: change === 'epi' ? ('epidemic' as const) : ('intercept' as const),
    direction: control('dir').or('inc' as const, (each) => each.choice(DIRECTIONS)),
    window: window === -1 || (window === 0 && alpha === 0 && change === 'intercept') ? undefined : window,
    least: control('Mtilde').or(1, (each) => each.whole({ least: 0 })),
    mostCases: control('xMax').or(1e4, (each) => each.whole({ least: 0 })),
    rCompat: true,
  };
  return (stretch) => generalisedRun(stretch, options);
}

interface InControl {
  expected: Float64Array;
  alpha: number;
  refit?: (from: number) => Float64Array;
}

/** Expected counts in control: given, or those of a seasonal regression on the counts before. */
function readInControl(
  input: Input,
  control: (name: string) => Input,
  counts: Float64Array,
  positions: readonly number[],
  alpha: number | undefined,
): InControl {
  const mu0 = input.has('mu0') ? input.field('mu0') : control('mu0');
  if (Array.isArray(mu0.value) || typeof mu0.value === 'number') {
    if (alpha === undefined) throw control('alpha').wrong('with given means the overdispersion must be given too');
    return { expected: readMeans(mu0, positions.length), alpha };
  }
  const harmonics = mu0.isAbsent ? 1 : mu0.field('S').or(1, (s) => s.whole({ least: 0, most: 20 }));
  const trend = !mu0.isAbsent && mu0.field('trend').or(false, (flag) => flag.flag());
  const again = !mu0.isAbsent && mu0.field('refit').or(false, (flag) => flag.flag());
  const options = { frequency: readFrequency(input), start: 1, harmonics, trend };
  const first = estimateInControl(counts.subarray(0, positions[0]), positions, { ...options, alpha });
  if (!again) return first;
  const refit = (from: number): Float64Array =>
    estimateInControl(counts.subarray(0, positions[from]), positions.slice(from), { ...options, alpha: first.alpha })
      .expected;
  return { ...first, refit };
}

function readMeans(mu0: Input, length: number): Float64Array {
  if (typeof mu0.value === 'number') return new Float64Array(length).fill(mu0.number({ above: 0 }));
  return Float64Array.from(mu0.numbers({ above: 0, length }));
}
