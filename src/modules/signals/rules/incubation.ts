import { discreteSerialInterval } from '#standards/epidemic-dynamics';
import type { CaseDefinition } from '../model.ts';

/**
 * The share of the infected who fall ill after so many days, where only the usual range is known.
 *
 * An assumption, and told as one: a gamma distribution about the middle of the range, whose ends lie two standard deviations away.
 *
 * @returns undefined where the range is too short (a mean of a day at most) or longer than `mostDays`
 */
export function incubationOf(
  { incubationDays: [from, to] }: Pick<CaseDefinition, 'incubationDays'>,
  mostDays: number,
): { mean: number; sd: number; pmf: Float64Array } | undefined {
  const [mean, sd] = [(from + to) / 2, (to - from) / 4];
  if (!(mean > 1) || to > mostDays) return undefined;
  return { mean, sd, pmf: discreteSerialInterval({ mean, sd }, Math.min(mostDays, to + Math.ceil(2 * sd) + 1)) };
}
