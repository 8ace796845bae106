import { decodeText } from './charset.ts';
import { type Delimiters, unescapeText } from './escape.ts';
import { Hl7Error } from './hl7-error.ts';

/**
 * Reads one message. Fields are split when the segment is first asked for one, components when a value is: most of a
 * message is never looked at twice.
 *
 * @throws Hl7Error when it is no HL7 v2 message or a line of it is no segment
 */
export function parseMessage(source: Uint8Array | string): Message {
  const { text, charset } = typeof source === 'string' ? { text: source, charset: 'utf-8' } : decodeText(source);
  const lines = linesOf(text);
  const header = lines[0];
  if (header === undefined || !header.startsWith('MSH')) throw new Hl7Error('100', 'the message must begin with MSH');
  const delimiters = delimitersOf(header);

  const segments: Segment[] = [];
  const counts = new Map<string, number>();
  for (const line of lines) {
    const name = line.slice(0, 3);
    if (!isSegment(line, name, delimiters.field))
      throw new Hl7Error('100', 'a line is no segment', {
        segment: segments.at(-1)?.name ?? 'MSH',
        sequence: segments.at(-1)?.sequence ?? 1,
      });
    const sequence = (counts.get(name) ?? 0) + 1;
    counts.set(name, sequence);
    segments.push(new Segment(name, sequence, line, delimiters, charset));
  }
  return new Message(segments, delimiters, charset);
}

export class Message {
  readonly segments: readonly Segment[];
  readonly delimiters: Delimiters;
  readonly charset: string;

  constructor(segments: readonly Segment[], delimiters: Delimiters, charset: string) {
    this.segments = segments;
    this.delimiters = delimiters;
    this.charset = charset;
  }

  get header(): Segment {
    return this.segments[0]!;
  }

  /** The first segment of that name. */
  segment(name: string): Segment | undefined {
    return this.segments.find((segment) => segment.name === name);
  }

  all(name: string): Segment[] {
    return this.segments.filter((segment) => segment.name === name);
  }

  /** Message code of MSH-9, such as ORU. */
  get type(): string {
    return this.header.text(9, 1) ?? '';
  }

  /** Trigger event of MSH-9, such as R01. */
  get event(): string {
    return this.header.text(9, 2) ?? '';
  }

  get controlId(): string {
    return this.header.text(10) ?? '';
  }

  get version(): string {
    return this.header.text(12) ?? '';
  }
}

export class Segment {
  readonly name: string;
  /** Counts the segments of this name in the message, from 1. */
  readonly sequence: number;
  readonly line: string;
  readonly #delimiters: Delimiters;
  readonly #charset: string;
  #fields: string[] | undefined;
  #values: (Value[] | undefined)[] | undefined;

  constructor(name: string, sequence: number, line: string, delimiters: Delimiters, charset: string) {
    this.name = name;
    this.sequence = sequence;
    this.line = line;
    this.#delimiters = delimiters;
    this.#charset = charset;
  }

  /** The fields as they stand in the message; index 0 is the name, so that `fields[3]` is SEG-3. */
  get fields(): readonly string[] {
    if (this.#fields === undefined) {
      const { field } = this.#delimiters;
      this.#fields = this.line.split(field);
      // MSH-1 is the field separator itself.
      if (HEADERS.has(this.name)) this.#fields.splice(1, 0, field);
    }
    return this.#fields;
  }

  /** All repetitions of a field, empty ones included so that positions hold; none when the field is empty. */
  repetitions(field: number): readonly Value[] {
    const known = this.#values?.[field];
    if (known !== undefined) return known;
    const raw = this.fields[field];
    if (raw === undefined || raw === '') return NO_VALUES;
    const { repetition } = this.#delimiters;
    const whole = field <= 2 && HEADERS.has(this.name);
    const parts = whole || repetition === '' || !raw.includes(repetition) ? [raw] : raw.split(repetition);
    const values = parts.map((part) => new Value(part, this.#delimiters, this.#charset, whole));
    this.#values ??= [];
    this.#values[field] = values;
    return values;
  }

  /** The first repetition of a field; undefined when the field is empty. */
  value(field: number): Value | undefined {
    return this.repetitions(field)[0];
  }

  /** A component's text; undefined when it is empty or the HL7 null. */
  text(field: number, component = 1, subcomponent = 1): string | undefined {
    return this.value(field)?.text(component, subcomponent);
  }

  /** True when the sender says that the value is to be removed: two double quotes, and nothing else. */
  isNull(field: number): boolean {
    return this.fields[field] === '""';
  }

  /** The repetitions asked for so far; undefined when nobody asked for the field. */
  asked(field: number): readonly Value[] | undefined {
    return this.#values?.[field];
  }
}

/** One repetition of a field. */
export class Value {
  readonly raw: string;
  readonly #delimiters: Delimiters;
  readonly #charset: string;
  readonly #whole: boolean;
  #components: string[] | undefined;
  /** Bit n is set once component n was asked for (up to 30; HL7 data types have fewer). */
  #read = 0;

  constructor(raw: string, delimiters: Delimiters, charset: string, whole = false) {
    this.raw = raw;
    this.#delimiters = delimiters;
    this.#charset = charset;
    this.#whole = whole;
  }

  get components(): readonly string[] {
    if (this.#components === undefined) {
      const { component } = this.#delimiters;
      this.#components =
        this.#whole || component === '' || !this.raw.includes(component) ? [this.raw] : this.raw.split(component);
    }
    return this.#components;
  }

  /** A component's first, or given, subcomponent, unescaped; undefined when empty or the HL7 null. */
  text(component = 1, subcomponent = 1): string | undefined {
    this.#read |= 1 << component;
    let raw = this.components[component - 1];
    if (raw === undefined || raw === '') return undefined;
    const separator = this.#delimiters.subcomponent;
    if (!this.#whole && separator !== '' && raw.includes(separator)) raw = raw.split(separator)[subcomponent - 1];
    else if (subcomponent > 1) return undefined;
    if (raw === undefined || raw === '' || raw === '""') return undefined;
    const text = this.#whole ? raw : unescapeText(raw, this.#delimiters, this.#charset);
    return text === '' ? undefined : text;
  }

  /** A component as a value of its own, its subcomponents as components: an HD inside a CX, for example. */
  part(component: number): Value | undefined {
    this.#read |= 1 << component;
    const raw = this.components[component - 1];
    if (raw === undefined || raw === '' || raw === '""') return undefined;
    const inner = { ...this.#delimiters, component: this.#delimiters.subcomponent, subcomponent: '' };
    return new Value(raw, inner, this.#charset);
  }

  /** The whole repetition as text, delimiters and all: for text fields whose sender did not escape them. */
  whole(): string | undefined {
    this.#read = -1;
    if (this.raw === '' || this.raw === '""') return undefined;
    return unescapeText(this.raw, this.#delimiters, this.#charset);
  }

  get isEmpty(): boolean {
    return this.raw === '' || this.raw === '""' || this.components.every((each) => each === '');
  }

  /** Components with content that nobody asked for. */
  unread(): number[] {
    if (this.#read === -1) return [];
    const numbers: number[] = [];
    this.components.forEach((text, index) => {
      if (text !== '' && text !== '""' && (this.#read & (1 << (index + 1))) === 0) numbers.push(index + 1);
    });
    return numbers;
  }
}

/** Every field (`PID-23`) or component (`PID-5.7`) that holds something and was never asked for, each once. */
export function unreadFields(message: Message): string[] {
  const places = new Set<string>();
  for (const segment of message.segments) {
    for (let field = 1; field < segment.fields.length; field++) {
      const raw = segment.fields[field];
      if (raw === '' || raw === '""' || (field <= 2 && HEADERS.has(segment.name))) continue;
      const values = segment.asked(field);
      if (values === undefined) places.add(`${segment.name}-${field}`);
      else
        for (const value of values)
          for (const component of value.unread()) places.add(`${segment.name}-${field}.${component}`);
    }
  }
  return [...places];
}

const NO_VALUES: readonly Value[] = [];
const HEADERS: ReadonlySet<string> = new Set(['MSH', 'FHS', 'BHS']);

/**
 * CR ends a segment; senders also use LF or CR LF. In a message whose segments end in CR a bare LF is a line break
 * inside a text that its sender failed to escape, so it stays with its segment.
 */
function linesOf(text: string): string[] {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const body = start === 0 ? text : text.slice(1);
  if (!body.includes('\n')) return body.split('\r').filter((line) => line.trim() !== '');
  const lines: string[] = [];
  const hasCarriageReturns = /\r(?!\n)/.test(body);
  for (const line of body.split(/\r\n|\r|\n/)) {
    if (line.trim() === '') continue;
    if (hasCarriageReturns && lines.length > 0 && !SEGMENT_LIKE.test(line)) lines[lines.length - 1] += `\n${line}`;
    else lines.push(line);
  }
  return lines;
}

const SEGMENT_LIKE = /^[A-Z][A-Z0-9]{2}(?:[^A-Za-z0-9 ]|$)/;

function isSegment(line: string, name: string, separator: string): boolean {
  if (line.length > 3 && line[3] !== separator) return false;
  for (let index = 0; index < 3; index++) {
    const code = name.charCodeAt(index);
    const letter = code >= 65 && code <= 90;
    const digit = code >= 48 && code <= 57;
    if (!letter && !(digit && index > 0)) return false;
  }
  return true;
}

function delimitersOf(header: string): Delimiters {
  const field = header[3];
  const place = { segment: 'MSH', sequence: 1, field: 1 };
  if (field === undefined || /[A-Za-z0-9\s]/.test(field))
    throw new Hl7Error('101', 'MSH-1 names no field separator', place);
  const end = header.indexOf(field, 4);
  const encoding = header.slice(4, end < 0 ? header.length : end);
  if (encoding.length < 1 || encoding.length > 5 || /[A-Za-z0-9\s]/.test(encoding))
    throw new Hl7Error('101', 'MSH-2 names no encoding characters', { ...place, field: 2 });
  const [component = '', repetition = '', mark = '', subcomponent = ''] = encoding;
  if (new Set(field + encoding).size !== encoding.length + 1)
    throw new Hl7Error('102', 'MSH-1 and MSH-2 use one character twice', { ...place, field: 2 });
  return { field, component, repetition, escape: mark, subcomponent };
}
