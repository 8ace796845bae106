/** A part of a text, in characters. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Where in a JSON text the element stands that FHIR names by an expression such as `ViewDefinition.select[0].column[2].path`. An element that
 * is missing stands where its parent does.
 *
 * @returns the value of the element, of a list or object its first sign; undefined where the text is no JSON up to there
 */
export function placeOf(text: string, expression: string): Span | undefined {
  const steps = [...expression.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
  const reader: Reader = { text, at: 0 };
  skipSpace(reader);
  let found: Span = { from: reader.at, to: reader.at + 1 };
  for (const step of steps) {
    const inner = typeof step === 'number' ? enterList(reader, step) : enterObject(reader, step);
    // An index of an element that is no list in JSON, e.g. `resource[0]`.
    if (!inner) return found;
    const from = reader.at;
    const first = text[from];
    found = { from, to: first === '{' || first === '[' ? from + 1 : endOf(reader, from) };
  }
  return found;
}

interface Reader {
  text: string;
  at: number;
}

/** Goes to the value of a key; stays where it is when there is none. */
function enterObject(reader: Reader, key: string): boolean {
  if (reader.text[reader.at] !== '{') return false;
  const begin = reader.at;
  reader.at += 1;
  for (;;) {
    skipSpace(reader);
    if (reader.text[reader.at] !== '"') break;
    const from = reader.at;
    reader.at = endOf(reader, from);
    const name = reader.text.slice(from + 1, reader.at - 1);
    skipSpace(reader);
    if (reader.text[reader.at] !== ':') break;
    reader.at += 1;
    skipSpace(reader);
    if (name === key) return true;
    reader.at = endOf(reader, reader.at);
    skipSpace(reader);
    if (reader.text[reader.at] !== ',') break;
    reader.at += 1;
  }
  reader.at = begin;
  return false;
}

function enterList(reader: Reader, index: number): boolean {
  if (reader.text[reader.at] !== '[') return false;
  const begin = reader.at;
  reader.at += 1;
  for (let nth = 0; ; nth += 1) {
    skipSpace(reader);
    if (reader.at >= reader.text.length || reader.text[reader.at] === ']') break;
    if (nth === index) return true;
    reader.at = endOf(reader, reader.at);
    skipSpace(reader);
    if (reader.text[reader.at] !== ',') break;
    reader.at += 1;
  }
  reader.at = begin;
  return false;
}

/** The end of the value that begins there. */
function endOf({ text }: Reader, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') {
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      if (depth === 0) return Math.min(at + 1, text.length);
    } else if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (sign === ',' || sign === '\n' || sign === ' ')) return at;
  }
  return text.length;
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at += 1;
}

/** Reads JSON, or tells where it ends to be JSON. */
export function readJson(text: string): { value: Record<string, unknown> } | { message: string; span: Span } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown> };
    return { message: 'a resource is a JSON object', span: { from: 0, to: Math.min(1, text.length) } };
  } catch (error) {
    const { message } = error as Error;
    const told = /at position (\d+)/.exec(message)?.[1];
    const at = Math.min(told === undefined ? text.length : Number(told), Math.max(0, text.length - 1));
    return { message: message.replace(/ in JSON at position.*$/s, ''), span: { from: at, to: at + 1 } };
  }
}
