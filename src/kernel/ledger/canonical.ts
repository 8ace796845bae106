import { Problem } from '#kernel/problem';
import { canonicalJson as write } from '#standards/canonical-json';

/** @throws Problem `invalid` for what JSON cannot say: NaN, infinities, half surrogate pairs, functions */
export function canonicalJson(value: unknown): string {
  try {
    return write(value);
  } catch (cause) {
    throw new Problem('invalid', 'the value cannot be written as canonical JSON', { type: typeof value }, { cause });
  }
}
