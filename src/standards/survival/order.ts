/** Below this a comparison sort is faster than counting. */
const FEW = 1024;

/**
 * The places of the values in ascending order; equal values keep the order that they have. In time proportional to their number.
 *
 * @param values no NaN; -0 is 0
 */
export function ascending(values: Float64Array): Uint32Array {
  const order = new Uint32Array(values.length);
  for (let at = 0; at < order.length; at += 1) order[at] = at;
  if (values.length < FEW) return order.sort((a, b) => values[a]! - values[b]! || a - b);
  const digits = sortableDigits(values);
  const other = new Uint32Array(values.length);
  // The upper half of the digits tells most values apart, and the few others are moved by hand.
  const rough = sortByDigits(digits, 2, order, other);
  if (insertStragglers(values, rough)) return rough;
  return sortByDigits(digits, 0, rough, rough === order ? other : order);
}

const DIGITS = 65_536;

/** By the digits from `first` on, the most significant last; of the two buffers it gives the one that has the result. */
function sortByDigits(digits: Uint16Array, first: number, order: Uint32Array, spare: Uint32Array): Uint32Array {
  let [from, to] = [order, spare];
  const places = new Uint32Array(DIGITS);
  for (let digit = first; digit < 4; digit += 1) {
    places.fill(0);
    for (let at = digit; at < digits.length; at += 4) places[digits[at]!]! += 1;
    if (places[digits[digit]!] === from.length) continue;
    let before = 0;
    for (let place = 0; place < DIGITS; place += 1) {
      const count = places[place]!;
      places[place] = before;
      before += count;
    }
    for (let at = 0; at < from.length; at += 1) {
      const row = from[at]!;
      const value = digits[4 * row + digit]!;
      to[places[value]!] = row;
      places[value]! += 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Sorts by insertion, unless that takes more than a move a value: then it gives false. */
function insertStragglers(values: Float64Array, order: Uint32Array): boolean {
  let left = order.length;
  for (let at = 1; at < order.length && left >= 0; at += 1) {
    const row = order[at]!;
    const value = values[row]!;
    let to = at;
    for (; to > 0 && left >= 0 && values[order[to - 1]!]! > value; to -= 1, left -= 1) order[to] = order[to - 1]!;
    order[to] = row;
  }
  return left >= 0;
}

/** Each value as four digits of 16 bits, the least first, that sort as the values do (a little-endian machine). */
function sortableDigits(values: Float64Array): Uint16Array {
  const copy = new Float64Array(values.length);
  // Adding 0 makes -0 a 0.
  for (let at = 0; at < copy.length; at += 1) copy[at] = values[at]! + 0;
  const words = new Uint32Array(copy.buffer);
  for (let high = 1; high < words.length; high += 2) {
    if (words[high]! >>> 31 === 0) words[high]! ^= 0x8000_0000;
    else {
      words[high] = ~words[high]!;
      words[high - 1] = ~words[high - 1]!;
    }
  }
  return new Uint16Array(copy.buffer);
}

/** The values at these places. */
export function pick(values: Float64Array, places: Uint32Array): Float64Array {
  const picked = new Float64Array(places.length);
  for (let k = 0; k < picked.length; k += 1) picked[k] = values[places[k]!]!;
  return picked;
}

/** The same places, by group and within a group in the order that they have; `ends[g]` is where group g ends. */
export function byGroup(
  order: Uint32Array,
  groups: Uint32Array,
  count: number,
): { order: Uint32Array; ends: Uint32Array } {
  if (count === 1) return { order, ends: Uint32Array.of(order.length) };
  const ends = new Uint32Array(count);
  for (const group of groups) ends[group]! += 1;
  const next = new Uint32Array(count);
  for (let group = 1; group < count; group += 1) {
    next[group] = ends[group - 1]!;
    ends[group]! += ends[group - 1]!;
  }
  const sorted = new Uint32Array(order.length);
  for (const row of order) {
    const group = groups[row]!;
    sorted[next[group]!] = row;
    next[group]! += 1;
  }
  return { order: sorted, ends };
}
