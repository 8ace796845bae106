import {
  dateHierarchy,
  flatHierarchy,
  type Hierarchy,
  intervalHierarchy,
  maskHierarchy,
  placeHierarchy,
} from '#standards/anonymity';
import { GATE_HIERARCHIES, type GateHierarchy } from '../../model.ts';
import { type EncodedColumn, textOf } from './encoded.ts';

const AGE_WIDTHS = [5, 10, 20, 40];
/** Codes of districts, their cities, their provinces, as in GB/T 2260. */
const PLACE_LENGTHS = [4, 2];
/** Categories and chapters of codes such as those of ICD-10. */
const CODE_LENGTHS = [3, 1];

/**
 * The hierarchy of a column by its name, else by its type. A cell without a value stays one at every level but the last.
 *
 * @throws RangeError for values that the hierarchy does not hold
 */
export function hierarchyOf(column: EncodedColumn): Hierarchy {
  const values = column.dictionary.filter((cell) => cell !== null).map(textOf);
  const built = BUILDERS[nameOf(column)](values);
  if (!column.dictionary.includes(null)) return built;
  const unknown = Array.from({ length: built.height }, (_, level) => (level === built.height - 1 ? '*' : ''));
  return { height: built.height, paths: new Map([...built.paths, ['', unknown]]) };
}

function nameOf({ name, hierarchy, type, dictionary }: EncodedColumn): GateHierarchy {
  if (hierarchy !== undefined) {
    const known = GATE_HIERARCHIES.find((each) => each === hierarchy);
    if (known === undefined) throw new RangeError(`the gate has no such hierarchy for the column ${name}`);
    return known;
  }
  if (type === 'integer' || type === 'decimal') return 'number';
  const isDay = (cell: unknown): boolean => cell === null || /^\d{4}-\d{2}-\d{2}$/.test(String(cell));
  return type === 'date' && dictionary.every(isDay) ? 'date' : 'flat';
}

const BUILDERS: Readonly<Record<GateHierarchy, (values: string[]) => Hierarchy>> = {
  age: (values) => intervalHierarchy(values, AGE_WIDTHS),
  number: (values) => intervalHierarchy(values, widthsFor(values.map(Number))),
  date: dateHierarchy,
  place: (values) => placeHierarchy(values, PLACE_LENGTHS),
  code: (values) => placeHierarchy(values, CODE_LENGTHS),
  mask: maskHierarchy,
  flat: flatHierarchy,
};

/** Four widths, the finest about a fiftieth of the range, each twice the one before. */
function widthsFor(values: readonly number[]): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const finest = Math.max(1, 10 ** Math.round(Math.log10(Math.max(1, (high - low) / 50))));
  return [1, 2, 4, 8].map((factor) => factor * finest);
}
