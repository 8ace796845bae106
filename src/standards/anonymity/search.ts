import { ClassStore } from './class-store.ts';
import type { Classes, Levels } from './classes.ts';
import { isFinerOrEqual, Lattice } from './lattice.ts';
import type { Data, Measure } from './loss.ts';
import type { Judge, Verdict } from './rules.ts';

export interface Optimum {
  levels: Levels;
  score: number;
  classes: Classes;
  verdict: Verdict;
}

export interface Search {
  best?: Optimum;
  /** Nodes whose classes were made and judged. */
  checked: number;
  lattice: number;
  /** False when it was stopped before its end. */
  complete: boolean;
}

interface Options {
  measure: Measure;
  judge: Judge;
  /** Asked before each chain: a few looks. */
  goesOn: (state: { checked: number; lattice: number; best: number | undefined }) => boolean;
}

const LOOKED = 1;
/** It and all finer nodes fail. */
const DOOMED = 2;
/** It and all coarser nodes lose more than the best. */
const BEATEN = 4;
/** Of what suppression adds, as many are remembered. */
const MOST_EXTRAS = 512;

/**
 * Finds the node of least loss that keeps the models: the optimum over the whole lattice.
 *
 * A node is decided without a look when a coarser one already loses too many records, whatever is done (see `judgeOf`), or
 * when its least possible loss is no better than the best found. The next looked at is halfway up a chain of undecided nodes
 * that begins at the smallest bound and rises where the bound rises least: a failure there decides all below, a success gives
 * a loss to beat. Where failures say nothing, nodes are looked at by their bounds alone. No monotony of scores is assumed.
 */
export function findOptimum(data: Data, options: Options): Search {
  const { measure, judge, goesOn } = options;
  const lattice = new Lattice(data.ladders.map(({ height }) => height));
  const states = new Uint8Array(lattice.size);
  const { bounds, order, rank } = orderNodes(data, lattice, measure);
  const store = new ClassStore(data);
  const floors: { node: number; bound: number }[] = [];
  const extras: { levels: Levels; extra: readonly number[] }[] = [];
  const search: Search = { checked: 0, lattice: lattice.size, complete: true };

  for (const anchor of order) {
    if (!isBelowBest(bounds[anchor]!)) break;
    while (isOpen(anchor)) {
      if (!goesOn({ checked: search.checked, lattice: lattice.size, best: search.best?.score })) {
        search.complete = false;
        return search;
      }
      climb(judge.prunes ? chainFrom(anchor) : [anchor]);
    }
  }
  return search;

  function climb(chain: readonly number[]): void {
    let [low, high] = [0, chain.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const node = chain[middle]!;
      if (isOpen(node) && look(node).doomed) low = middle + 1;
      else high = middle;
    }
  }

  function chainFrom(anchor: number): number[] {
    const chain = [anchor];
    for (;;) {
      const above = lattice.coarser(chain.at(-1)!).filter((node) => states[node] === 0 && isBelowBest(bounds[node]!));
      if (above.length === 0) return chain;
      chain.push(above.reduce((least, node) => (rank[node]! < rank[least]! ? node : least)));
    }
  }

  function look(node: number): Verdict {
    const levels = lattice.levelsOf(node);
    const classes = store.at(levels);
    const verdict = judge.judge(classes, levels);
    search.checked += 1;
    states[node]! |= LOOKED;
    if (verdict.doomed) {
      lattice.spread(node, 'finer', (below) => mark(below, DOOMED));
      return verdict;
    }
    if (judge.nested && measure.extra !== undefined && extras.length < MOST_EXTRAS)
      extras.push({ levels, extra: measure.extra(classes, levels, verdict.suppression) });
    if (measure.classBound !== undefined) floors.push({ node, bound: measure.classBound(classes, levels) });
    if (verdict.passes) {
      const score = measure.score(classes, levels, verdict.suppression);
      if (isBelowBest(score)) search.best = { levels, score, classes, verdict };
    }
    spreadFloors();
    return verdict;
  }

  /** A loss that is not below the best before any suppression is so for all coarser nodes. */
  function spreadFloors(): void {
    for (let index = floors.length - 1; index >= 0; index -= 1) {
      const { node, bound } = floors[index]!;
      if (isBelowBest(bound)) continue;
      lattice.spread(node, 'coarser', (above) => mark(above, BEATEN));
      floors.splice(index, 1);
    }
  }

  function mark(node: number, bit: number): boolean {
    const isNew = (states[node]! & bit) === 0;
    states[node]! |= bit;
    return isNew;
  }

  function isOpen(node: number): boolean {
    if (states[node] !== 0) return false;
    const levels = lattice.levelsOf(node);
    const open =
      isBelowBest(bounds[node]!) &&
      extras.every(
        ({ levels: above, extra }) => !isFinerOrEqual(levels, above) || isBelowBest(measure.bound(levels, extra)),
      );
    if (!open) states[node]! |= LOOKED;
    return open;
  }

  function isBelowBest(score: number): boolean {
    return search.best === undefined || score < search.best.score;
  }
}

/** Nodes by their bounds, and where these are equal by how many classes they can have at most: many lose little. */
function orderNodes(
  { ladders }: Data,
  lattice: Lattice,
  measure: Measure,
): { bounds: Float64Array; order: Uint32Array; rank: Uint32Array } {
  const bounds = new Float64Array(lattice.size);
  const shapes = new Float64Array(lattice.size);
  for (let node = 0; node < lattice.size; node += 1) {
    const levels = lattice.levelsOf(node);
    bounds[node] = measure.bound(levels);
    shapes[node] = levels.reduce(
      (sum, level, attribute) => sum - Math.log(ladders[attribute]!.labels[level]!.length),
      0,
    );
  }
  const order = Uint32Array.from({ length: lattice.size }, (_, node) => node);
  order.sort((one, other) => bounds[one]! - bounds[other]! || shapes[one]! - shapes[other]! || one - other);
  const rank = new Uint32Array(lattice.size);
  for (const [place, node] of order.entries()) rank[node] = place;
  return { bounds, order, rank };
}
