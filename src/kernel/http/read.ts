import { Problem } from '#kernel/problem';

/** @throws Problem `invalid` when the text is none of the values */
export function oneOf<T extends string>(text: string, values: readonly T[], name: string): T {
  const found = values.find((value) => value === text);
  if (found === undefined)
    throw new Problem('invalid', 'this parameter is none of its values', { name, values: [...values] });
  return found;
}

/** A member of a body that must be a text. @throws Problem `invalid` */
export function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Problem('invalid', 'this member is a text', { name });
  return value;
}

/** A member of a body that must be a list of texts. @throws Problem `invalid` */
export function textsOf(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw new Problem('invalid', 'this member is a list of texts', { name });
  return value.map((each) => textOf(each, name));
}

/** @throws Problem `invalid` when the text is no day */
export function dayOf(text: string, name: string): string {
  // A day that does not exist comes back as another one.
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (at === undefined || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text || text < '1900')
    throw new Problem('invalid', 'this parameter is a day: year-month-day', { name });
  return text;
}

/** How many rows somebody asks for: 1 to `most`, `usual` unless said. @throws Problem `invalid` */
export function limitOf(text: string | undefined, usual: number, most: number): number {
  const limit = text === undefined ? usual : Number(text);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= most))
    throw new Problem('invalid', 'limit is out of range', { most });
  return limit;
}
