/** FHIRPath text to a tree. Source: the grammar of FHIRPath N1, hl7.org/fhirpath/N1/grammar.html. */

export type Expression =
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'empty' }
  | { kind: 'this' }
  | { kind: 'variable'; name: string }
  | { kind: 'member'; on?: Expression; name: string }
  | { kind: 'call'; on?: Expression; name: string; arguments: Expression[] }
  | { kind: 'index'; on: Expression; at: number }
  | { kind: 'type'; sign: 'is' | 'as'; on: Expression; type: string }
  | { kind: 'binary'; sign: string; left: Expression; right: Expression };

/** @throws SyntaxError when the text is not FHIRPath of the kind this reads */
export function parseFhirPath(text: string): Expression {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token).filter((token) => token.trim() !== '');
  const reader: Reader = { tokens, at: 0 };
  const expression = readOperators(reader, 0);
  if (reader.at < tokens.length) throw new SyntaxError(`FHIRPath: unexpected ${tokens[reader.at]}`);
  return expression;
}

const TOKEN = /\s+|'(?:[^'\\]|\\.)*'|`[^`]*`|\d+(?:\.\d+)?|%?[A-Za-z_]\w*|\$this|<=|>=|!=|!~|[^\s\w]/g;

/** From loosest to tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '!='],
  ['<', '<=', '>', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '&'],
];

interface Reader {
  tokens: string[];
  at: number;
}

function readOperators(reader: Reader, level: number): Expression {
  const signs = LEVELS[level];
  if (!signs) return readPath(reader);
  let left = readOperators(reader, level + 1);
  for (
    let sign = reader.tokens[reader.at];
    sign !== undefined && signs.includes(sign);
    sign = reader.tokens[reader.at]
  ) {
    reader.at++;
    if (sign === 'is' || sign === 'as') left = { kind: 'type', sign, on: left, type: take(reader) };
    else left = { kind: 'binary', sign, left, right: readOperators(reader, level + 1) };
  }
  return left;
}

function readPath(reader: Reader): Expression {
  let expression = readTerm(reader);
  for (;;) {
    const token = reader.tokens[reader.at];
    if (token === '.') {
      reader.at++;
      expression = readInvocation(reader, expression);
    } else if (token === '[') {
      reader.at++;
      expression = { kind: 'index', on: expression, at: Number(take(reader)) };
      expect(reader, ']');
    } else return expression;
  }
}

function readTerm(reader: Reader): Expression {
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
  if (token.startsWith("'")) return { kind: 'literal', value: unquote(take(reader)) };
  if (/^\d/.test(token)) return { kind: 'literal', value: Number(take(reader)) };
  if (token === 'true' || token === 'false') return { kind: 'literal', value: take(reader) === 'true' };
  if (token === '$this') {
    reader.at++;
    return { kind: 'this' };
  }
  if (token.startsWith('%')) return { kind: 'variable', name: take(reader).slice(1) };
  return readInvocation(reader, undefined);
}

function readInvocation(reader: Reader, on: Expression | undefined): Expression {
  const name = take(reader).replace(/^`(.*)`$/, '$1');
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new SyntaxError(`FHIRPath: ${name} is not a name`);
  const owner = on === undefined ? {} : { on };
  if (reader.tokens[reader.at] !== '(') return { kind: 'member', ...owner, name };
  reader.at++;
  const given: Expression[] = [];
  while (reader.tokens[reader.at] !== ')') {
    if (given.length > 0) expect(reader, ',');
    given.push(readOperators(reader, 0));
  }
  reader.at++;
  return { kind: 'call', ...owner, name, arguments: given };
}

function take(reader: Reader): string {
  const token = reader.tokens[reader.at++];
  if (token === undefined) throw new SyntaxError('FHIRPath: the expression ends too early');
  return token;
}

function expect(reader: Reader, wanted: string): void {
  const token = take(reader);
  if (token !== wanted) throw new SyntaxError(`FHIRPath: ${wanted} expected, not ${token}`);
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_whole, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return ESCAPES[escaped] ?? escaped;
  });
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' };
