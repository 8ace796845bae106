import { type Delimiters, escapeText, STANDARD_DELIMITERS } from './escape.ts';

/**
 * A field to write: text (escaped here), a list of components, each a text or a list of subcomponents, or several
 * repetitions made by `repeat`. Undefined is an empty place.
 */
export type FieldInput = Part | readonly ComponentInput[] | Repeated;
type Part = string | number | undefined;
type ComponentInput = Part | readonly Part[];
interface Repeated {
  repetitions: readonly (Part | readonly ComponentInput[])[];
}

export function repeat(...repetitions: (Part | readonly ComponentInput[])[]): Repeated {
  return { repetitions };
}

/** One line of a message, without its end; `fields[0]` is SEG-1. For MSH give the fields from MSH-3 on. */
export function buildSegment(
  name: string,
  fields: readonly FieldInput[],
  delimiters: Delimiters = STANDARD_DELIMITERS,
): string {
  const { field, component, repetition, escape: mark, subcomponent } = delimiters;
  const part = (input: Part): string => (input === undefined ? '' : escapeText(String(input), delimiters));
  const joined = (parts: readonly string[], separator: string): string => {
    let last = parts.length;
    while (last > 0 && parts[last - 1] === '') last--;
    return parts.slice(0, last).join(separator);
  };
  const single = (input: Part | readonly ComponentInput[]): string =>
    isList(input)
      ? joined(
          input.map((each) => (isList(each) ? joined(each.map(part), subcomponent) : part(each))),
          component,
        )
      : part(input);
  const texts = fields.map((input) =>
    isRepeated(input) ? input.repetitions.map(single).join(repetition) : single(input),
  );
  const encoding = name === 'MSH' ? [component + repetition + mark + subcomponent] : [];
  return joined([name, ...encoding, ...texts], field);
}

/** Segments as one message: each ended by CR. */
export function buildMessage(segments: readonly string[]): string {
  return segments.map((segment) => `${segment}\r`).join('');
}

function isList<T>(input: Part | readonly T[]): input is readonly T[] {
  return Array.isArray(input);
}

function isRepeated(input: FieldInput): input is Repeated {
  return typeof input === 'object' && 'repetitions' in input;
}
