import { dayOf, oneOf, textOf } from '#kernel/http';
import { Problem } from '#kernel/problem';

/** The members of a body, each read strictly. What is absent, null or blank is null where that is allowed. */
export class Given {
  readonly #body: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new Problem('invalid', 'the body is a JSON object');
    this.#body = body as Record<string, unknown>;
  }

  optional(name: string, most = 300): string | null {
    const value = this.#body[name];
    if (value === undefined || value === null) return null;
    const text = textOf(value, name).trim();
    if (text.length > most) throw new Problem('invalid', 'a text is too long', { name, most });
    return text === '' ? null : text;
  }

  text(name: string, most = 300): string {
    const text = this.optional(name, most);
    if (text === null) throw new Problem('invalid', 'this member is needed', { name });
    return text;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    return oneOf(this.text(name), values, name);
  }

  day(name: string): string | null {
    const text = this.optional(name);
    return text === null ? null : dayOf(text, name);
  }

  needDay(name: string): string {
    return dayOf(this.text(name), name);
  }

  number(name: string, { least = 0, most = 1e9 }: { least?: number; most?: number } = {}): number | null {
    const value = this.#body[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      throw new Problem('invalid', 'this member is a number within its limits', { name, least, most });
    return value;
  }

  /** Absent is no. */
  flag(name: string): boolean {
    const value = this.#body[name] ?? false;
    if (typeof value !== 'boolean') throw new Problem('invalid', 'this is yes or no', { name });
    return value;
  }

  whole(
    name: string,
    { least = 0, most = Number.MAX_SAFE_INTEGER }: { least?: number; most?: number } = {},
  ): number | null {
    const value = this.number(name, { least, most });
    if (value !== null && !Number.isSafeInteger(value))
      throw new Problem('invalid', 'this member is a whole number', { name });
    return value;
  }

  needNumber(name: string, limits: { least?: number; most?: number } = {}): number {
    return needed(this.number(name, limits), name);
  }

  needWhole(name: string, limits: { least?: number; most?: number } = {}): number {
    return needed(this.whole(name, limits), name);
  }

  revision(): number {
    return this.needWhole('revision');
  }

  list(name: string, most = 100): unknown[] {
    const value = this.#body[name] ?? [];
    if (!Array.isArray(value) || value.length > most)
      throw new Problem('invalid', 'this member is a list of at most so many', { name, most });
    return value;
  }
}

function needed<T>(value: T | null, name: string): T {
  if (value === null) throw new Problem('invalid', 'this member is needed', { name });
  return value;
}

/** Which rows of a list are asked for. @throws Problem `invalid` */
export function pageOf(
  { limit = '50', offset = '0' }: { limit?: string | undefined; offset?: string | undefined },
  most: number,
): { limit: number; offset: number } {
  if (!/^\d{1,4}$/.test(limit) || Number(limit) > most || !/^\d{1,7}$/.test(offset))
    throw new Problem('invalid', 'limit is out of range', { most });
  return { limit: Number(limit), offset: Number(offset) };
}
