import {
  approximateLimits,
  bayesianIc,
  chiSquareOf,
  expectedReports,
  fisherTest,
  fitPrior,
  informationComponent,
  negLogLikelihood,
  type PairCounts,
  type Points,
  PRIOR_STARTS,
  type Prior,
  posterior,
  proportionalReportingRatio,
  reportingOddsRatio,
  SQUASH_ALL,
  type Squash,
  squash,
  squashAll,
} from '#standards/disproportionality';
import { normal } from '#standards/statistics';
import type { Input } from './input.ts';
import { countedReports, REPORT_MEMBERS, strataNames } from './safety-reports.ts';

/** R: openEBGM::processRaw. Every pair, unless `pairIndex1` asks for some. */
export function pvCounts(input: Input): object {
  input.only([...REPORT_MEMBERS, 'digits', 'pairIndex1', ...strataNames(input)]);
  const { counts, product, event } = countedReports(input);
  const digits = input.field('digits').or(2, (value) => value.whole({ least: 0, most: 15 }));
  const nPairs = counts.observed.length;
  const asked = input.field('pairIndex1').or(undefined, (value) => value.wholes({ least: 1, most: nPairs }));
  const at = asked?.map((index) => index - 1) ?? Array.from({ length: nPairs }, (_, index) => index);
  const { ratios, proportional } = relativeReporting(counts, digits);
  return {
    nPairs,
    nReports: counts.reports,
    pairIndex1: at.map((index) => index + 1),
    [nameOf(input, 'product')]: at.map((index) => product.values[counts.product[index]!]),
    [nameOf(input, 'event')]: at.map((index) => event.values[counts.event[index]!]),
    N: at.map((index) => counts.observed[index]),
    E: at.map((index) => counts.expected[index]),
    RR: at.map((index) => ratios[index]),
    PRR: at.map((index) => proportional[index]),
  };
}

function nameOf(input: Input, column: string): string {
  return input.has(`${column}1`) ? `${column}1` : column;
}

/** openEBGM's RR and PRR, rounded as R rounds; no report and none expected has RR 0, and a PRR of 0/0 is infinite there. */
function relativeReporting(counts: PairCounts, digits: number): { ratios: Float64Array; proportional: Float64Array } {
  const { observed, expected, product, event, productReports, eventReports, reports } = counts;
  const ratios = observed.map((n, at) => {
    const ratio = n / expected[at]!;
    return Number.isNaN(ratio) ? 0 : roundedAsR(ratio, digits);
  });
  const proportional = observed.map((n, at) => {
    const [n1, n2] = [productReports[product[at]!]!, eventReports[event[at]!]!];
    const ratio = n / n1 / ((n2 - n) / (reports - n1));
    return Number.isNaN(ratio) ? Infinity : roundedAsR(ratio, digits);
  });
  return { ratios, proportional };
}

/** The nearer of the two neighbours with so many digits, the even one where they are as near: R 4. */
function roundedAsR(x: number, digits: number): number {
  if (!Number.isFinite(x)) return x;
  const power = 10 ** digits;
  const whole = Math.floor(x * power);
  const [below, above] = [whole / power, Math.ceil(x * power) / power];
  const [down, up] = [x - below, above - x];
  return down < up || (down === up && whole % 2 === 0) ? below : above;
}

/** R: openEBGM::squashData once for each of step1, step2, ..., or autoSquash; of raw reports, or of N and E. */
export function pvSquash(input: Input): object {
  const steps = input.names().filter((name) => /^step\d+$/.test(name));
  steps.sort((one, other) => Number(one.slice(4)) - Number(other.slice(4)));
  input.only([...REPORT_MEMBERS, ...steps, 'auto', 'autoSquash', 'N', 'E', 'weight', ...strataNames(input)]);
  let points = input.has('N') ? pointsOf(input) : unsquashed(countedReports(input).counts);
  const sizes: Record<string, number> = {};
  for (const name of steps) {
    points = squash(points, squashOf(input.field(name)));
    sizes[`n${name.slice(4)}`] = points.observed.length;
  }
  const auto = input.field(input.has('autoSquash') ? 'autoSquash' : 'auto');
  if (!auto.isAbsent && auto.value !== false)
    points = squashAll(points, auto.value === true ? SQUASH_ALL : allOf(auto));
  const columns = (most: number) => ({
    N: points.observed.slice(0, most),
    E: points.expected.slice(0, most),
    weight: points.weight.slice(0, most),
  });
  return {
    ...sizes,
    n: points.observed.length,
    sumW: points.weight.reduce((sum, weight) => sum + weight, 0),
    head: columns(HEAD),
    squashed: columns(Infinity),
  };
}

const HEAD = 40;

function unsquashed({ observed, expected }: PairCounts): Points {
  return { observed, expected, weight: new Float64Array(observed.length).fill(1) };
}

function pointsOf(input: Input): Points {
  const observed = Float64Array.from(input.field('N').wholes({ least: 0 }));
  const length = observed.length;
  const expected = Float64Array.from(input.field('E').numbers({ least: 0, below: Infinity, length }));
  const weight = input.field('weight').or(undefined, (value) => value.numbers({ above: 0, below: Infinity, length }));
  return { observed, expected, weight: Float64Array.from(weight ?? new Array<number>(length).fill(1)) };
}

function squashOf(step: Input): Squash {
  step.only(['count', 'bin_size', 'keep_pts', 'min_bin', 'min_pts']);
  const whole = (name: string, fallback: number, least: number) =>
    step.field(name).or(fallback, (value) => value.whole({ least }));
  return {
    count: whole('count', 1, 0),
    binSize: whole('bin_size', 50, 2),
    keep: whole('keep_pts', 100, 0),
    leastBins: whole('min_bin', 50, 0),
    leastPoints: whole('min_pts', 500, 0),
  };
}

function allOf(auto: Input) {
  auto.only(['keep_pts', 'cut_offs', 'num_super_pts']);
  const list = (name: string, fallback: readonly number[]) =>
    auto.field(name).or(fallback, (value) => value.wholes({ least: 0 }));
  return {
    keep: list('keep_pts', SQUASH_ALL.keep),
    cutOffs: list('cut_offs', SQUASH_ALL.cutOffs),
    bins: list('num_super_pts', SQUASH_ALL.bins),
  };
}

const PRIOR_NAMES = ['alpha1', 'beta1', 'alpha2', 'beta2', 'P'] as const;

/**
 * R: openEBGM::autoHyper, whose three optimisers and hyperEM's lead to the same maximum.
 *
 * nStar is the least count in the data, null with zeroes; `refTheta` asks for the likelihood there; `bounded` takes the best prior on the bounds where every start runs away, instead of refusing; `conf_ints` for standard errors and limits.
 */
export function ebgmPrior(input: Input): object {
  input.only([
    'N',
    'E',
    'weight',
    'thetaInit',
    'nStar',
    'zeroes',
    'squashed',
    'method',
    'param_limit',
    'min_conv',
    'max_pts',
    'conf_ints',
    'conf_level',
    'refTheta',
    'bounded',
  ]);
  input.field('method').or('nlminb', (value) => value.choice(['nlminb', 'nlm', 'bfgs', 'score']));
  const points = pointsOf(input);
  const mostPoints = input.field('max_pts').or(Infinity, (value) => value.whole({ least: 1 }));
  if (points.observed.length > mostPoints)
    throw input.field('N').wrong('more points than max_pts', { most: mostPoints });
  const isSquashed = input.field('squashed').or(input.has('weight'), (value) => value.flag());
  if (isSquashed !== input.has('weight')) throw input.field('weight').wrong('squashed data have weights, others none');
  const least = leastOf(input);
  const starts = input.field('thetaInit').or(PRIOR_STARTS, readStarts);
  const fit = fitPrior(points, {
    least,
    starts,
    bounded: input.field('bounded').or(false, (value) => value.flag()),
    mostParameter: input.field('param_limit').or(100, (value) => value.number({ above: 0 })),
  });
  const agreement = input.field('min_conv').or(0, (value) => value.whole({ least: 1, most: starts.length - 1 }));
  if (fit.agreeing < agreement)
    throw new RangeError(
      `only ${fit.agreeing} other starts lead to the best prior: squash otherwise, or give other starts`,
    );
  const refTheta = input.field('refTheta').or(undefined, priorOf);
  return {
    theta: thetaOf(fit.prior),
    thetaNames: PRIOR_NAMES,
    negLogLik: fit.negLogLikelihood,
    numClose: fit.agreeing,
    atBounds: fit.atBounds,
    starts: fit.starts.map(({ prior, ...rest }) => ({ theta: thetaOf(prior), ...rest })),
    ...(refTheta === undefined ? {} : { nllAtRefTheta: negLogLikelihood(points, refTheta, least) }),
    ...confidence(input, thetaOf(fit.prior), fit.standardErrors),
  };
}

function leastOf(input: Input): number {
  const star = input.field('nStar');
  const zeroes = input.field('zeroes').or(false, (value) => value.flag());
  if (zeroes && !star.isAbsent) throw star.wrong('with zeroes nothing is cut off: leave nStar out');
  // R's NULL says that nothing is cut off.
  return zeroes || star.value === null ? 0 : star.or(1, (value) => value.whole({ least: 1 }));
}

function confidence(input: Input, theta: number[], errors: number[]): object {
  if (!input.field('conf_ints').or(false, (value) => value.flag())) return {};
  const level = Number(input.field('conf_level').or('95', (value) => String(value.value)));
  if (!(level > 0 && level < 100)) throw input.field('conf_level').wrong('a level between 0 and 100 %');
  const half = errors.map((error) => normal.quantile(0.5 + level / 200) * error);
  return { stdErr: errors, ciLo: theta.map((at, k) => at - half[k]!), ciHi: theta.map((at, k) => at + half[k]!) };
}

function readStarts(input: Input): Prior[] {
  const isOne = Array.isArray(input.value) && typeof input.value[0] === 'number';
  return isOne ? [priorOf(input)] : input.items({ least: 1, most: 1000 }).map(priorOf);
}

/** A list in the order of `PRIOR_NAMES`, or an object with these names. */
function priorOf(input: Input): Prior {
  const parts = Array.isArray(input.value)
    ? input.items({ least: 5, most: 5 })
    : PRIOR_NAMES.map((name) => input.only(PRIOR_NAMES).field(name));
  const [alpha1, beta1, alpha2, beta2, share] = parts.map((part, at) =>
    part.number(at === 4 ? { above: 0, below: 1 } : { above: 0, below: Infinity }),
  ) as [number, number, number, number, number];
  return { alpha1, beta1, alpha2, beta2, share };
}

function thetaOf({ alpha1, beta1, alpha2, beta2, share }: Prior): number[] {
  return [alpha1, beta1, alpha2, beta2, share];
}

/** R: openEBGM's Qn, ebgm and quantBisect, not rounded unless `digits` says so; `quantiles` in percent. */
export function ebgm(input: Input): object {
  input.only(['theta', 'thetaNames', 'pairIndex1', 'N', 'E', 'quantiles', 'digits']);
  const prior = priorOf(input.field('theta'));
  const points = pointsOf(input);
  const percents = input.field('quantiles').or([5, 95], (value) => value.numbers({ above: 0, below: 100 }));
  const digits = input.field('digits').or(undefined, (value) => value.whole({ least: 0, most: 15 }));
  const found = posterior(
    prior,
    points.observed,
    points.expected,
    percents.map((percent) => percent / 100),
  );
  const shown = (values: Float64Array) =>
    digits === undefined ? values : values.map((value) => roundedAsR(value, digits));
  const names = percents.map((percent) => `eb${String(percent).padStart(2, '0')}`);
  const low = found.quantiles[percents.indexOf(5)];
  return {
    qn: found.first,
    ebgm: shown(found.ebgm),
    ...Object.fromEntries(names.map((name, at) => [name, shown(found.quantiles[at]!)])),
    ...(low === undefined ? {} : { nSignalsEB05ge2All: low.filter((value) => value >= 2).length }),
  };
}

/** Closed forms of two-by-two tables: a with both, n1 with the product, n2 with the event, N all. Checked against PhViD 1.0.8, chisq.test and fisher.test of R. */
export function disproportionality(input: Input): object {
  input.only(['a', 'n1', 'n2', 'N', 'E', 'level']);
  // Fisher's test goes through the counts one by one.
  const counts = { least: 0, most: 1e9 };
  const both = input.field('a').wholes(counts);
  const length = both.length;
  const column = (name: string) => {
    const given = input.field(name);
    if (!Array.isArray(given.value)) return new Array<number>(length).fill(given.whole(counts));
    if (given.items().length !== length) throw given.wrong('a list of another length is expected', { length });
    return given.wholes(counts);
  };
  const tables = { both, product: column('n1'), event: column('n2'), all: column('N') };
  const level = input.field('level').or(0.95, (value) => value.number({ above: 0, below: 1 }));
  const expected = input.field('E').or(expectedReports(tables), (value) => value.numbers({ above: 0, length }));
  const prr = proportionalReportingRatio(tables, level);
  const ror = reportingOddsRatio(tables, level);
  const network = bayesianIc(tables, level);
  const exact = informationComponent(both, expected, level);
  const approximate = approximateLimits(both, expected);
  const fisher = both.map((a, at) => fisherTest(a, tables.product[at]!, tables.event[at]!, tables.all[at]!));
  return {
    E: expected,
    rrr: both.map((a, at) => a / expected[at]!),
    prr: prr.ratio,
    prrLo: prr.low,
    prrHi: prr.high,
    ror: ror.ratio,
    rorLo: ror.low,
    rorHi: ror.high,
    chi2: chiSquareOf(tables, false),
    chi2Yates: chiSquareOf(tables, true),
    icBcpnn: network.ic,
    icBcpnnSd: network.sd,
    icBcpnn025: network.low,
    ic: exact.ic,
    ic025: exact.low,
    ic975: exact.high,
    ic025Approx: approximate.low,
    ic975Approx: approximate.high,
    fisherGreaterP: fisher.map((test) => test.greater),
    fisherMidP: fisher.map((test) => test.midP),
    fisher2P: fisher.map((test) => test.twoSided),
  };
}
