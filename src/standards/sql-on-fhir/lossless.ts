import { mayChange } from '#standards/fhir';
import { childrenOf, kindOf } from './types.ts';

/**
 * JSON text whose numbers are texts where a double would forget how they were written: `1.0`, `0.10`, twenty digits. FHIR has
 * no text where a decimal is expected, so a reader of decimals may take either; ClickHouse reads numbers as doubles. No parsing: most
 * resources hold no such number, which one test tells.
 *
 * @param text  JSON that is known to be sound
 */
export function losslessJson(text: string): string {
  if (!mayChange(text)) return text;
  let made = '';
  let copied = 0;
  NUMBER_OR_TEXT.lastIndex = 0;
  for (let found = NUMBER_OR_TEXT.exec(text); found !== null; found = NUMBER_OR_TEXT.exec(text)) {
    const [token] = found;
    if (token.startsWith('"') || String(Number(token)) === token) continue;
    made += `${text.slice(copied, found.index)}"${token}"`;
    copied = found.index + token.length;
  }
  return copied === 0 ? text : made + text.slice(copied);
}

/** Texts are matched so that numbers in them are not. */
const NUMBER_OR_TEXT = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** JSON of an element of that type, of which `losslessJson` made texts of numbers, with its numbers; undefined of a primitive's type. */
export function elementJson(type: string): ((text: string) => string) | undefined {
  return kindOf(type) === 'element' ? (text) => written(JSON.parse(text), type) : undefined;
}

function written(value: unknown, type: string | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item) => written(item, type)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const { resourceType } = value as { resourceType?: unknown };
    const of = typeof resourceType === 'string' ? resourceType : type;
    const typeOf = (key: string) => of && childrenOf(of, key).find((child) => child.key === key)?.type;
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}:${written(inner, typeOf(key))}`)
      .join(',')}}`;
  }
  const isNumber = typeof value === 'string' && type !== undefined && NUMERIC.has(kindOf(type)) && NUMBER.test(value);
  return isNumber ? value : JSON.stringify(value);
}

const NUMERIC: ReadonlySet<string> = new Set(['integer', 'written']);
const NUMBER = /^-?\d[\d.eE+-]*$/;
