import { Problem } from '#kernel/problem';

/** @throws Problem `invalid` when the text is none of the values */
export function oneOf<T extends string>(text: string, values: readonly T[], name: string): T {
  const found = values.find((value) => value === text);
  if (found === undefined)
    throw new Problem('invalid', 'this parameter is none of its values', { name, values: [...values] });
  return found;
}
