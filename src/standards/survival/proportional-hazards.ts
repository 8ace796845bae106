import { chiSquare } from '../statistics/index.ts';
import type { CoxFit } from './cox.ts';
import { fittedPass } from './cox-residuals.ts';
import { survivalCurves } from './kaplan-meier.ts';
import { ascending } from './order.ts';
import { positiveDefinite } from './semidefinite.ts';

/** What a coefficient is tried to change with. `km` is 1 less the survival before the time, over all rows. */
export const TIME_SCALES = ['km', 'identity', 'rank', 'log'] as const;
export type TimeScale = (typeof TIME_SCALES)[number];

export interface ProportionalityTest {
  chiSquare: number;
  df: number;
  p: number;
}

/**
 * Do the coefficients stay the same over time? The score test of adding covariate * g(time), for each covariate that is not redundant, and last for all of
 * them together. NaN where too few event times leave it no variance.
 *
 * Source: Grambsch & Therneau, Biometrika 1994;81:515, in the exact form of R's cox.zph since survival 3.0.
 */
export function proportionalityTests(fit: CoxFit, scale: TimeScale): ProportionalityTest[] {
  const { likelihood } = fit;
  // Its derivatives are those at the last pass.
  fittedPass(fit);
  const g = segmentTimes(fit, scale);
  const score = likelihood.score(g);
  const plain = likelihood.information();
  const once = likelihood.information(g);
  const twice = likelihood.information(g.map((value) => value * value));
  const kept = Array.from(score.keys()).filter((at) => !Number.isNaN(fit.coefficients[at]!));
  const test = (tried: readonly number[]): ProportionalityTest => {
    const rows = [...kept.map((i) => ({ i, changing: false })), ...tried.map((i) => ({ i, changing: true }))];
    const information = rows.map((row) =>
      Float64Array.from(rows, (column) => {
        const block = row.changing && column.changing ? twice : row.changing || column.changing ? once : plain;
        return block[row.i]![column.i]!;
      }),
    );
    const scores = Float64Array.from(rows, ({ i, changing }) => (changing ? score[i]! : 0));
    const solved = positiveDefinite(information)?.solve(scores);
    const statistic = solved?.reduce((sum, value, at) => sum + value * scores[at]!, 0) ?? Number.NaN;
    return { chiSquare: statistic, df: tried.length, p: chiSquare.cdf(statistic, tried.length, { upper: true }) };
  };
  return [...kept.map((i) => test([i])), test(kept)];
}

/** g(time) of each segment, less its mean over the events; in a unit of its own, which the tests do not see. */
function segmentTimes({ made }: CoxFit, scale: TimeScale): Float64Array {
  const { sets, events } = made;
  const scaled = SCALES[scale](sets.tied);
  const times = Float64Array.from(sets.ends, (end) => scaled[sets.rows[end - 1]!]!);
  let [sum, count] = [0, 0];
  for (let s = 0; s < times.length; s += 1) {
    sum += events.count[s]! * times[s]!;
    count += events.count[s]!;
  }
  const centred = times.map((time) => time - sum / count);
  const unit = centred.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return centred.map((value) => value / unit);
}

/** g(time), row by row. */
const SCALES: Record<TimeScale, (rows: CoxFit['made']['sets']['tied']) => Float64Array> = {
  identity: ({ time }) => time,
  log: ({ time }) => time.map(Math.log),
  rank: ({ time }) => ranks(time),
  km: ({ start, time, event }) => {
    const [curve] = survivalCurves(start === undefined ? { time, event } : { start, time, event });
    const order = ascending(time);
    const before = new Float64Array(time.length);
    let k = 0;
    for (const row of order) {
      while (curve!.time[k]! < time[row]!) k += 1;
      before[row] = k === 0 ? 0 : 1 - curve!.survival[k - 1]!;
    }
    return before;
  },
};

/** Equal values share their mean rank. */
function ranks(values: Float64Array): Float64Array {
  const order = ascending(values);
  const to = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let end = from;
    while (end < order.length && values[order[end]!]! === values[order[from]!]!) end += 1;
    for (let at = from; at < end; at += 1) to[order[at]!] = (from + 1 + end) / 2;
    from = end;
  }
  return to;
}
