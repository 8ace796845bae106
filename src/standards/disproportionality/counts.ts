/** One row says that a report names a product together with an event; codes count from 0. Rows may repeat. */
export interface ReportRows {
  report: Int32Array;
  product: Int32Array;
  event: Int32Array;
  /** What is compared only among its like, e.g. sex and age group. */
  stratum?: Int32Array;
}

/** Pairs of product and event by product, then event. */
export interface PairCounts {
  product: Int32Array;
  event: Int32Array;
  /** Reports that name both. */
  observed: Float64Array;
  /** Reports that would name both if products and events were independent, in each stratum. */
  expected: Float64Array;
  /** Reports that name the product, and the event. */
  productReports: Float64Array;
  eventReports: Float64Array;
  /** All reports. */
  reports: number;
}

const MOST_PAIRS = 50_000_000;

/**
 * Counts distinct reports for every pair that occurs, or for every product with every event.
 *
 * @throws RangeError when columns differ in length or there would be too many pairs
 *
 * Source: openEBGM 0.9.1, processRaw; the expectation of strata is the sum of theirs: DuMouchel, Am Stat 1999;53:177-190, equation 1.
 */
export function countPairs(rows: ReportRows, { zeroes = false }: { zeroes?: boolean } = {}): PairCounts {
  const { report, product, event, stratum } = rows;
  const n = report.length;
  if (product.length !== n || event.length !== n || (stratum !== undefined && stratum.length !== n))
    throw new RangeError('report, product, event and stratum must be as long');
  const [products, events] = [most(product) + 1, most(event) + 1];
  const order = orderBy(report, most(report) + 1);
  const products1 = distinctReports(order, report, product, products);
  const events1 = distinctReports(order, report, event, events);
  const keys = zeroes ? allKeys(products1, events1) : distinctKeys(order, report, product, event, events);
  const observedKeys = zeroes ? distinctKeys(order, report, product, event, events) : keys;

  const pairs = runs(keys, zeroes ? observedKeys : undefined);
  const counts: PairCounts = {
    product: pairs.key.length === 0 ? new Int32Array() : Int32Array.from(pairs.key, (key) => Math.floor(key / events)),
    event: Int32Array.from(pairs.key, (key) => key % events),
    observed: pairs.count,
    expected: new Float64Array(pairs.key.length),
    productReports: products1,
    eventReports: events1,
    reports: distinctCount(order, report),
  };
  if (stratum === undefined) expectWithin(counts, products1, events1, counts.reports);
  else expectStrata(counts, rows, order, { products, events, strata: most(stratum) + 1 });
  return counts;
}

/** Adds what is expected from one stratum's margins. */
function expectWithin(counts: PairCounts, byProduct: Float64Array, byEvent: Float64Array, reports: number): void {
  if (reports === 0) return;
  const { product, event, expected } = counts;
  for (let at = 0; at < expected.length; at += 1)
    expected[at] = expected[at]! + (byProduct[product[at]!]! / reports) * byEvent[event[at]!]!;
}

function expectStrata(
  counts: PairCounts,
  { report, product, event, stratum }: ReportRows,
  order: Int32Array,
  sizes: { products: number; events: number; strata: number },
): void {
  const byStratum: number[][] = Array.from({ length: sizes.strata }, () => []);
  for (const row of order) byStratum[stratum![row]!]!.push(row);
  for (const rows of byStratum) {
    const within = Int32Array.from(rows);
    const byProduct = distinctReports(within, report, product, sizes.products);
    const byEvent = distinctReports(within, report, event, sizes.events);
    expectWithin(counts, byProduct, byEvent, distinctCount(within, report));
  }
}

/** Row numbers by ascending code: a counting sort. */
function orderBy(codes: Int32Array, size: number): Int32Array {
  const starts = new Int32Array(size + 1);
  for (const code of codes) starts[code + 1] = starts[code + 1]! + 1;
  for (let code = 0; code < size; code += 1) starts[code + 1] = starts[code + 1]! + starts[code]!;
  const order = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row]!;
    order[starts[code]!] = row;
    starts[code] = starts[code]! + 1;
  }
  return order;
}

/** How many reports name each code; `order` brings a report's rows together. */
function distinctReports(order: Int32Array, report: Int32Array, codes: Int32Array, size: number): Float64Array {
  const counts = new Float64Array(size);
  const last = new Int32Array(size).fill(-1);
  for (const row of order) {
    const code = codes[row]!;
    if (last[code] === report[row]) continue;
    last[code] = report[row]!;
    counts[code] = counts[code]! + 1;
  }
  return counts;
}

function distinctCount(order: Int32Array, report: Int32Array): number {
  let count = 0;
  let last = -1;
  for (const row of order) {
    if (report[row] !== last) count += 1;
    last = report[row]!;
  }
  return count;
}

/** One key for each distinct pair of each report, sorted. */
function distinctKeys(
  order: Int32Array,
  report: Int32Array,
  product: Int32Array,
  event: Int32Array,
  events: number,
): Float64Array {
  const keys = new Float64Array(order.length);
  let length = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    const of = report[order[from]!]!;
    while (to < order.length && report[order[to]!] === of) {
      const row = order[to]!;
      keys[length + to - from] = product[row]! * events + event[row]!;
      to += 1;
    }
    const own = keys.subarray(length, length + to - from).sort();
    const first = length;
    for (const key of own) {
      if (length > first && keys[length - 1] === key) continue;
      keys[length] = key;
      length += 1;
    }
    from = to;
  }
  return keys.subarray(0, length).sort();
}

function allKeys(byProduct: Float64Array, byEvent: Float64Array): Float64Array {
  const products = named(byProduct);
  const events = named(byEvent);
  if (products.length * events.length > MOST_PAIRS)
    throw new RangeError(`with zeroes there would be more than ${MOST_PAIRS} pairs: leave the zeroes out`);
  const keys = new Float64Array(products.length * events.length);
  let at = 0;
  for (const product of products)
    for (const event of events) {
      keys[at] = product * byEvent.length + event;
      at += 1;
    }
  return keys;
}

function named(counts: Float64Array): number[] {
  return [...counts.keys()].filter((code) => counts[code]! > 0);
}

/** Distinct keys and how often each is there; the keys of `all` with how often they are among `found`, if given. */
function runs(all: Float64Array, found?: Float64Array): { key: Float64Array; count: Float64Array } {
  if (found !== undefined) {
    const count = new Float64Array(all.length);
    let at = 0;
    for (const key of found) {
      while (all[at]! < key) at += 1;
      count[at] = count[at]! + 1;
    }
    return { key: all, count };
  }
  const key = new Float64Array(all.length);
  const count = new Float64Array(all.length);
  let length = 0;
  for (const each of all) {
    if (length === 0 || key[length - 1] !== each) {
      key[length] = each;
      length += 1;
    }
    count[length - 1] = count[length - 1]! + 1;
  }
  return { key: key.slice(0, length), count: count.slice(0, length) };
}

function most(codes: Int32Array): number {
  let largest = -1;
  for (const code of codes) {
    if (code < 0) throw new RangeError('codes count from 0');
    if (code > largest) largest = code;
  }
  return largest;
}
