import type { Input } from './input.ts';

/** Whatever describes the data and changes no result. */
const REMARKS = [
  ...['notes', 'note', 'name', 'label', 'labels', 'unit', 'units', 'source', 'dates', 'description', 'verbose', 'plot'],
];

/** Refuses a member that is not known: it could have changed the answer. Null says nothing, and remarks change nothing. */
export function only(input: Input, names: readonly string[]): void {
  for (const name of input.names())
    if (input.has(name) && !names.includes(name) && !REMARKS.includes(name))
      throw input.field(name).wrong('the method has no such option', { options: names });
}

/** The first of these members that is given: R's name of an option, or ours. */
export function either(input: Input, ...names: [string, ...string[]]): Input {
  return input.field(names.find((name) => input.has(name)) ?? names[0]);
}
