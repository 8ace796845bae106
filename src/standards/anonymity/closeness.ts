import type { Column, Hierarchy, PrivacyModel } from './model.ts';
import type { Secret, Values } from './secret.ts';

type Closeness = Extract<PrivacyModel, { model: 't-closeness' }>;

/** The earth mover's distance between a class and the table: Li, Li and Venkatasubramanian, ICDE 2007. */
export function closenessRule(model: Closeness, secret: Secret): (values: Values) => boolean {
  switch (model.distance) {
    case 'equal':
      return equalRule(model.t, secret);
    case 'ordered':
      return orderedRule(model.t, secret);
    case 'hierarchical':
      return hierarchicalRule(model, secret);
  }
}

/** Half the sum of differences; values that the class lacks are settled with the 1. */
function equalRule(t: number, { totals, records }: Secret): (values: Values) => boolean {
  return ({ codes, counts, from, until, size }) => {
    let sum = 1;
    for (let pair = from; pair < until; pair += 1) {
      const share = totals[codes[pair]!]! / records;
      sum += Math.abs(share - counts[pair]! / size) - share;
    }
    return sum / 2 <= t;
  };
}

/** Values in the order of their text, or as numbers where all are. */
function orderedRule(t: number, { column, totals, records }: Secret): (values: Values) => boolean {
  const { dictionary } = column;
  const areNumbers = dictionary.every((value) => Number.isFinite(Number(value)));
  const isLess = areNumbers
    ? (one: string, other: string): boolean => Number(one) < Number(other)
    : (one: string, other: string): boolean => one < other;
  const order = [...dictionary.keys()].sort((one, other) => (isLess(dictionary[one]!, dictionary[other]!) ? -1 : 1));
  const here = new Float64Array(dictionary.length);
  return (values) => {
    fill(here, values);
    let [moved, distance] = [0, 0];
    for (const code of order) {
      moved += here[code]! / values.size - totals[code]! / records;
      distance += Math.abs(moved);
    }
    return distance <= t * (order.length - 1);
  };
}

/** What cannot be settled below is moved at each inner node, at a cost of its level over the height. In whole numbers. */
function hierarchicalRule(
  { t, hierarchy }: { t: number; hierarchy: Hierarchy },
  { column, totals, records }: Secret,
): (values: Values) => boolean {
  const tree = treeOf(column, hierarchy);
  const extra = new Float64Array(column.dictionary.length);
  const [surplus, lack] = [new Float64Array(extra.length), new Float64Array(extra.length)];
  return (values) => {
    fill(extra, values);
    for (let code = 0; code < extra.length; code += 1)
      extra[code] = totals[code]! * values.size - extra[code]! * records;
    let cost = 0;
    let nodes = extra.length;
    for (let level = 0; level < tree.length; level += 1) {
      const { parents, count } = tree[level]!;
      surplus.fill(0, 0, count);
      lack.fill(0, 0, count);
      for (let node = 0; node < nodes; node += 1) {
        const amount = extra[node]!;
        if (amount > 0) surplus[parents[node]!]! += amount;
        else lack[parents[node]!]! -= amount;
      }
      let settled = 0;
      for (let node = 0; node < count; node += 1) {
        settled += Math.min(surplus[node]!, lack[node]!);
        extra[node] = surplus[node]! - lack[node]!;
      }
      cost += ((level + 1) / tree.length) * settled;
      nodes = count;
    }
    return cost / (records * values.size) <= t;
  };
}

/** For each level from 1 on, the parent of each node of the level below, and how many nodes the level has. */
function treeOf({ dictionary, name }: Column, { paths, height }: Hierarchy): { parents: Uint32Array; count: number }[] {
  let below = dictionary.map((value) => {
    const path = paths.get(value);
    if (path === undefined) throw new RangeError(`a value of "${name}" is not in its hierarchy`);
    return path;
  });
  const tree: { parents: Uint32Array; count: number }[] = [];
  for (let level = 1; level < height; level += 1) {
    const nodes = new Map<string, { number: number; path: readonly string[] }>();
    const parents = Uint32Array.from(below, (path) => {
      const node = nodes.get(path[level]!) ?? { number: nodes.size, path };
      nodes.set(path[level]!, node);
      return node.number;
    });
    tree.push({ parents, count: nodes.size });
    below = Array.from(nodes.values(), ({ path }) => path);
  }
  return tree;
}

function fill(here: Float64Array, { codes, counts, from, until }: Values): void {
  here.fill(0);
  for (let pair = from; pair < until; pair += 1) here[codes[pair]!] = counts[pair]!;
}
