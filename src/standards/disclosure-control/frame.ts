/** A classification: its codes, each below another or below none; exactly one is the total of all. */
export interface Dimension {
  name: string;
  codes: readonly Code[];
}
export interface Code {
  code: string;
  /** Absent for the total. */
  parent?: string;
}

/** The total is the sum of its parts. */
export interface Relation {
  total: number;
  parts: readonly number[];
}

/** All cells of a table with its margins, and what sums to what. */
export interface Frame {
  dimensions: readonly Dimension[];
  size: number;
  relations: readonly Relation[];
  codesOf(cell: number): string[];
  /** Undefined for codes that are none. */
  cellOf(codes: readonly string[]): number | undefined;
  /** Sums upwards: what was put into the finest cells appears in every total above them. */
  sumUp(values: Float64Array): void;
  /** As `sumUp` for the largest contributions of a cell. */
  mergeUp(largest: (readonly number[] | undefined)[], most: number): void;
}

/** A total and its parts, one level deep. */
export function flatDimension(name: string, codes: readonly string[], total = 'total'): Dimension {
  return { name, codes: [{ code: total }, ...codes.map((code) => ({ code, parent: total }))] };
}

/** @throws RangeError for classifications that are no tree, or for more cells than `mostCells` */
export function makeFrame(dimensions: readonly Dimension[], { mostCells = 1_000_000 } = {}): Frame {
  const trees = dimensions.map(treeOf);
  const size = trees.reduce((product, { codes }) => product * codes.length, 1);
  if (!(size <= mostCells)) throw new RangeError(`a table of ${size} cells is too large`);
  const strides = trees.map((_, at) => trees.slice(at + 1).reduce((product, { codes }) => product * codes.length, 1));
  const digit = (cell: number, at: number): number => Math.floor(cell / strides[at]!) % trees[at]!.codes.length;

  const relations: Relation[] = [];
  for (const [at, { children }] of trees.entries())
    for (const [node, below] of children.entries()) {
      if (below.length === 0) continue;
      for (let cell = 0; cell < size; cell += 1)
        if (digit(cell, at) === node)
          relations.push({ total: cell, parts: below.map((child) => cell + (child - node) * strides[at]!) });
    }

  /** Each total after its parts, one classification after another. */
  function upwards(add: (total: number, part: number) => void): void {
    for (const [at, { deepestFirst, parents }] of trees.entries())
      for (const node of deepestFirst) {
        const parent = parents[node]!;
        if (parent < 0) continue;
        for (let cell = 0; cell < size; cell += 1)
          if (digit(cell, at) === node) add(cell + (parent - node) * strides[at]!, cell);
      }
  }

  return {
    dimensions,
    size,
    relations,
    codesOf: (cell) => trees.map(({ codes }, at) => codes[digit(cell, at)]!),
    cellOf(codes) {
      let cell = 0;
      for (const [at, { places }] of trees.entries()) {
        const place = places.get(codes[at] ?? '');
        if (place === undefined) return undefined;
        cell += place * strides[at]!;
      }
      return cell;
    },
    sumUp: (values) =>
      upwards((total, part) => {
        values[total] = values[total]! + values[part]!;
      }),
    mergeUp: (largest, most) =>
      upwards((total, part) => {
        const both = [...(largest[total] ?? []), ...(largest[part] ?? [])];
        largest[total] = both.sort((a, b) => b - a).slice(0, most);
      }),
  };
}

interface Tree {
  codes: string[];
  places: Map<string, number>;
  parents: number[];
  children: number[][];
  deepestFirst: number[];
}

function treeOf({ name, codes }: Dimension): Tree {
  const places = new Map(codes.map(({ code }, at) => [code, at]));
  if (places.size !== codes.length) throw new RangeError(`${name}: a code appears twice`);
  const parents = codes.map(({ parent }) => (parent === undefined ? -1 : (places.get(parent) ?? Number.NaN)));
  if (parents.some(Number.isNaN)) throw new RangeError(`${name}: a code is below one that there is none of`);
  if (parents.filter((parent) => parent < 0).length !== 1) throw new RangeError(`${name}: there is not one total`);
  const children: number[][] = codes.map(() => []);
  for (const [at, parent] of parents.entries()) if (parent >= 0) children[parent]!.push(at);
  const order = [parents.indexOf(-1)];
  for (let at = 0; at < order.length; at += 1) order.push(...children[order[at]!]!);
  if (order.length !== codes.length) throw new RangeError(`${name}: codes are below each other`);
  return { codes: codes.map(({ code }) => code), places, parents, children, deepestFirst: order.reverse() };
}
