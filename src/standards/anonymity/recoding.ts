import { classesOf, Joiner, type Levels } from './classes.ts';
import { SUPPRESSED } from './hierarchy.ts';
import type { Data } from './loss.ts';
import type { Column, Subset, Table, Utility } from './model.ts';
import type { Optimum } from './search.ts';
import type { Pairs, Tuples } from './tuples.ts';

/** How each tuple is shown: by the levels of its round, or not at all. */
export interface Recoding {
  rounds: readonly Round[];
  /** By tuple: the round from 1 on, 0 where it is suppressed. */
  roundOf: Uint8Array;
}

interface Round {
  levels: Levels;
  /** Sizes of the classes that it shows. */
  released: Uint32Array;
  population?: Uint32Array;
  records: number;
}

/** The table as it came. */
export function untouched({ tuples, ladders }: Data): Recoding {
  const { released, population, releasedTotal: records } = tuples;
  const round = {
    levels: ladders.map(() => 0),
    released,
    ...(population === undefined ? {} : { population }),
    records,
  };
  return { rounds: [round], roundOf: new Uint8Array(tuples.count).fill(1) };
}

/** Tuples that are not shown yet, and which of all they are. */
export interface Left {
  tuples: Tuples;
  origin: Uint32Array;
}

/** The optimum over the tuples left, added to what is recoded already. */
export function recodedBy(optimum: Optimum, left: Left & { ladders: Data['ladders'] }, before: Recoding): Recoding {
  const { levels, classes, verdict } = optimum;
  const { flags, records: suppressed } = verdict.suppression;
  const { ids } = new Joiner(left.tuples, left.ladders).number(classesOf(left.tuples), levels);
  const number = before.rounds.length + 1;
  const roundOf = before.roundOf.slice();
  for (const [tuple, origin] of left.origin.entries()) if (flags[ids[tuple]!] === 0) roundOf[origin] = number;
  const shown = [...flags.keys()].filter((index) => flags[index] === 0 && classes.released[index]! > 0);
  const sizes = (all: Uint32Array): Uint32Array => Uint32Array.from(shown, (index) => all[index]!);
  const round = {
    levels,
    released: sizes(classes.released),
    ...(classes.population === undefined ? {} : { population: sizes(classes.population) }),
    records: left.tuples.releasedTotal - suppressed,
  };
  return { rounds: [...before.rounds, round], roundOf };
}

/** What no round shows, of a table that is released as a whole. */
export function leftBy({ roundOf }: Recoding, tuples: Tuples): Left {
  const origin = Uint32Array.from([...roundOf.keys()].filter((tuple) => roundOf[tuple] === 0));
  const { width } = tuples;
  const codes = tuples.codes.slice(0, origin.length * width);
  for (const [tuple, from] of origin.entries())
    codes.set(tuples.codes.subarray(from * width, (from + 1) * width), tuple * width);
  const released = Uint32Array.from(origin, (tuple) => tuples.released[tuple]!);
  const releasedTotal = released.reduce((sum, count) => sum + count, 0);
  const secrets = tuples.secrets.map((pairs) => pairsOf(pairs, origin));
  return { tuples: { count: origin.length, width, codes, released, releasedTotal, secrets }, origin };
}

function pairsOf({ offsets, codes, counts }: Pairs, origin: Uint32Array): Pairs {
  const ends = new Uint32Array(origin.length + 1);
  for (const [tuple, from] of origin.entries()) ends[tuple + 1] = ends[tuple]! + offsets[from + 1]! - offsets[from]!;
  const left = { offsets: ends, codes: new Uint32Array(ends.at(-1)!), counts: new Uint32Array(ends.at(-1)!) };
  for (const [tuple, from] of origin.entries()) {
    left.codes.set(codes.subarray(offsets[from], offsets[from + 1]), ends[tuple]!);
    left.counts.set(counts.subarray(offsets[from], offsets[from + 1]), ends[tuple]!);
  }
  return left;
}

/** The table as it may be seen. Of a subset, only its rows. */
export function recodedTable(
  table: Table,
  {
    data,
    recoding,
    tupleOf,
    subset,
  }: { data: Data; recoding: Recoding; tupleOf: Uint32Array; subset: Subset | undefined },
): Table {
  const rowCount = subset?.length ?? table.rowCount;
  const rowOf = subset === undefined ? (index: number): number => index : (index: number): number => subset[index]!;
  let attribute = -1;
  const columns = table.columns.map((column): Column => {
    if (column.role === 'quasi') attribute += 1;
    const codeOf = column.role === 'quasi' ? relabelled(data, recoding, attribute) : undefined;
    const codes = new Uint32Array(rowCount);
    for (let index = 0; index < rowCount; index += 1) {
      const row = rowOf(index);
      codes[index] = codeOf === undefined ? column.codes[row]! : codeOf.codes[tupleOf[row]!]!;
    }
    return { ...column, codes, dictionary: codeOf?.dictionary ?? column.dictionary };
  });
  return { columns, rowCount };
}

/** The value shown of an attribute, by tuple. */
function relabelled(
  { tuples, ladders }: Data,
  { rounds, roundOf }: Recoding,
  attribute: number,
): { codes: Uint32Array; dictionary: string[] } {
  const { up, labels } = ladders[attribute]!;
  const numbers = new Map<string, number>();
  const codes = new Uint32Array(tuples.count);
  for (const [tuple, round] of roundOf.entries()) {
    const level = rounds[round - 1]?.levels[attribute];
    const code = tuples.codes[tuple * tuples.width + attribute]!;
    const label = level === undefined ? SUPPRESSED : labels[level]![up[level]![code]!]!;
    const number = numbers.get(label) ?? numbers.size;
    numbers.set(label, number);
    codes[tuple] = number;
  }
  return { codes, dictionary: [...numbers.keys()] };
}

/** What the recoding has lost of each attribute, and of how finely records can be told apart. */
export function utilityOf(data: Data, recoding: Recoding): Utility {
  const { tuples, ladders } = data;
  const shown = recoding.rounds.flatMap(({ released }) => [...released]).filter((size) => size > 0);
  const hidden = tuples.releasedTotal - shown.reduce((sum, size) => sum + size, 0);
  const attributes = ladders.map(({ name }, attribute) => ({ name, ...lossOf(data, recoding, attribute) }));
  return {
    attributes,
    loss: attributes.reduce((sum, { loss }) => sum + loss / attributes.length, 0),
    averageClassSize: tuples.releasedTotal / (shown.length + (hidden > 0 ? 1 : 0)),
    discernibility: shown.reduce((sum, size) => sum + size * size, hidden * tuples.releasedTotal),
  };
}

function lossOf(data: Data, recoding: Recoding, attribute: number): { loss: number; entropy: number } {
  const { tuples, ladders } = data;
  const { leaves, up, size } = ladders[attribute]!;
  const { codes: labels, dictionary } = relabelled(data, recoding, attribute);
  const [ofValue, ofLabel] = [new Float64Array(up[0]!.length), new Float64Array(dictionary.length)];
  const ofBoth = new Map<number, number>();
  let covered = 0;
  for (const [tuple, round] of recoding.roundOf.entries()) {
    const [code, count] = [tuples.codes[tuple * tuples.width + attribute]!, tuples.released[tuple]!];
    const both = code * dictionary.length + labels[tuple]!;
    ofValue[code]! += count;
    ofLabel[labels[tuple]!]! += count;
    ofBoth.set(both, (ofBoth.get(both) ?? 0) + count);
    const level = recoding.rounds[round - 1]?.levels[attribute];
    covered += count * (level === undefined ? size : leaves[level]![up[level]![code]!]!);
  }
  const before = nats([tuples.releasedTotal]) - nats(ofValue);
  const left = nats(ofLabel) - nats(ofBoth.values());
  return {
    loss: size === 1 || tuples.releasedTotal === 0 ? 0 : (covered / tuples.releasedTotal - 1) / (size - 1),
    entropy: before === 0 ? 0 : left / before,
  };
}

/** The sum of n ln n: differences of it are entropies. */
function nats(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) if (count > 0) sum += count * Math.log(count);
  return sum;
}
