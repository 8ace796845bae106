import { countOf, countUpTo, discreteQuantile } from './discrete.ts';
import { logBinomial } from './special.ts';
import { certain, fromLog, logComplement, type Tail } from './tail.ts';

/** The hypergeometric distribution of the white balls among the drawn; NaN where the numbers of balls are no counts or more are drawn than there are. */
export const hypergeometric = {
  density(x: number, white: number, black: number, drawn: number, log = false): number {
    if (!isSound(white, black, drawn) || Number.isNaN(x)) return Number.NaN;
    const count = countOf(x);
    return fromLog(count === undefined ? -Infinity : logDensity(count, white, black, drawn), log);
  },

  cdf(x: number, white: number, black: number, drawn: number, tail: Tail = {}): number {
    if (!isSound(white, black, drawn) || Number.isNaN(x)) return Number.NaN;
    const count = countUpTo(x);
    if (count < Math.max(0, drawn - black)) return certain(true, tail);
    if (count >= Math.min(white, drawn)) return certain(false, tail);
    const isLower = count * (white + black) <= drawn * white;
    // The smaller tail is summed, the other is its complement.
    const own = isLower ? logLower(count, white, black, drawn) : logLower(drawn - count - 1, black, white, drawn);
    const direct = isLower !== (tail.upper === true);
    if (tail.log) return direct ? own : logComplement(own);
    return direct ? Math.exp(own) : -Math.expm1(own);
  },

  quantile(p: number, white: number, black: number, drawn: number, tail: Tail = {}): number {
    if (!isSound(white, black, drawn)) return Number.NaN;
    const all = white + black;
    const [least, most] = [Math.max(0, drawn - black), Math.min(white, drawn)];
    if (least === most) return least;
    const mean = (drawn * white) / all;
    const sd = Math.sqrt((mean * black * (all - drawn)) / (all * (all - 1)));
    return discreteQuantile(p, tail, { mean, sd, skewness: 0, least, most }, (count, which) =>
      hypergeometric.cdf(count, white, black, drawn, which),
    );
  },
};

function isSound(white: number, black: number, drawn: number): boolean {
  return [white, black, drawn].every((count) => count >= 0 && Number.isInteger(count)) && drawn <= white + black;
}

/** Source: Loader 2000: the ratio of three binomial probabilities. */
function logDensity(x: number, white: number, black: number, drawn: number): number {
  if (x < 0 || x > white || x > drawn || drawn - x > black) return -Infinity;
  if (drawn === 0) return 0;
  const all = white + black;
  const p = drawn / all;
  const q = (all - drawn) / all;
  return (
    logBinomial(x, white - x, p, q) +
    logBinomial(drawn - x, black - drawn + x, p, q) -
    logBinomial(drawn, all - drawn, p, q)
  );
}

/** log P(X <= x), from the largest term down. */
function logLower(x: number, white: number, black: number, drawn: number): number {
  let [sum, term] = [1, 1];
  for (let k = x; k > 0; k -= 1) {
    term *= (k * (black - drawn + k)) / ((drawn + 1 - k) * (white + 1 - k));
    sum += term;
    if (!(term > 1e-17 * sum)) break;
  }
  return logDensity(x, white, black, drawn) + Math.log(sum);
}
