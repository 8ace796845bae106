import type { Layer } from './attack.ts';
import type { Protection } from './primary.ts';

/** Counts of one population told twice. */
export interface Earlier {
  /** By cell; cells that were not told count as hidden. */
  values: Float64Array;
  hidden: ReadonlySet<number>;
}

/**
 * What the later of two releases tells beyond the earlier: how many came and went in each cell. A change by few persons is a small cell like any other, so that
 * the difference is a layer which the pattern must hide as well. Somebody who knows that nobody leaves is assumed where nobody did.
 */
export function differenceLayer(
  { values, whole }: Layer,
  earlier: Earlier,
  needOf: (change: number) => Protection | undefined,
): Layer {
  const change = values.map((value, cell) => value - earlier.values[cell]!);
  const onlyGrew = change.every((value) => value >= 0);
  const needs = new Map<number, Protection>();
  for (const [cell, value] of change.entries()) {
    const need = value === 0 ? undefined : needOf(Math.abs(value));
    if (need === undefined) continue;
    // Of a fall, up and down change places.
    needs.set(cell, value > 0 ? need : { ...need, lower: need.upper, upper: need.lower });
  }
  return {
    values: change,
    low: onlyGrew
      ? new Float64Array(change.length)
      : change.map((value, cell) => Math.min(value, -earlier.values[cell]!)),
    high: new Float64Array(change.length).fill(Number.POSITIVE_INFINITY),
    whole,
    needs,
    hiddenAnyhow: earlier.hidden,
  };
}
