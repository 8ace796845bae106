import { beforeOf, type Stretch } from './likelihood-ratio.ts';

/** Below this logarithm a factor counts as none. */
const NOTHING = -18;
const MOST_STEPS = 1000;
const NEAR = 1e-6;

/** Newton steps on the logarithm of the factor by which negative binomial counts changed, as R surveillance 1.20.3 takes them. */
export function newtonAsInR(stretch: Stretch, from: number, to: number, alpha: number, start: number): number {
  let old = 0.4;
  let now = start;
  for (let step = 0; now > NOTHING && Math.abs(now - old) > NEAR && step < MOST_STEPS; step += 1) {
    old = now;
    now = old + interceptStep(stretch, from, to, alpha, old);
  }
  return now;
}

/** Score over observed information. */
function interceptStep(
  { counts, expected }: Stretch,
  from: number,
  to: number,
  alpha: number,
  logFactor: number,
): number {
  const factor = Math.exp(logFactor);
  let score = 0;
  let information = 0;
  for (let at = from; at <= to; at += 1) {
    const mu = expected[at]!;
    const spread = 1 + alpha * factor * mu;
    score += (counts[at]! - factor * mu) / spread;
    information += (mu * (alpha * counts[at]! + 1)) / (spread * spread);
  }
  return score / (factor * information);
}

/** The likeliest logarithm of the factor; the likelihood is concave in it, so steps are halved until the score does not change its sign too far. */
export function interceptLogFactor(stretch: Stretch, from: number, to: number, alpha: number): number {
  let cases = 0;
  let mean = 0;
  for (let at = from; at <= to; at += 1) {
    cases += stretch.counts[at]!;
    mean += stretch.expected[at]!;
  }
  if (cases === 0) return -Infinity;
  let logFactor = Math.log(cases / mean);
  for (let step = 0; step < 100; step += 1) {
    const change = Math.max(-2, Math.min(2, interceptStep(stretch, from, to, alpha, logFactor)));
    logFactor += change;
    if (Math.abs(change) < 1e-12) break;
  }
  return logFactor;
}

/**
 * The likeliest number of cases that each case of the time before adds.
 *
 * @param start where R's Newton steps on its logarithm begin; absent: the root of the score itself
 */
export function epidemicFactor(stretch: Stretch, from: number, to: number, alpha: number, start?: number): number {
  return start === undefined
    ? rootOfScore((factor) => epidemicScore(stretch, from, to, alpha, factor))
    : epidemicNewtonAsInR(stretch, from, to, start);
}

function epidemicScore(stretch: Stretch, from: number, to: number, alpha: number, factor: number): number {
  let score = 0;
  for (let at = from; at <= to; at += 1) {
    const before = beforeOf(stretch, at);
    const mean = stretch.expected[at]! + factor * before;
    score += (before * (stretch.counts[at]! - mean)) / (mean * (1 + alpha * mean));
  }
  return score;
}

/** 0 where the score is not above 0 there. */
function rootOfScore(score: (factor: number) => number): number {
  if (!(score(0) > 0)) return 0;
  let [low, high] = [0, 1];
  while (score(high) > 0) [low, high] = [high, 2 * high];
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (score(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function epidemicNewtonAsInR(stretch: Stretch, from: number, to: number, start: number): number {
  let old = 2;
  let now = Math.log(start);
  for (let step = 0; now > NOTHING && Math.abs(Math.exp(now) - Math.exp(old)) > NEAR && step < MOST_STEPS; step += 1) {
    old = now;
    const factor = Math.exp(old);
    let score = 0;
    let squares = 0;
    for (let at = from; at <= to; at += 1) {
      const before = beforeOf(stretch, at);
      const mean = factor * before + stretch.expected[at]!;
      score += (stretch.counts[at]! * before) / mean - before;
      squares += (stretch.counts[at]! * before * before) / (mean * mean);
    }
    score *= factor;
    now = old + score / (-score + factor * factor * squares);
  }
  return Math.exp(now);
}
