import type { FeelFunction } from '../values.ts';
import { CONTEXTS } from './contexts.ts';
import { CONVERSIONS } from './conversions.ts';
import { LISTS } from './lists.ts';
import { NUMBERS } from './numbers.ts';
import { RANGES } from './ranges.ts';
import { TEXTS } from './texts.ts';
import { TIMES } from './times.ts';

/** All of DMN 1.5, section 10.3.4, by name. */
export const BUILT_INS: ReadonlyMap<string, FeelFunction> = new Map([
  ...CONVERSIONS,
  ...TEXTS,
  ...NUMBERS,
  ...LISTS,
  ...CONTEXTS,
  ...TIMES,
  ...RANGES,
]);
