/** A tail's logarithm, and its slope against the variable. */
export interface Step {
  value: number;
  slope: number;
}

export interface Search {
  at: (v: number) => Step;
  target: number;
  start: number;
  rising: boolean;
}

/**
 * The place where a monotone function takes a value, by Newton's method within what is known to enclose it.
 *
 * For tails of distributions whose variable is a logarithm or a logit, so that the whole line is its range.
 */
export function solveTail({ at, target, start, rising }: Search): number {
  let [low, high] = [-Infinity, Infinity];
  let v = start;
  let reach = 1;
  for (let round = 0; round < 400; round += 1) {
    const { value, slope } = at(v);
    const over = value - target;
    if (over === 0) return v;
    if (over > 0 === rising) high = Math.min(high, v);
    else low = Math.max(low, v);
    let next = v - over / slope;
    if (!(next > low && next < high)) {
      if (low === -Infinity) next = high - reach;
      else if (high === Infinity) next = low + reach;
      else next = (low + high) / 2;
      reach *= 2;
      if (!(next > low && next < high)) return v;
    } else if (Math.abs(next - v) < 1e-9 * Math.max(1, Math.abs(v))) return next;
    v = next;
  }
  return v;
}
