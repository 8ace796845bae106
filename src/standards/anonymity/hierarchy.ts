import type { Column, Hierarchy } from './model.ts';

/** What stands where nothing may be seen. */
export const SUPPRESSED = '*';

/** A hierarchy fitted to the dictionary of a column, level by level. */
export interface Ladder {
  name: string;
  /** The number of levels, that of the values among them. */
  height: number;
  /** `up[level][code]`: the number there of a value of the dictionary. */
  up: readonly Uint32Array[];
  /** `labels[level][number]`. */
  labels: readonly (readonly string[])[];
  /** `leaves[level][number]`: how many values of the whole hierarchy it stands for. */
  leaves: readonly Uint32Array[];
  /** How many values the whole hierarchy has. */
  size: number;
}

/**
 * Reads a hierarchy as ARX writes it: a line for each value, which is followed by its generalisations.
 *
 * @throws RangeError when lines differ in length or a generalisation has two parents
 */
export function parseHierarchy(text: string, separator = ';'): Hierarchy {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  return makeHierarchy(lines.map((line) => line.split(separator)));
}

/** @param paths each value with its generalisations, finest first */
export function makeHierarchy(paths: Iterable<readonly string[]>): Hierarchy {
  const byValue = new Map([...paths].map((path) => [path[0] ?? '', path]));
  const height = byValue.values().next().value?.length ?? 1;
  const hierarchy = { paths: byValue, height };
  checkTree(hierarchy);
  return hierarchy;
}

/** Without a hierarchy of its own, a value is shown or it is not. */
export function flatHierarchy(values: Iterable<string>): Hierarchy {
  return makeHierarchy([...values].map((value) => [value, SUPPRESSED]));
}

/**
 * Whole numbers in intervals from 0 on; each width is a multiple of the one before.
 *
 * @param widths for example 5, 10, 20: 34 is then 30-34, 30-39, 20-39, *
 */
export function intervalHierarchy(values: Iterable<string>, widths: readonly number[]): Hierarchy {
  if (!widths.every((width, index) => width > 0 && width % (widths[index - 1] ?? width) === 0))
    throw new RangeError('each width must be a multiple of the width before it');
  return makeHierarchy(
    [...values].map((value) => {
      const number = Number(value);
      if (value.trim() === '' || !Number.isFinite(number)) throw new RangeError('an interval holds numbers only');
      return [value, ...widths.map((width) => interval(number, width)), SUPPRESSED];
    }),
  );
}

function interval(number: number, width: number): string {
  const from = Math.floor(number / width) * width;
  return `${from}-${from + width - 1}`;
}

/** Dates written YYYY-MM-DD: month, year, ten years. */
export function dateHierarchy(values: Iterable<string>): Hierarchy {
  return makeHierarchy(
    [...values].map((value) => {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) throw new RangeError('a date is written YYYY-MM-DD');
      return [value, value.slice(0, 7), value.slice(0, 4), `${value.slice(0, 3)}0s`, SUPPRESSED];
    }),
  );
}

/** Masks one character more at each level, from the right: 51000, 5100*, 510**, 51***, 5****, *. */
export function maskHierarchy(values: Iterable<string>): Hierarchy {
  const texts = [...values];
  const length = Math.max(1, ...texts.map((text) => text.length));
  return makeHierarchy(
    texts.map((text) => {
      const padded = text.padEnd(length);
      const masks = Array.from({ length: length - 1 }, (_, index) =>
        padded.slice(0, length - index - 1).padEnd(length, SUPPRESSED),
      );
      return [text, ...masks, SUPPRESSED];
    }),
  );
}

/** Codes whose beginnings are the places around: 440305 with lengths 4 and 2 is 4403, 44, *. */
export function placeHierarchy(values: Iterable<string>, lengths: readonly number[]): Hierarchy {
  if (!lengths.every((length, index) => length > 0 && length < (lengths[index - 1] ?? Number.POSITIVE_INFINITY)))
    throw new RangeError('each length must be smaller than the one before it');
  return makeHierarchy(
    [...values].map((value) => [value, ...lengths.map((length) => value.slice(0, length)), SUPPRESSED]),
  );
}

/** @throws RangeError when a value of the column is not in the hierarchy */
export function ladderOf(column: Column): Ladder {
  const { paths, height } = column.hierarchy ?? flatHierarchy(column.dictionary);
  const numbers = Array.from({ length: height }, () => new Map<string, number>());
  const up = numbers.map(() => new Uint32Array(column.dictionary.length));
  for (const [code, value] of column.dictionary.entries()) {
    const path = paths.get(value);
    if (path === undefined) throw new RangeError(`a value of "${column.name}" is not in its hierarchy`);
    for (const [level, label] of path.entries()) up[level]![code] = numberOf(numbers[level]!, label);
  }
  const leaves = numbers.map((known) => new Uint32Array(known.size));
  for (const path of paths.values())
    for (const [level, label] of path.entries()) {
      const number = numbers[level]!.get(label);
      if (number !== undefined) leaves[level]![number]! += 1;
    }
  const labels = numbers.map((known) => [...known.keys()]);
  return { name: column.name, height, up, labels, leaves, size: paths.size };
}

function numberOf(numbers: Map<string, number>, label: string): number {
  const known = numbers.get(label);
  if (known !== undefined) return known;
  numbers.set(label, numbers.size);
  return numbers.size - 1;
}

function checkTree({ paths, height }: Hierarchy): void {
  const parents = Array.from({ length: height }, () => new Map<string, string>());
  for (const path of paths.values()) {
    if (path.length !== height) throw new RangeError('all lines of a hierarchy must have the same number of levels');
    for (let level = 1; level < height; level += 1) {
      const known = parents[level]!;
      const [child, parent] = [path[level - 1]!, path[level]!];
      if ((known.get(child) ?? parent) !== parent) throw new RangeError(`"${child}" is under two generalisations`);
      known.set(child, parent);
    }
  }
}
