import { type ClassRule, classRulesOf, minimalSizeOf } from './class-rules.ts';
import type { Classes, Levels } from './classes.ts';
import { SUPPRESSED } from './hierarchy.ts';
import type { Data, Measure } from './loss.ts';
import type { Column, PrivacyModel } from './model.ts';
import { type SampleRule, sampleRuleOf } from './sample-rules.ts';

/** Which classes are not shown. */
export interface Suppression {
  /** 1 where a class is suppressed. */
  flags: Uint8Array;
  list: number[];
  records: number;
}

export interface Verdict {
  passes: boolean;
  /** No finer levels can pass either. */
  doomed: boolean;
  /** Whole where it passes or where `nested` needs it; else as far as was looked. */
  suppression: Suppression;
}

export interface Judge {
  judge(classes: Classes, levels: Levels): Verdict;
  /** Whether a node that fails says anything of finer ones. */
  prunes: boolean;
  /** What a node suppresses is suppressed at all finer ones. */
  nested: boolean;
}

interface Parts {
  data: Data;
  measure: Measure;
  sensitive: readonly Column[];
  /** The most records that may be suppressed. */
  limit: number;
}

/**
 * Compiles the models.
 *
 * Records that a monotone rule suppresses at some levels it suppresses at all finer ones, so that too many of them doom these as
 * well. With no suppression at all, one broken class does so for rules that are closed. Other rules doom nothing; nor do any
 * beside a rule of the sample, for which blank classes count as suppressed for the risk and as shown for the limit.
 */
export function judgeOf(models: readonly PrivacyModel[], parts: Parts): Judge {
  const { data, sensitive, limit } = parts;
  const rules = models.flatMap((model) => classRulesOf(model, data, sensitive));
  const minimalSize = Math.max(0, ...models.map((model) => minimalSizeOf(model, data)));
  const sampleRules = models.flatMap((model) => sampleRuleOf(model) ?? []);
  const dooms = ({ monotone, closed }: ClassRule): boolean =>
    sampleRules.length === 0 && (monotone || (closed && limit === 0));
  const dooming = rules.filter(dooms);
  const others = rules.filter((rule) => !dooms(rule));
  const judgeSample = sampleJudge(sampleRules, parts);
  return {
    prunes: sampleRules.length === 0 && (minimalSize > 1 || dooming.length > 0),
    nested: sampleRules.length === 0 && rules.every(({ monotone }) => monotone),
    judge: (classes, levels) => {
      const suppression: Suppression = { flags: new Uint8Array(classes.count), list: [], records: 0 };
      const first = suppress(dooming, { classes, levels, suppression, minimalSize, most: Number.POSITIVE_INFINITY });
      if (sampleRules.length === 0 && (!first || suppression.records > limit))
        return { passes: false, doomed: true, suppression };
      const most = sampleRules.length === 0 ? limit : Number.POSITIVE_INFINITY;
      const second = others.length === 0 || suppress(others, { classes, levels, suppression, minimalSize, most });
      if (!(first && second)) return { passes: false, doomed: false, suppression };
      const all = sampleRules.length === 0 ? suppression : judgeSample(suppression, classes, levels);
      return { passes: all.records <= limit, doomed: false, suppression: all };
    },
  };
}

/** Suppresses what breaks a rule. @returns false when that is too much, or when what breaks it cannot be suppressed */
function suppress(
  rules: readonly ClassRule[],
  {
    classes,
    levels,
    suppression,
    minimalSize,
    most,
  }: { classes: Classes; levels: Levels; suppression: Suppression; minimalSize: number; most: number },
): boolean {
  const { flags, list } = suppression;
  const ofAll = rules.filter((rule) => rule.ofAll === true);
  for (let index = 0; index < classes.count; index += 1) {
    if (flags[index] === 1) continue;
    const size = classes.released[index]!;
    if (size === 0) {
      if (!ofAll.every((rule) => rule.keeps(classes, index, levels))) return false;
      continue;
    }
    if (size >= minimalSize && rules.every((rule) => rule.keeps(classes, index, levels))) continue;
    flags[index] = 1;
    list.push(index);
    suppression.records += size;
    if (suppression.records > most) return false;
  }
  return true;
}

/** The smallest classes are suppressed until each rule holds. Of one size those that lose least, then those of the first rows. */
function sampleJudge(
  rules: readonly SampleRule[],
  { data, measure, limit }: Parts,
): (before: Suppression, classes: Classes, levels: Levels) => Suppression {
  const isBlank = (classes: Classes, index: number, levels: Levels): boolean =>
    data.ladders.every(({ labels, up }, attribute) => {
      const code = data.tuples.codes[classes.first[index]! * data.tuples.width + attribute]!;
      const level = levels[attribute]!;
      return labels[level]![up[level]![code]!] === SUPPRESSED;
    });
  return ({ flags, list }, classes, levels) => {
    const someBlank = levels.every((level, attribute) => data.ladders[attribute]!.labels[level]!.includes(SUPPRESSED));
    const shown: number[] = [];
    let records = 0;
    for (let index = 0; index < classes.count; index += 1) {
      const size = classes.released[index]!;
      if (size === 0 || (someBlank && isBlank(classes, index, levels))) continue;
      if (flags[index] === 1) records += size;
      else shown.push(index);
    }
    const order = orderOf(shown, { classes, levels, measure });
    const sorted = Uint32Array.from(order, (index) => classes.released[index]!);
    let until = 0;
    for (const rule of rules) until = leastSuppressed(rule, sorted, { from: until, most: limit - records });
    for (const index of order.slice(0, until)) {
      flags[index] = 1;
      list.push(index);
      records += classes.released[index]!;
    }
    return { flags, list, records };
  };
}

function orderOf(
  shown: readonly number[],
  { classes, levels, measure }: { classes: Classes; levels: Levels; measure: Measure },
): number[] {
  const { ofClass } = measure;
  const sizeAt = (place: number): number => classes.released[shown[place]!]!;
  if (ofClass === undefined) {
    const keys = Float64Array.from(shown, (_, place) => sizeAt(place) * shown.length + place).sort();
    return Array.from(keys, (key) => shown[key % shown.length]!);
  }
  const losses = shown.map((index) => ofClass(classes, index, levels));
  return [...shown.keys()]
    .sort((one, other) => sizeAt(one) - sizeAt(other) || losses[one]! - losses[other]! || one - other)
    .map((place) => shown[place]!);
}

/**
 * How many of the smallest classes must go at the least for a rule to hold: by bisection, since it holds when all are gone.
 *
 * @param most records that may go; where that is not enough, all do
 */
function leastSuppressed(
  rule: SampleRule,
  sorted: Uint32Array,
  { from, most }: { from: number; most: number },
): number {
  const upTo = new Float64Array(sorted.length + 1);
  for (const [index, size] of sorted.entries()) upTo[index + 1] = upTo[index]! + size;
  const holds = (count: number): boolean => rule({ sorted, from: count, records: upTo[sorted.length]! - upTo[count]! });
  if (holds(from)) return from;
  let high = from;
  while (high < sorted.length && upTo[high + 1]! <= most) high += 1;
  if (!holds(high)) return sorted.length;
  let low = from;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
