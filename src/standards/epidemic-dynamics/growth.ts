import { glm, student } from '#standards/statistics';
import type { Window } from './incidence.ts';

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

export interface Growth {
  /** Of the logarithm of the cases, per day. */
  rate: Estimate;
  /** Days in which cases double; Infinity where growth cannot be told from none, or there is none. */
  doubling: Estimate;
  /** Days in which cases halve; Infinity likewise. */
  halving: Estimate;
  /** Expected cases on each day of the window. */
  fitted: Float64Array;
  /** The variance over the mean, 1 at least. */
  dispersion: number;
}

/**
 * The growth of the cases over a window, by a log-linear regression of counts whose variance is a multiple of their mean.
 *
 * @param cases by day; NaN days are left out
 * @throws RangeError when fewer than three days or two days with cases are known in the window, or the confidence is not between 0 and 1
 *
 * Source: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, 6.2 and 9.2 (quasi-likelihood); doubling ln 2 / rate.
 */
export function growth(cases: ArrayLike<number>, window: Window, confidence = 0.95): Growth {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError('the confidence must lie between 0 and 1');
  const days: number[] = [];
  for (let day = window.from; day <= window.to; day += 1) if (!Number.isNaN(cases[day] ?? Number.NaN)) days.push(day);
  if (days.length < 3 || days.filter((day) => cases[day]! > 0).length < 2)
    throw new RangeError('growth needs three known days, and cases on two of them');
  const middle = (window.from + window.to) / 2;
  const model = glm({
    x: [new Array<number>(days.length).fill(1), days.map((day) => day - middle)],
    y: days.map((day) => cases[day]!),
    family: 'quasipoisson',
  });
  const [level, rate] = [model.coefficients[0]!, model.coefficients[1]!];
  const dispersion = Math.max(1, model.dispersion);
  const margin =
    student.quantile((1 + confidence) / 2, model.df) * Math.sqrt(dispersion * model.covarianceUnscaled[1]![1]!);
  const estimate = { value: rate, low: rate - margin, high: rate + margin };
  return {
    rate: estimate,
    doubling: timesOf(estimate),
    halving: timesOf({ value: -rate, low: -estimate.high, high: -estimate.low }),
    fitted: Float64Array.from({ length: window.to - window.from + 1 }, (_, at) =>
      Math.exp(level + rate * (window.from + at - middle)),
    ),
    dispersion,
  };
}

function timesOf({ value, low, high }: Estimate): Estimate {
  const days = (rate: number): number => (rate > 0 ? Math.LN2 / rate : Infinity);
  return { value: days(value), low: days(high), high: days(low) };
}

/**
 * The reproduction number that goes with a growth rate.
 *
 * @param interval probabilities of a serial interval of 0, 1, 2, ... days
 *
 * Source: Wallinga and Lipsitch, Proc R Soc B 2007;274:599, equation 2.7: 1 / M(-rate), M the moment generating function.
 */
export function reproductionOfGrowth(rate: number, interval: ArrayLike<number>): number {
  let sum = 0;
  let all = 0;
  for (let day = 0; day < interval.length; day += 1) {
    sum += interval[day]! * Math.exp(-rate * day);
    all += interval[day]!;
  }
  return all / sum;
}
