import { describe, expect, test } from 'vitest';
import { chiSquare, gamma, poisson, Random } from '../statistics/index.ts';
import {
  chiSquareOf,
  countPairs,
  cumulativeTables,
  expectedReports,
  fisherTest,
  fitPrior,
  informationComponent,
  maskingRatios,
  negLogLikelihood,
  type Points,
  type Prior,
  posterior,
  proportionalReportingRatio,
  type ReportRows,
  reportingOddsRatio,
  squash,
  squashAll,
  stratifiedOdds,
  unmasked,
} from './index.ts';
import { logarithms, Mixture } from './mixture.ts';

const SEED = 41_507;

function randomRows(random: Random, reports: number): ReportRows & { stratum: Int32Array } {
  const rows: [number, number, number, number][] = [];
  for (let report = 0; report < reports; report += 1) {
    const stratum = random.whole(3);
    const events = Array.from({ length: 1 + random.whole(3) }, () => random.whole(6));
    const products = Array.from({ length: 1 + random.whole(2) }, () => random.whole(5));
    for (const product of products) for (const event of events) rows.push([report, product, event, stratum]);
  }
  const column = (at: number) => Int32Array.from(rows, (row) => row[at]!);
  return { report: column(0), product: column(1), event: column(2), stratum: column(3) };
}

function reordered<T extends ReportRows>(random: Random, rows: T): T {
  const order = random.shuffle([...rows.report.keys()]);
  return Object.fromEntries(
    Object.entries(rows).map(([name, codes]) => [name, Int32Array.from(order, (row) => (codes as Int32Array)[row]!)]),
  ) as unknown as T;
}

/**
 * Goal: a report counts once however often it says a thing, and strata add up.
 * Method: sets, which cannot count twice, against the columns; order and repetition of rows.
 */
describe('countPairs', () => {
  const random = new Random(SEED);
  const rows = randomRows(random, 120);

  test('counts and margins are those of sets', () => {
    const counts = countPairs(rows);
    const reportsWith = (of: (row: number) => boolean) =>
      new Set([...rows.report.keys()].filter(of).map((row) => rows.report[row])).size;
    for (const at of counts.observed.keys()) {
      const [product, event] = [counts.product[at]!, counts.event[at]!];
      const n1 = reportsWith((row) => rows.product[row] === product);
      const n2 = reportsWith((row) => rows.event[row] === event);
      expect(counts.observed[at]).toBe(
        reportsWith((row) => rows.product[row] === product && rows.event[row] === event),
      );
      let expected = 0;
      for (const stratum of [0, 1, 2]) {
        const inside = (row: number) => rows.stratum[row] === stratum;
        expected +=
          (reportsWith((row) => inside(row) && rows.product[row] === product) *
            reportsWith((row) => inside(row) && rows.event[row] === event)) /
          reportsWith(inside);
      }
      expect(counts.expected[at]).toBeCloseTo(expected, 12);
      expect(countPairs({ report: rows.report, product: rows.product, event: rows.event }).expected[at]).toBeCloseTo(
        (n1 * n2) / 120,
        12,
      );
    }
  });

  test('neither the order of rows nor their repetition matters', () => {
    const doubled = Object.fromEntries(
      Object.entries(rows).map(([name, codes]) => [name, Int32Array.from([...codes, ...codes])]),
    ) as unknown as typeof rows;
    expect(countPairs(reordered(random, doubled))).toEqual(countPairs(rows));
  });

  test('with zeroes every product meets every event, and the counts add up to the same', () => {
    const [some, all] = [countPairs(rows), countPairs(rows, { zeroes: true })];
    expect(all.observed.length).toBe(5 * 6);
    const sum = (values: Float64Array) => values.reduce((one, other) => one + other, 0);
    expect(sum(all.observed)).toBe(sum(some.observed));
    expect(sum(all.expected)).toBeGreaterThanOrEqual(sum(some.expected));
  });
});

describe('squash', () => {
  const random = new Random(SEED + 1);
  const points: Points = {
    observed: Float64Array.from({ length: 3000 }, () => 1 + random.whole(3)),
    expected: Float64Array.from({ length: 3000 }, () => random.next() * 3),
    weight: new Float64Array(3000).fill(1),
  };
  const total = ({ expected, weight }: Points) => expected.reduce((sum, value, at) => sum + value * weight[at]!, 0);

  test('no pair and no expectation is lost', () => {
    const some = squash(points, { count: 2, binSize: 7, keep: 30, leastBins: 1, leastPoints: 1 });
    for (const squashed of [some, squashAll(points)]) {
      expect(squashed.weight.reduce((sum, weight) => sum + weight, 0)).toBe(3000);
      expect(total(squashed)).toBeCloseTo(total(points), 8);
      expect(squashed.observed.length).toBeLessThan(3000);
    }
  });

  test('refuses too few pairs, and the same count twice', () => {
    const step = { count: 1, binSize: 50, keep: 100, leastBins: 10, leastPoints: 500 };
    expect(() => squash(points, { ...step, count: 9 })).toThrow(RangeError);
    expect(() => squash(squash(points, step), { ...step, leastPoints: 1, leastBins: 1 })).toThrow(/already/);
  });
});

const PRIOR: Prior = { alpha1: 2.5, beta1: 0.4, alpha2: 1.8, beta2: 1.7, share: 0.15 };

function simulated(random: Random, size: number, least: number): Points {
  const observed: number[] = [];
  const expected: number[] = [];
  while (observed.length < size) {
    const of = random.next() < PRIOR.share;
    const rate = of ? random.gamma(PRIOR.alpha1, PRIOR.beta1) : random.gamma(PRIOR.alpha2, PRIOR.beta2);
    const e = Math.exp(random.normal() * 1.5 - 1);
    const count = random.poisson(rate * e);
    if (count < least) continue;
    observed.push(count);
    expected.push(e);
  }
  return {
    observed: Float64Array.from(observed),
    expected: Float64Array.from(expected),
    weight: new Float64Array(size).fill(1),
  };
}

/**
 * Goal: the prior is the likelihood's maximum.
 * Method: derivatives against differences; on simulated counts no worse than the truth, and not better than chance allows.
 */
describe('fitPrior', () => {
  test.each([0, 1, 2, 4])('gradient and Hessian with counts from %d on', (least) => {
    const mixture = new Mixture(simulated(new Random(SEED + least), 60, least), least);
    const at = logarithms({ alpha1: 1.3, beta1: 0.7, alpha2: 3.1, beta2: 2.2, share: 0.3 });
    const { gradient, hessian } = mixture.at(at);
    const moved = (part: number, by: number) => at.map((value, k) => (k === part ? value + by : value));
    for (let part = 0; part < 5; part += 1) {
      const [up, down] = [mixture.at(moved(part, 1e-5)), mixture.at(moved(part, -1e-5))];
      expect((up.value - down.value) / 2e-5).toBeCloseTo(gradient[part]!, 5);
      for (let other = 0; other < 5; other += 1)
        expect((up.gradient[other]! - down.gradient[other]!) / 2e-5).toBeCloseTo(hessian[part]![other]!, 4);
    }
  });

  test.each([
    { least: 0, size: 3000 },
    { least: 1, size: 3000 },
    { least: 2, size: 1500 },
    { least: 1, size: 6000 },
  ])('$size simulated counts from $least on', ({ least, size }) => {
    const points = simulated(new Random(SEED + 10 + least), size, least);
    const fit = fitPrior(points, { least });
    const gain = 2 * (negLogLikelihood(points, PRIOR, least) - fit.negLogLikelihood);
    expect(gain).toBeGreaterThan(0);
    // For counts cut off the components are cut off each, so the share is another; the rest is the same.
    if (least === 0) expect(gain).toBeLessThan(chiSquare.quantile(0.9999, 5));
    expect(negLogLikelihood(points, fit.prior, least)).toBeCloseTo(fit.negLogLikelihood, 8);
    expect(fit.prior.alpha1 / fit.prior.beta1).toBeGreaterThan(fit.prior.alpha2 / fit.prior.beta2);
  });

  test('a point of weight two is two points', () => {
    const points = simulated(new Random(SEED), 800, 1);
    const twice = (values: Float64Array) => Float64Array.from([...values, ...values]);
    const doubled = {
      observed: twice(points.observed),
      expected: twice(points.expected),
      weight: twice(points.weight),
    };
    const heavy = { ...points, weight: points.weight.map(() => 2) };
    const [one, other] = [fitPrior(doubled, { least: 1 }), fitPrior(heavy, { least: 1 })];
    expect(one.prior.alpha2).toBeCloseTo(other.prior.alpha2, 4);
    expect(one.negLogLikelihood).toBeCloseTo(other.negLogLikelihood, 7);
  });

  test('where a component becomes a point it is refused, or stays on the bounds if asked', () => {
    const random = new Random(SEED);
    const expected = Float64Array.from({ length: 2000 }, () => Math.exp(random.normal()));
    // One third is Poisson with ratio 4: no gamma is narrow enough.
    const observed = expected.map((e, at) => random.poisson(at % 3 === 0 ? 4 * e : e * random.gamma(2, 2)));
    const points = { observed, expected, weight: new Float64Array(2000).fill(1) };
    expect(() => fitPrior(points, { least: 0 })).toThrow(/no start/);
    const fit = fitPrior(points, { least: 0, bounded: true });
    expect(fit.atBounds).toBe(true);
    const { alpha1, beta1, share } = fit.prior;
    expect(Math.max(alpha1, beta1)).toBeCloseTo(100, 6);
    expect(alpha1 / beta1).toBeCloseTo(4, 0);
    expect(share).toBeCloseTo(1 / 3, 1);
  });

  test('refuses counts below the least, and points without expectation', () => {
    const points = simulated(new Random(SEED), 100, 0);
    expect(() => fitPrior(points, { least: 1 })).toThrow(/smallest count is 0/);
    expect(() => fitPrior({ ...points, expected: new Float64Array(100) }, { least: 0 })).toThrow(RangeError);
  });
});

/**
 * Goal: every quantile is the posterior's, however far out.
 * Method: the distribution function of the statistics room, which shares no code, at what is found; random priors, counts and expectations.
 */
describe('posterior', () => {
  test('quantiles invert the mixture', () => {
    const random = new Random(SEED);
    const probabilities = [0.05, 0.95, 0.01, 0.5];
    for (let run = 0; run < 60; run += 1) {
      const draw = () => Math.exp(random.normal() * 1.3);
      const prior = { alpha1: draw(), beta1: draw(), alpha2: draw(), beta2: draw(), share: random.next() };
      const observed = Array.from({ length: 40 }, () => Math.floor(Math.exp(random.next() * 7)) - 1);
      const expected = observed.map(() => Math.exp(12 * random.next() - 6));
      const { first, quantiles } = posterior(prior, observed, expected, probabilities);
      for (const [each, p] of probabilities.entries())
        for (const [at, n] of observed.entries()) {
          const tail = { upper: p > 0.5 };
          const x = quantiles[each]![at]!;
          const found =
            first[at]! * gamma.cdf(x, prior.alpha1 + n, prior.beta1 + expected[at]!, tail) +
            (1 - first[at]!) * gamma.cdf(x, prior.alpha2 + n, prior.beta2 + expected[at]!, tail);
          expect(found / (tail.upper ? 1 - p : p), `seed ${SEED}, run ${run}, count ${n}`).toBeCloseTo(1, 8);
        }
    }
  });

  test('more reports than expected raise it, and what is asked together is what is asked alone', () => {
    const observed = [0, 1, 2, 5, 9, 30, 400];
    const all = posterior(
      PRIOR,
      observed,
      observed.map(() => 2),
    );
    for (let at = 1; at < observed.length; at += 1) {
      expect(all.ebgm[at]).toBeGreaterThan(all.ebgm[at - 1]!);
      expect(all.quantiles[0]![at]).toBeGreaterThan(all.quantiles[0]![at - 1]!);
    }
    for (const [at, n] of observed.entries()) {
      const alone = posterior(PRIOR, [n], [2]);
      expect(alone.quantiles[1]![0]! / all.quantiles[1]![at]!).toBeCloseTo(1, 11);
      expect(all.quantiles[0]![at]).toBeLessThan(all.ebgm[at]!);
      expect(all.quantiles[1]![at]).toBeGreaterThan(all.ebgm[at]!);
    }
  });

  test('huge counts and expectations too', () => {
    const { quantiles } = posterior({ ...PRIOR, share: 1 }, [3e4, 1e8], [1e4, 9e7]);
    expect(quantiles[0]![0]! / gamma.quantile(0.05, 30_002.5, 10_000.4)).toBeCloseTo(1, 9);
    expect(quantiles[1]![1]! / gamma.quantile(0.95, 1e8 + 2.5, 9e7 + 0.4)).toBeCloseTo(1, 9);
    expect(() => posterior({ ...PRIOR, alpha1: 1e308 }, [1], [1])).toThrow(RangeError);
  });

  test('one component alone is a gamma distribution', () => {
    const { quantiles } = posterior({ ...PRIOR, share: 1 }, [4], [1.5]);
    expect(quantiles[0]![0]).toBeCloseTo(gamma.quantile(0.05, 6.5, 1.9), 10);
  });
});

describe('two-by-two tables', () => {
  const random = new Random(SEED);
  const tables = { both: [] as number[], product: [] as number[], event: [] as number[], all: [] as number[] };
  for (let at = 0; at < 40; at += 1) {
    const [a, b, c, d] = [1 + random.whole(9), 1 + random.whole(60), 1 + random.whole(60), 1 + random.whole(900)];
    tables.both.push(a);
    tables.product.push(a + b);
    tables.event.push(a + c);
    tables.all.push(a + b + c + d);
  }

  test('product and event may change places, except for the proportional ratio', () => {
    const turned = { ...tables, product: tables.event, event: tables.product };
    for (const at of tables.both.keys()) {
      expect(reportingOddsRatio(turned).low[at]! / reportingOddsRatio(tables).low[at]!).toBeCloseTo(1, 10);
      expect(chiSquareOf(turned, true)[at]).toBeCloseTo(chiSquareOf(tables, true)[at]!, 9);
    }
    expect(proportionalReportingRatio(turned).ratio).not.toEqual(proportionalReportingRatio(tables).ratio);
  });

  test("Fisher's tails complement each other, and the two-sided test is symmetric", () => {
    for (const [at, a] of tables.both.entries()) {
      const [n1, n2, n] = [tables.product[at]!, tables.event[at]!, tables.all[at]!];
      const own = fisherTest(a, n1, n2, n);
      // At most a with the event is at least n1 - a without it.
      const less = fisherTest(n1 - a, n1, n - n2, n);
      expect(own.midP + less.midP).toBeCloseTo(1, 11);
      expect(less.twoSided).toBeCloseTo(own.twoSided, 11);
      expect(fisherTest(a, n2, n1, n).greater).toBeCloseTo(own.greater, 12);
    }
  });

  test("the tea-tasting lady: Fisher's own table", () => {
    expect(fisherTest(3, 4, 4, 8).greater).toBeCloseTo(17 / 70, 13);
    expect(fisherTest(3, 4, 4, 8).twoSided).toBeCloseTo(34 / 70, 13);
    expect(fisherTest(4, 4, 4, 8).greater).toBeCloseTo(1 / 70, 13);
  });

  test('95 % limits of the information component hold what they promise where counts are not tiny', () => {
    const runs = 4000;
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const truth = Math.log2(1.5);
      const { low, high } = informationComponent([random.poisson(30 * 1.5)], [30]);
      if (low[0]! <= truth && truth <= high[0]!) covered += 1;
    }
    expect(covered / runs, `seed ${SEED}`).toBeGreaterThan(0.935);
    expect(covered / runs, `seed ${SEED}`).toBeLessThan(0.965);
  });
});

describe('strata, masking and time', () => {
  test('two strata by hand', () => {
    // Two strata with the same odds ratio 6: (6,2;3,6) and (12,4;2,4).
    const strata = { both: [6, 12], product: [8, 16], event: [9, 14], all: [17, 22] };
    const found = stratifiedOdds(strata);
    expect(found.ratio).toBeCloseTo((36 / 17 + 48 / 22) / (6 / 17 + 8 / 22), 12);
    expect(found.each[0]!.ratio).toBeCloseTo(6, 12);
    expect(found.homogeneity.statistic).toBeCloseTo(0, 12);
    expect(found.homogeneity.p).toBeCloseTo(1, 6);
  });

  test('one stratum is the plain ratio, and its test the chi-square without correction but for n - 1', () => {
    const one = { both: [12], product: [40], event: [60], all: [900] };
    const found = stratifiedOdds(one);
    const plain = reportingOddsRatio(one);
    expect(found.ratio).toBeCloseTo(plain.ratio[0]!, 12);
    expect(found.low).toBeCloseTo(plain.low[0]!, 10);
    expect(found.association.statistic).toBeCloseTo((chiSquareOf(one, false)[0]! * 899) / 900, 10);
    expect(found.homogeneity.p).toBeNaN();
    expect(() => stratifiedOdds({ both: [0], product: [0], event: [3], all: [9] })).toThrow(RangeError);
  });

  test('an association that only mixing two strata makes is gone', () => {
    // Old people have both the product and the event more often, but independently.
    const strata = { both: [40, 1], product: [80, 10], event: [50, 10], all: [100, 100] };
    const crude = { both: [41], product: [90], event: [60], all: [200] };
    expect(reportingOddsRatio(crude).ratio[0]).toBeGreaterThan(3);
    expect(stratifiedOdds(strata).ratio).toBeCloseTo(1, 12);
  });

  test('without the masking product the other rises by its masking ratio', () => {
    // Product 0 has event 0 in 90 of 100 reports; product 1 in 5 of 50; product 2 in none of 100. None are reported together.
    const cases: [number, number, number][] = [];
    let report = 0;
    const add = (product: number, event: number, times: number) => {
      for (let k = 0; k < times; k += 1) cases.push([report++, product, event]);
    };
    add(0, 0, 90);
    add(0, 1, 10);
    add(1, 0, 5);
    add(1, 1, 45);
    add(2, 1, 100);
    const column = (at: number) => Int32Array.from(cases, (row) => row[at]!);
    const rows = { report: column(0), product: column(1), event: column(2) };
    const before = countPairs(rows);
    const [strongest] = maskingRatios(before, 0);
    expect(strongest).toMatchObject({ product: 0, observed: 90 });
    const after = unmasked(rows, 0);
    const of = (counts: typeof before) => {
      const at = [...counts.product.keys()].find((k) => counts.product[k] === 1 && counts.event[k] === 0)!;
      return counts.observed[at]! / counts.expected[at]!;
    };
    expect(of(after) / of(before)).toBeCloseTo(strongest!.ratio, 12);
    expect(of(before)).toBeLessThan(1);
    expect(of(after)).toBeGreaterThan(1);
  });

  test('cumulative tables end at all reports, and each is that of the reports so far', () => {
    const random = new Random(SEED);
    const rows = randomRows(random, 80);
    const period = Int32Array.from(rows.report, (report) => report % 4);
    const pairs = [{ product: 1, event: 2 }];
    const [tables] = cumulativeTables(rows, period, 4, pairs);
    for (const until of [0, 1, 2, 3]) {
      const kept = [...rows.report.keys()].filter((row) => period[row]! <= until);
      const column = (codes: Int32Array) => Int32Array.from(kept, (row) => codes[row]!);
      const counts = countPairs({
        report: column(rows.report),
        product: column(rows.product),
        event: column(rows.event),
      });
      const at = [...counts.product.keys()].find((k) => counts.product[k] === 1 && counts.event[k] === 2)!;
      expect(tables!.both[until]).toBe(counts.observed[at]);
      expect(tables!.product[until]).toBe(counts.productReports[1]);
      expect(tables!.event[until]).toBe(counts.eventReports[2]);
      expect(tables!.all[until]).toBe(counts.reports);
    }
    expect(expectedReports(tables!)[3]).toBeGreaterThan(0);
  });
});

test('a hundred thousand pairs are scored in well under the tenth of the time that R takes', () => {
  const random = new Random(SEED);
  const expected = Float64Array.from({ length: 100_000 }, () => Math.exp(random.normal() * 2 - 2));
  const observed = expected.map((e) => 1 + poisson.quantile(random.next(), e));
  posterior(PRIOR, observed, expected);
  const before = process.cpuUsage();
  posterior(PRIOR, observed, expected);
  const { user } = process.cpuUsage(before);
  // R 4.2.2 with openEBGM takes 4,894 ms for as many.
  expect(user / 1000).toBeLessThan(489);
});
