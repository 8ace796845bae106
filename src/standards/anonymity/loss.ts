import type { Classes, Levels } from './classes.ts';
import type { Ladder } from './hierarchy.ts';
import type { Aggregate, Metric } from './model.ts';
import type { Suppression } from './rules.ts';
import type { Tuples } from './tuples.ts';

/** How much a generalisation loses; all of it can be compared, the least is best. */
export interface Measure {
  /**
   * The least that these levels can lose, and never more than coarser ones can: it rises with each level.
   *
   * @param extra what suppression adds at least, as found at coarser levels
   */
  bound(levels: Levels, extra?: readonly number[]): number;
  /** The same from the classes, where levels alone say nothing. It holds for all coarser levels as well. */
  classBound?(classes: Classes, levels: Levels): number;
  score(classes: Classes, levels: Levels, suppression: Suppression): number;
  /** What suppression adds, by attribute, when finer levels suppress the same records and more. */
  extra?(classes: Classes, levels: Levels, suppression: Suppression): readonly number[];
  /** Of a class alone, by which classes of one size are ordered for suppression; absent where the size is all that counts. */
  ofClass?(classes: Classes, index: number, levels: Levels): number;
}

export interface Data {
  tuples: Tuples;
  ladders: readonly Ladder[];
  /** What shares of sensitive values are compared with, when the tuples are only a part of it. */
  whole?: Tuples;
}

/**
 * The measures as ARX defines them, so that scores are the same to the last digit that it prints.
 *
 * Sources: Iyengar 2002 (loss); de Waal and Willenborg 1999 (non-uniform entropy); Sweeney 2002 (precision);
 * Bayardo and Agrawal 2005 (discernibility); LeFevre et al. 2006 (class size); Goldberger and Tassa 2010 (ambiguity);
 * Wan et al. 2015 (entropy-based information loss, payout).
 */
export function measureOf(metric: Metric, data: Data): Measure {
  const gsFactor = metric.gsFactor ?? 0.5;
  if (!(gsFactor >= 0 && gsFactor <= 1)) throw new RangeError('gsFactor is from 0 to 1');
  const factors = {
    suppression: gsFactor < 0.5 ? 2 * gsFactor : 1,
    generalisation: gsFactor <= 0.5 ? 1 : 2 - 2 * gsFactor,
  };
  return MEASURES[metric.name](metric, data, factors);
}

interface Factors {
  suppression: number;
  generalisation: number;
}

const MEASURES: Readonly<Record<Metric['name'], (metric: Metric, data: Data, factors: Factors) => Measure>> = {
  loss,
  'non-uniform-entropy': (metric, data, factors) => entropy(metric, data, factors, false),
  'normalized-non-uniform-entropy': (metric, data, factors) => entropy(metric, data, factors, true),
  precision,
  height,
  discernibility,
  'average-equivalence-class-size': classSize,
  ambiguity,
  'entropy-based-information-loss': (_metric, data, factors) => byClass(factors, entropyBased(data)),
  'publisher-payout': payout,
};

/** A measure that is added up by attribute: what the levels lose, and what suppression adds. */
function perAttribute(
  metric: Metric,
  { ladders }: Data,
  parts: {
    base: (attribute: number, level: number) => number;
    extra?: (classes: Classes, levels: Levels, suppression: Suppression) => number[];
    finish?: (attribute: number, value: number) => number;
    aggregate: Aggregate;
  },
): Measure {
  const join = aggregateOf(
    metric.aggregate ?? parts.aggregate,
    ladders.map(({ name }) => name),
    metric.weights,
  );
  const { extra } = parts;
  const finish = parts.finish ?? ((_attribute: number, value: number) => value);
  const base = ladders.map(({ height }, attribute) =>
    Float64Array.from({ length: height }, (_, level) => parts.base(attribute, level)),
  );
  const bound: Measure['bound'] = (levels, added) =>
    join(levels.map((level, attribute) => finish(attribute, base[attribute]![level]! + (added?.[attribute] ?? 0))));
  if (extra === undefined) return { bound, score: (_classes, levels) => bound(levels) };
  return {
    bound,
    extra,
    score: (classes, levels, suppression) => bound(levels, extra(classes, levels, suppression)),
  };
}

/** Counted in leaves of the hierarchies, which are whole numbers, and divided at the end. */
function loss(metric: Metric, data: Data, { suppression: s, generalisation: g }: Factors): Measure {
  const { ladders, tuples } = data;
  const marginals = marginalsOf(data);
  const records = tuples.releasedTotal;
  const leavesOf = ladders.map(({ leaves }) => leaves);
  const join = aggregateOf(
    metric.aggregate ?? 'geometric-mean',
    ladders.map(({ name }) => name),
    metric.weights,
  );
  const measure = perAttribute(metric, data, {
    base: (attribute, level) => {
      let total = 0;
      for (const [number, count] of marginals[attribute]![level]!.entries())
        total += count * leavesOf[attribute]![level]![number]!;
      return g * total;
    },
    extra: (classes, levels, { list, records: suppressed }) =>
      levels.map((level, attribute) => {
        let covered = 0;
        const [leaves, up] = [leavesOf[attribute]![level]!, ladders[attribute]!.up[level]!];
        for (const index of list)
          covered += classes.released[index]! * leaves[up[codeOf(data, classes, index, attribute)]!]!;
        const all = suppressed * ladders[attribute]!.size;
        return s === 1 ? all - g * covered : s * (all - covered);
      }),
    finish: (attribute, total) => {
      const { size } = ladders[attribute]!;
      const least = (g * records) / size;
      const value = (total / size - least) / (records - least);
      return value >= 0 ? floorDigits(value) : 0;
    },
    aggregate: 'geometric-mean',
  });
  return {
    ...measure,
    ofClass: (classes, index, levels) =>
      join(
        levels.map(
          (_level, attribute) => classes.released[index]! * shareOf(data, classes, { index, attribute, levels }),
        ),
      ),
  };
}

function entropy(metric: Metric, data: Data, factors: Factors, normalised: boolean): Measure {
  const { suppression: s, generalisation: g } = normalised ? { suppression: 1, generalisation: 1 } : factors;
  const { ladders, tuples } = data;
  const marginals = marginalsOf(data);
  const rows = (tuples.population ?? tuples.released).reduce((sum, count) => sum + count, 0);
  const highest = marginals.map(([values]) => {
    let bits = 0;
    for (const count of values!) bits -= count * log2OrZero(count / rows);
    return floorDigits(bits);
  });
  return perAttribute(metric, data, {
    base: (attribute, level) => {
      const { up } = ladders[attribute]!;
      const [fine, coarse] = [marginals[attribute]![0]!, marginals[attribute]![level]!];
      let bits = 0;
      for (const [code, number] of up[level]!.entries()) {
        const count = fine[up[0]![code]!]!;
        if (count > 0) bits += count * Math.log2(coarse[number]! / count);
      }
      return g * bits;
    },
    ...(metric.monotonic === true && !normalised
      ? {}
      : {
          extra: (classes: Classes, levels: Levels, suppression: Suppression) =>
            levels.map((level, attribute) => {
              const counts = new Float64Array(ladders[attribute]!.labels[level]!.length);
              const up = ladders[attribute]!.up[level]!;
              for (const index of suppression.list)
                counts[up[codeOf(data, classes, index, attribute)]!]! += classes.released[index]!;
              let bits = 0;
              for (const count of counts) bits -= count * log2OrZero(count / suppression.records);
              return s * bits;
            }),
        }),
    finish: (attribute, bits) => {
      const value = floorDigits(Math.max(0, bits));
      if (!normalised) return value;
      return highest[attribute] === 0 ? 0 : value / highest[attribute]!;
    },
    aggregate: 'sum',
  });
}

/** Where suppression is cheaper than generalisation, the cheaper of both bounds; what it adds then holds here only. */
function precision(metric: Metric, data: Data, { suppression: s, generalisation: g }: Factors): Measure {
  const records = data.tuples.releasedTotal;
  const shareAt = (attribute: number, level: number): number => {
    const { height: levels } = data.ladders[attribute]!;
    return levels === 1 ? 0 : (level / (levels - 1)) * g;
  };
  const finish = (_attribute: number, value: number): number => value / records;
  if (metric.monotonic === true)
    return perAttribute(metric, data, {
      base: (attribute, level) => shareAt(attribute, level) * records,
      finish,
      aggregate: 'arithmetic-mean',
    });
  const least = (attribute: number, level: number): number => Math.min(shareAt(attribute, level), s);
  const measure = perAttribute(metric, data, {
    base: (attribute, level) => least(attribute, level) * records,
    extra: (_classes, levels, { records: suppressed }) =>
      levels.map((level, attribute) => {
        const share = shareAt(attribute, level);
        return (records - suppressed) * share + suppressed * s - least(attribute, level) * records;
      }),
    finish,
    aggregate: 'arithmetic-mean',
  });
  if (s >= g) return measure;
  const { extra: _onlyHere, ...rest } = measure;
  return rest;
}

function height(metric: Metric, data: Data): Measure {
  return perAttribute(metric, data, { base: (_attribute, level) => level, aggregate: 'sum' });
}

function discernibility({ monotonic }: Metric, { tuples }: Data): Measure {
  const squares = ({ released }: Classes): number => {
    let sum = 0;
    for (const count of released) sum += count * count;
    return sum;
  };
  return {
    bound: () => 0,
    classBound: squares,
    score: (classes, _levels, { list, records }) => {
      let sum = squares(classes);
      if (monotonic === true) return sum;
      for (const index of list) sum -= classes.released[index]! ** 2;
      return sum + tuples.releasedTotal * records;
    },
  };
}

/** All suppressed records are one more class. The two factors stand the other way round here, as in ARX. */
function classSize(_metric: Metric, { tuples }: Data, { suppression: g, generalisation: s }: Factors): Measure {
  const inhabited = ({ released }: Classes): number => {
    let classes = 0;
    for (const count of released) if (count > 0) classes += 1;
    return classes;
  };
  return {
    bound: () => 0,
    classBound: (classes) => tuples.releasedTotal / (inhabited(classes) * Math.max(g, s)),
    score: (classes, _levels, { list }) =>
      tuples.releasedTotal / ((inhabited(classes) - list.length) * g + (list.length > 0 ? s : 0)),
  };
}

function ambiguity(_metric: Metric, data: Data): Measure {
  const cells = data.ladders.reduce((product, { size }) => product * size, 1);
  const ofClass: Measure['ofClass'] = (classes, index, levels) =>
    classes.released[index]! * cells * areaShare(data, classes, { index, levels });
  return {
    bound: () => 0,
    classBound: (classes, levels) => sumOver(classes, (index) => ofClass(classes, index, levels)),
    score: (classes, levels, { flags }) =>
      sumOver(classes, (index) =>
        flags[index] === 1 ? classes.released[index]! * cells : ofClass(classes, index, levels),
      ),
    ofClass,
  };
}

/** What a record of the class loses when it is shown, 0 to 1, at the least and in truth. */
type RecordLoss = (classes: Classes, index: number, levels: Levels) => { least: number; shown: number };

/** A measure that is added up by class; a suppressed record loses 1. */
function byClass({ suppression: s, generalisation: g }: Factors, lossOf: RecordLoss, unit = 1): Measure {
  const shown = (classes: Classes, index: number, levels: Levels): number =>
    g * classes.released[index]! * unit * lossOf(classes, index, levels).shown;
  return {
    bound: () => 0,
    classBound: (classes, levels) =>
      sumOver(
        classes,
        (index) => classes.released[index]! * unit * Math.min(s, g * lossOf(classes, index, levels).least),
      ),
    score: (classes, levels, { flags, records }) =>
      s * records * unit + sumOver(classes, (index) => (flags[index] === 1 ? 0 : shown(classes, index, levels))),
    ofClass: shown,
  };
}

function entropyBased(data: Data): RecordLoss {
  const lossOf = informationLoss(data);
  return (classes, index, levels) => {
    const least = lossOf(classes, index, levels);
    return { least, shown: least };
  };
}

/** What the publisher does not earn of the highest benefit, because of generalisation and of attacks that pay. */
function payout({ costs, journalistAttackerModel }: Metric, data: Data, factors: Factors): Measure {
  if (costs === undefined) throw new RangeError('publisher-payout needs costs');
  const lossOf = informationLoss(data);
  return byClass(
    factors,
    (classes, index, levels) => {
      const least = lossOf(classes, index, levels);
      const population = journalistAttackerModel === true ? (classes.population?.[index] ?? 0) : 0;
      const success = 1 / (population === 0 ? classes.released[index]! : population);
      return { least, shown: 1 - payoutOf(costs, least, success) / costs.publisherBenefit };
    },
    costs.publisherBenefit,
  );
}

/** What a publisher earns with a record: Wan et al., PLoS ONE 2015;10:e0120592. */
export function payoutOf(costs: NonNullable<Metric['costs']>, informationLost: number, success: number): number {
  const attacked = costs.adversaryGain * success - costs.adversaryCost > 0;
  return costs.publisherBenefit * (1 - informationLost) - (attacked ? costs.publisherLoss * success : 0);
}

/** The share of a record's information that its class has lost: 0 for the values themselves, 1 when nothing is shown. */
export function informationLoss(data: Data): (classes: Classes, index: number, levels: Levels) => number {
  const all = Math.log10(data.ladders.reduce((product, { size }) => product * size, 1));
  return (classes, index, levels) => {
    if (!(all > 0 && all < Number.POSITIVE_INFINITY)) return 0;
    const value = Math.log10(areaShare(data, classes, { index, levels })) / all + 1;
    return Math.min(1, Math.max(0, value));
  };
}

function areaShare(data: Data, classes: Classes, { index, levels }: { index: number; levels: Levels }): number {
  let share = 1;
  for (let attribute = 0; attribute < levels.length; attribute += 1)
    share *= shareOf(data, classes, { index, attribute, levels });
  return share;
}

function shareOf(
  data: Data,
  classes: Classes,
  { index, attribute, levels }: { index: number; attribute: number; levels: Levels },
): number {
  const { leaves, up, size } = data.ladders[attribute]!;
  const level = levels[attribute]!;
  return leaves[level]![up[level]![codeOf(data, classes, index, attribute)]!]! / size;
}

function codeOf({ tuples }: Data, classes: Classes, index: number, attribute: number): number {
  return tuples.codes[classes.first[index]! * tuples.width + attribute]!;
}

function sumOver({ count, released }: Classes, part: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1) if (released[index]! > 0) sum += part(index);
  return sum;
}

/** How many released records have each value of each level: `[attribute][level][number]`. */
function marginalsOf({ tuples, ladders }: Data): Float64Array[][] {
  return ladders.map(({ up, labels }, attribute) => {
    const codes = new Float64Array(up[0]!.length);
    for (let tuple = 0; tuple < tuples.count; tuple += 1)
      codes[tuples.codes[tuple * tuples.width + attribute]!]! += tuples.released[tuple]!;
    return up.map((numbers, level) => {
      const counts = new Float64Array(labels[level]!.length);
      for (const [code, count] of codes.entries()) counts[numbers[code]!]! += count;
      return counts;
    });
  });
}

function aggregateOf(
  aggregate: Aggregate,
  names: readonly string[],
  weights: Metric['weights'],
): (values: readonly number[]) => number {
  const raw = names.map((name) => weights?.[name] ?? 0.5);
  const largest = Math.max(0, ...raw);
  const weighed = (values: readonly number[]): number[] =>
    values.map((value, index) => (largest === 0 ? value : (value * raw[index]!) / largest));
  const count = names.length;
  switch (aggregate) {
    case 'sum':
      return (values) => weighed(values).reduce((sum, value) => sum + value, 0);
    case 'maximum':
      return (values) => Math.max(0, ...weighed(values));
    case 'arithmetic-mean':
      return (values) => weighed(values).reduce((sum, value) => sum + value / count, 0);
    case 'geometric-mean':
      return (values) => weighed(values).reduce((product, value) => product * (value + 1) ** (1 / count), 1) - 1;
  }
}

/** Ten digits after the point, downwards, as ARX rounds. */
function floorDigits(value: number): number {
  return Math.floor(value * 1e10) / 1e10;
}

function log2OrZero(share: number): number {
  return share > 0 ? Math.log2(share) : 0;
}
