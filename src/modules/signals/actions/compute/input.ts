import { Problem } from '#kernel/problem';

export interface Range {
  least?: number;
  most?: number;
  /** It must be above this, not equal to it. */
  above?: number;
  below?: number;
}

/** Of the length of a list. */
interface Bounds {
  least?: number;
  most?: number;
}

const MOST_ITEMS = 2_000_000;
/** Some ten seconds. */
const MOST_STEPS = 2e9;

/** Members that tell where data are from and what their columns are called. */
const TELLING = /^(sameRowsAs|notes?|generator|source|dataset|dataFrom)$|Names$/;

/**
 * A JSON value that a method is given, read piece by piece.
 *
 * Infinities are the strings "Inf" and "-Inf", as JSON has none. What is wrong is a Problem `invalid` whose facts say where (a JSON pointer) and what is expected.
 */
export class Input {
  readonly value: unknown;
  /** A JSON pointer, e.g. `/control/alpha`; empty for the whole. */
  readonly path: string;

  constructor(value: unknown, path = '') {
    this.value = value;
    this.path = path;
  }

  /** Absent or null. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  has(name: string): boolean {
    return !this.field(name).isAbsent;
  }

  /** The member of that name, which may be absent. */
  field(name: string): Input {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      throw this.wrong('an object is expected');
    const found = Object.hasOwn(this.value, name) ? (this.value as Record<string, unknown>)[name] : undefined;
    return new Input(found, `${this.path}/${name}`);
  }

  /** The names of an object's members, in their order. */
  names(): string[] {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      throw this.wrong('an object is expected');
    return Object.keys(this.value);
  }

  /** Refuses any other member, unless it only tells of the data: an option that is not known must not be passed over in silence. */
  only(names: readonly string[]): this {
    const other = this.names().find((name) => !names.includes(name) && !TELLING.test(name));
    if (other !== undefined) throw this.field(other).wrong('this member is not known here', { known: names });
    return this;
  }

  number(range: Range = {}): number {
    const value = this.value === 'Inf' ? Infinity : this.value === '-Inf' ? -Infinity : this.value;
    if (typeof value !== 'number' || Number.isNaN(value)) throw this.wrong('a number is expected', { ...range });
    if (!isInside(value, range)) throw this.wrong('a number out of its range', { ...range });
    return value;
  }

  whole(range: Range = {}): number {
    const value = this.number(range);
    if (!Number.isSafeInteger(value)) throw this.wrong('a whole number is expected', { ...range });
    return value;
  }

  /** true and false, or 1 and 0. */
  flag(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    if (this.value === 0 || this.value === 1) return this.value === 1;
    throw this.wrong('true or false is expected');
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('a text is expected');
    return this.value;
  }

  choice<T extends string>(options: readonly T[]): T {
    const found = options.find((option) => option === this.value);
    if (found === undefined) throw this.wrong('none of the choices', { choices: options });
    return found;
  }

  items(bounds: Bounds = {}): Input[] {
    return this.#list(bounds).map((item, at) => new Input(item, `${this.path}/${at}`));
  }

  /** A list of numbers of which `read` is asked only for what is no number in the range: a long column is read without an object for each. */
  column(read: (item: Input, at: number) => number, range: Range = {}, bounds: Bounds = {}): number[] {
    return this.#list(bounds).map((value, at) =>
      typeof value === 'number' && isInside(value, range) ? value : read(new Input(value, `${this.path}/${at}`), at),
    );
  }

  #list({ least = 0, most = MOST_ITEMS }: Bounds): unknown[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list is expected');
    if (this.value.length < least || this.value.length > most)
      throw this.wrong('a list of another length is expected', { least, most, length: this.value.length });
    return this.value;
  }

  numbers(range: Range & { length?: number } = {}): number[] {
    const { length, ...each } = range;
    const bounds = length === undefined ? {} : { least: length, most: length };
    return this.column((item) => item.number(each), each, bounds);
  }

  /** Null is NaN. */
  numbersOrNaN(range: Range = {}): number[] {
    return this.column((item) => (item.isAbsent ? Number.NaN : item.number(range)), range);
  }

  wholes(range: Range = {}): number[] {
    return this.items().map((item) => item.whole(range));
  }

  texts(): string[] {
    return this.items().map((item) => item.text());
  }

  /** Rows of equal length. */
  matrix(range: Range = {}): number[][] {
    const rows = this.items().map((row) => row.numbers(range));
    const width = rows[0]?.length ?? 0;
    const odd = rows.findIndex((row) => row.length !== width);
    if (odd >= 0) throw new Input(rows[odd], `${this.path}/${odd}`).wrong('a row of another length', { length: width });
    return rows;
  }

  /** What `read` makes of it, or the fallback where it is absent. */
  or<T, F>(fallback: F, read: (input: Input) => T): T | F {
    return this.isAbsent ? fallback : read(this);
  }

  /** Refuses what would take minutes: a method whose steps grow with the square of its input says how many there would be. */
  within(steps: number): void {
    if (steps > MOST_STEPS)
      throw new Problem('too-costly', 'the method takes too long for this input', {
        at: this.path,
        steps,
        most: MOST_STEPS,
      });
  }

  wrong(message: string, facts: Record<string, unknown> = {}): Problem {
    return new Problem('invalid', message, { at: this.path === '' ? '/' : this.path, ...facts });
  }
}

function isInside(value: number, range: Range): boolean {
  const { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity } = range;
  const inside = value >= least && value <= most && (value > above || above === -Infinity);
  return inside && (value < below || below === Infinity);
}
