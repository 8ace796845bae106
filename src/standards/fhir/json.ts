/**
 * FHIR JSON in and out without loss. JavaScript numbers forget how a decimal was written (1.00, 1e3, twenty digits), and in
 * FHIR the written precision is part of the value, so the source text of such numbers is remembered beside the object that
 * holds them and written back. Text without such numbers takes the plain JSON.parse and JSON.stringify.
 *
 * Source: FHIR R4, json.html ("The JSON format for the resources": decimals, unique property names) and datatypes.html#decimal.
 */

/** Text that cannot be taken as FHIR JSON. `message` is constant; `at` is the place in the text, a byte order mark not counted, where it is known. */
export class FhirJsonError extends Error {
  override readonly name = 'FhirJsonError';
  readonly at: number | undefined;
  constructor(message: string, at?: number, options?: ErrorOptions) {
    super(message, options);
    this.at = at;
  }
}

/** Levels of objects and arrays; the deepest official R4 example has 13. */
export const MOST_DEPTH = 64;
/** UTF-16 units of one document. */
export const MOST_LENGTH = 64 * 1024 * 1024;

/**
 * Reads JSON text. Numbers become JavaScript numbers; those which JavaScript would write differently keep their source text
 * for `stringifyFhirJson` and `decimalText`.
 *
 * @throws FhirJsonError when the text is not JSON, names a property twice in one object, is nested deeper than `MOST_DEPTH`,
 *         is longer than `MOST_LENGTH`, holds half of a surrogate pair, or has a property whose name is `__proto__` or is written with an escape
 */
export function parseFhirJson(text: string): unknown {
  if (!(text.length <= MOST_LENGTH)) throw new FhirJsonError('the document is too long');
  const source = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  const properties = countProperties(source);
  const value = parse(source);
  if (!source.isWellFormed() || (SURROGATE.test(source) && holdsHalf(value)))
    throw new FhirJsonError('a text holds half of a surrogate pair');
  if (countKeys(value) !== properties) throw new FhirJsonError('a property is named twice in one object');
  return value;
}

/** Writes JSON text; a number read by `parseFhirJson` is written as it was read unless it has been changed since. */
export function stringifyFhirJson(value: unknown, indent?: number): string {
  return holdsExact(value) ? JSON.stringify(value, writeExact, indent) : JSON.stringify(value, undefined, indent);
}

/** The text of the number `holder[key]` as it was read, or as JavaScript writes it; for counting significant digits. */
export function decimalText(holder: object, key: string | number): string {
  const value = (holder as Record<string, unknown>)[key];
  const text = exact.get(holder)?.get(String(key));
  return text !== undefined && Number(text) === value ? text : String(value);
}

/** Remembers how the number `holder[key]` was written, as if it had been read from JSON text. */
export function keepDecimal(holder: object, key: string, text: string): void {
  const texts = exact.get(holder) ?? new Map<string, string>();
  exact.set(holder, texts.set(key, text));
}

/** Tells that `to` is a shallow copy of `from`, so that the numbers directly in it are written as they were read too. */
export function carryDecimals(from: object, to: object): void {
  const texts = exact.get(from);
  if (texts !== undefined) exact.set(to, texts);
}

const BYTE_ORDER_MARK = 0xfeff;

/** Half of a pair, escaped. Alone it is no Unicode text (RFC 8259, 8.2), and no UTF-8 can carry it. */
const SURROGATE = /\\u[dD][89a-fA-F]/;

/** Source texts by the object or array that holds the number, then by key. */
const exact = new WeakMap<object, Map<string, string>>();

/** Whether JavaScript might write a number of the text differently: trailing zero, six zeros after the point, sixteen or more digits, exponent, or minus zero. */
export function mayChange(text: string): boolean {
  return MAY_CHANGE.test(text);
}

const MAY_CHANGE = /(?:^|[:[,])\s*-?(?:\d+\.\d*0|0\.0{6}\d+|\d[\d.]{15,}|\d[\d.]*[eE][-+]?\d+|(?<=-)0)\s*(?:[,}\]]|$)/;

function parse(source: string): unknown {
  try {
    return mayChange(source) ? JSON.parse(source, keepSource) : JSON.parse(source);
  } catch (error) {
    throw new FhirJsonError('the text is not JSON', faultOf(source), { cause: error });
  }
}

/** One sign of JSON with the space before it: a text, a number, a word, or punctuation. Source: RFC 8259. */
const SIGN =
  /[ \t\r\n]*(?:("[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\u{10ffff}]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:])|$)/uy;

/** Where a text stops being JSON: the place of the first sign that may not stand there, or its length where it ends too early. */
export function faultOf(text: string): number {
  const open: string[] = [];
  let may: 'value' | 'first' | 'name' | 'firstName' | 'colon' | 'next' = 'value';
  for (let at = 0; ; at = SIGN.lastIndex) {
    SIGN.lastIndex = at;
    const found = SIGN.exec(text);
    if (found === null) return at + /^[ \t\r\n]*/.exec(text.slice(at))![0].length;
    const [whole, said, plain, mark] = found;
    const begin = at + whole.length - (said ?? plain ?? mark ?? '').length;
    const isValue = may === 'value' || may === 'first';
    if (said !== undefined && (may === 'name' || may === 'firstName')) may = 'colon';
    else if ((said !== undefined || plain !== undefined) && isValue) may = 'next';
    else if (mark === ':' && may === 'colon') may = 'value';
    else if ((mark === '{' || mark === '[') && isValue) {
      open.push(mark);
      may = mark === '{' ? 'firstName' : 'first';
    } else if (mark === '}' && open.at(-1) === '{' && (may === 'next' || may === 'firstName')) {
      open.pop();
      may = 'next';
    } else if (mark === ']' && open.at(-1) === '[' && (may === 'next' || may === 'first')) {
      open.pop();
      may = 'next';
    } else if (mark === ',' && may === 'next' && open.length > 0) may = open.at(-1) === '{' ? 'name' : 'value';
    else return begin;
  }
}

function holdsHalf(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsHalf);
}

function keepSource(this: object, key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'number' && context?.source !== undefined && String(value) !== context.source)
    keepDecimal(this, key, context.source);
  return value;
}

function writeExact(this: unknown, key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  const text = exact.get(this as object)?.get(key);
  return text !== undefined && Number(text) === value ? (JSON as unknown as RawJson).rawJSON(text) : value;
}

/** In Node since 21, not yet in the compiler's library. */
interface RawJson {
  rawJSON(text: string): unknown;
}

function holdsExact(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (exact.has(value)) return true;
  if (Array.isArray(value)) return value.some(holdsExact);
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && inner !== null && holdsExact(inner)) return true;
  }
  return false;
}

/**
 * Counts the colons outside strings, which is the number of properties written, and refuses what is nested too deeply.
 *
 * A name written with an escape is refused too. No FHIR name needs one, and the JSON.parse of Node 24 (V8 13.6) can take such a
 * name for another that it met before: after `{"q":1,"\\":1}` it reads `{"q":1,"\n":1}` as `{"q":1,"\\":1}`.
 */
function countProperties(text: string): number {
  let properties = 0;
  let depth = 0;
  let opened = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        opened = at;
        at = endOfString(text, at);
        break;
      case 0x3a:
        properties++;
        // Looked at name by name: V8 moves a question put once before the loop into it, which made large documents quadratic.
        for (let sign = opened; sign < at; sign++) {
          if (text.charCodeAt(sign) === 0x5c) {
            throw new FhirJsonError('the name of a property must be written without escapes', opened);
          }
        }
        break;
      case 0x7b:
      case 0x5b:
        if (++depth > MOST_DEPTH) throw new FhirJsonError('the document is nested too deeply', at);
        break;
      case 0x7d:
      case 0x5d:
        depth--;
        break;
    }
  }
  return properties;
}

/** The place of the quotation mark that closes the string opened at `start`; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') keys += countKeys(item);
    return keys;
  }
  for (const key in value) {
    if (key === '__proto__') throw new FhirJsonError('a property must not be named __proto__');
    keys++;
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object') keys += countKeys(inner);
  }
  return keys;
}
