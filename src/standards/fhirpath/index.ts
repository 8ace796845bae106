/**
 * FHIRPath text to a tree, which each reader gives its own meaning. Pure.
 *
 * Source: the grammar of FHIRPath N1 (2.0.0), hl7.org/fhirpath/N1/grammar.html.
 */

export type Ast =
  | { kind: 'literal'; type: LiteralType; text: string; unit?: string }
  | { kind: 'empty' }
  | { kind: 'this' }
  | { kind: 'variable'; name: string }
  | { kind: 'member'; on?: Ast; name: string }
  | { kind: 'call'; on?: Ast; name: string; given: Ast[] }
  | { kind: 'index'; on: Ast; at: Ast }
  | { kind: 'type'; sign: 'is' | 'as'; on: Ast; type: string }
  | { kind: 'sign'; sign: '-'; on: Ast }
  | { kind: 'binary'; sign: string; left: Ast; right: Ast };

/** `text` of a literal is the value itself: digits as written, strings without quotes, dates without `@`. */
type LiteralType = 'boolean' | 'string' | 'integer' | 'decimal' | 'date' | 'dateTime' | 'time' | 'Quantity';

/** UTF-16 units of one expression, and levels of it. */
const MOST_LENGTH = 10_000;
const MOST_DEPTH = 60;

/** @throws SyntaxError when the text is not FHIRPath, or is longer or deeper than is reasonable */
export function parseFhirPath(text: string): Ast {
  if (text.length > MOST_LENGTH) throw new SyntaxError(`the expression is longer than ${MOST_LENGTH} characters`);
  const reader: Reader = { tokens: tokensOf(text), at: 0, depth: 0 };
  const tree = readOperators(reader, 0);
  const rest = reader.tokens[reader.at];
  if (rest !== undefined) throw new SyntaxError(`unexpected ${rest}`);
  return tree;
}

interface Reader {
  tokens: string[];
  at: number;
  depth: number;
}

const DATE = String.raw`\d{4}(?:-\d\d(?:-\d\d)?)?`;
const CLOCK = String.raw`\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?`;
const TOKEN = new RegExp(
  [
    String.raw`\s+|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/`,
    String.raw`'(?:[^'\\]|\\[\s\S])*'`,
    String.raw`\x60(?:[^\x60\\]|\\[\s\S])*\x60`,
    `@T${CLOCK}`,
    String.raw`@${DATE}(?:T(?:${CLOCK}(?:Z|[+-]\d\d:\d\d)?)?)?`,
    String.raw`\d+(?:\.\d+)?`,
    String.raw`\$[a-z]+`,
    String.raw`[A-Za-z_]\w*`,
    '<=|>=|!=|!~',
    String.raw`[^\s\w@$'\x60]`,
  ].join('|'),
  'y',
);

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) throw new SyntaxError(`unexpected ${text.slice(at, at + 10)} at ${at}`);
    const [token] = found;
    if (!/^(?:\s|\/\/|\/\*)/.test(token)) tokens.push(token);
  }
  return tokens;
}

/** From loosest to tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '~', '!=', '!~'],
  ['<=', '<', '>', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
];

function readOperators(reader: Reader, level: number): Ast {
  const signs = LEVELS[level];
  if (signs === undefined) return readSigned(reader);
  if (level === 0 && ++reader.depth > MOST_DEPTH) throw new SyntaxError('the expression is nested too deeply');
  let left = readOperators(reader, level + 1);
  let length = 0;
  for (
    let sign = reader.tokens[reader.at];
    sign !== undefined && signs.includes(sign);
    sign = reader.tokens[reader.at]
  ) {
    if (++length > 200) throw new SyntaxError('too many operators in a row');
    reader.at++;
    if (sign === 'is' || sign === 'as') left = { kind: 'type', sign, on: left, type: readTypeName(reader) };
    else left = { kind: 'binary', sign, left, right: readOperators(reader, level + 1) };
  }
  if (level === 0) reader.depth--;
  return left;
}

function readSigned(reader: Reader): Ast {
  const token = reader.tokens[reader.at];
  if (token !== '-' && token !== '+') return readSteps(reader);
  reader.at++;
  if (++reader.depth > MOST_DEPTH) throw new SyntaxError('the expression is nested too deeply');
  const on = readSigned(reader);
  reader.depth--;
  if (token === '+') return on;
  if (on.kind === 'literal' && (on.type === 'integer' || on.type === 'decimal' || on.type === 'Quantity'))
    return { ...on, text: on.text.startsWith('-') ? on.text.slice(1) : `-${on.text}` };
  return { kind: 'sign', sign: '-', on };
}

function readSteps(reader: Reader): Ast {
  let tree = readTerm(reader);
  let length = 0;
  for (;;) {
    if (++length > 200) throw new SyntaxError('too many steps in a row');
    const token = reader.tokens[reader.at];
    if (token === '.') {
      reader.at++;
      tree = readInvocation(reader, tree);
    } else if (token === '[') {
      reader.at++;
      tree = { kind: 'index', on: tree, at: readOperators(reader, 0) };
      expect(reader, ']');
    } else return tree;
  }
}

function readTerm(reader: Reader): Ast {
  const token = reader.tokens[reader.at] ?? '';
  if (token === '(') {
    reader.at++;
    const inner = readOperators(reader, 0);
    expect(reader, ')');
    return inner;
  }
  if (token === '{') {
    reader.at++;
    expect(reader, '}');
    return { kind: 'empty' };
  }
  if (token === '%') {
    reader.at++;
    return { kind: 'variable', name: readVariableName(reader) };
  }
  if (token.startsWith("'")) return { kind: 'literal', type: 'string', text: unquote(take(reader)) };
  if (/^\d/.test(token)) return readNumber(reader);
  if (token.startsWith('@T')) return { kind: 'literal', type: 'time', text: take(reader).slice(2) };
  if (token.startsWith('@')) {
    const text = take(reader).slice(1);
    return { kind: 'literal', type: text.includes('T') ? 'dateTime' : 'date', text: text.replace(/T$/, '') };
  }
  if (token === 'true' || token === 'false') return { kind: 'literal', type: 'boolean', text: take(reader) };
  if (token === '$this') {
    reader.at++;
    return { kind: 'this' };
  }
  if (token.startsWith('$')) return { kind: 'variable', name: take(reader) };
  return readInvocation(reader, undefined);
}

/** Calendar words for durations; `year` and `month` are no UCUM units of fixed length and so stay words. */
const DURATION = /^(?:year|month|week|day|hour|minute|second|millisecond)s?$/;

function readNumber(reader: Reader): Ast {
  const text = take(reader);
  const next = reader.tokens[reader.at];
  if (next?.startsWith("'")) return { kind: 'literal', type: 'Quantity', text, unit: unquote(take(reader)) };
  if (next !== undefined && DURATION.test(next))
    return { kind: 'literal', type: 'Quantity', text, unit: take(reader).replace(/s$/, '') };
  return { kind: 'literal', type: text.includes('.') ? 'decimal' : 'integer', text };
}

function readInvocation(reader: Reader, on: Ast | undefined): Ast {
  const name = readName(reader);
  const owner = on === undefined ? {} : { on };
  if (reader.tokens[reader.at] !== '(') return { kind: 'member', ...owner, name };
  reader.at++;
  const given: Ast[] = [];
  while (reader.tokens[reader.at] !== ')') {
    if (given.length > 0) expect(reader, ',');
    given.push(readOperators(reader, 0));
  }
  reader.at++;
  return { kind: 'call', ...owner, name, given };
}

/** `Quantity`, `FHIR.Quantity`, `System.String`; the last part tells all, since R4 has no name in both spaces in another sense. */
function readTypeName(reader: Reader): string {
  let name = readName(reader);
  while (reader.tokens[reader.at] === '.') {
    reader.at++;
    name = `${name}.${readName(reader)}`;
  }
  return name;
}

function readVariableName(reader: Reader): string {
  const token = take(reader);
  if (token.startsWith("'") || token.startsWith('`')) return unquote(token);
  if (!/^[A-Za-z_]\w*$/.test(token)) throw new SyntaxError(`%${token} is not a name`);
  // The grammar wants %`vs-name` for names with hyphens; %us-zip is written all the same and is read as subtraction.
  return token;
}

function readName(reader: Reader): string {
  const token = take(reader);
  if (token.startsWith('`')) return unquote(token);
  if (!/^[A-Za-z_]\w*$/.test(token)) throw new SyntaxError(`${token} is not a name`);
  return token;
}

function take(reader: Reader): string {
  const token = reader.tokens[reader.at++];
  if (token === undefined) throw new SyntaxError('the expression ends too early');
  return token;
}

function expect(reader: Reader, wanted: string): void {
  const token = take(reader);
  if (token !== wanted) throw new SyntaxError(`${wanted} expected, not ${token}`);
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_whole, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return ESCAPES[escaped] ?? escaped;
  });
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' };
