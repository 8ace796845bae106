import type { Classes } from './classes.ts';
import type { Data } from './loss.ts';
import type { Column } from './model.ts';

/** A sensitive column as the rules see it. */
export interface Secret {
  column: Column;
  /** Its place among the sensitive columns. */
  which: number;
  /** How many released records have each value. */
  totals: Float64Array;
  records: number;
  valuesOf(classes: Classes, index: number): Values;
}

/** The values of one class, among those of all. */
export interface Values {
  codes: Uint32Array;
  counts: Uint32Array;
  from: number;
  until: number;
  /** Records of the class. */
  size: number;
}

/** @throws RangeError when there is no such sensitive column */
export function secretOf(attribute: string, sensitive: readonly Column[], { tuples, whole = tuples }: Data): Secret {
  const which = sensitive.findIndex(({ name }) => name === attribute);
  const [column, pairs] = [sensitive[which], whole.secrets[which]];
  if (column === undefined || pairs === undefined) throw new RangeError(`"${attribute}" is not a sensitive column`);
  const totals = new Float64Array(column.dictionary.length);
  for (const [pair, code] of pairs.codes.entries()) totals[code]! += pairs.counts[pair]!;
  return {
    column,
    which,
    totals,
    records: whole.releasedTotal,
    valuesOf: ({ secrets, released }, index) => {
      const { offsets, codes, counts } = secrets[which]!;
      return { codes, counts, from: offsets[index]!, until: offsets[index + 1]!, size: released[index]! };
    },
  };
}
