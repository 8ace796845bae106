export interface InControlOptions {
  frequency: number;
  start: number;
  harmonics?: number;
  trend?: boolean;
  alpha?: number | undefined;
}
export function estimateInControl(
  _c: Float64Array,
  _p: readonly number[],
  _o: InControlOptions,
): { expected: Float64Array; alpha: number } {
  throw new RangeError('later');
}
