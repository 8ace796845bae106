/**
 * Reads FEEL (DMN 1.5, section 10.3.1.2) by recursive descent. Every depth and length is bounded.
 */
import { parseNum } from './decimal.ts';
import { parseAt } from './literals.ts';
import { Names, skipSpace, wordAt } from './names.ts';
import {
  type Comparison,
  type Entry,
  FeelSyntaxError,
  type Loop,
  type Node,
  type Parameter,
  type Test,
  type UnaryTests,
} from './syntax.ts';
import { ANY, builtInType, TYPE_NAMES, type Type } from './types.ts';

/** What an expression may speak of. */
export interface Known {
  /** Variables that are in scope, and the built-in functions. */
  readonly names: readonly Names[];
  /** Properties that contexts may have: only those with spaces or signs matter. */
  readonly properties?: Names;
  /** Types of the model's own. */
  readonly types?: ReadonlyMap<string, Type>;
}

const MOST_TEXT = 200_000;
const MOST_NESTING = 120;
const MOST_CHAIN = 500;
const MOST_TRIES = 2_000_000;

const OWN_PROPERTIES = new Names(['time offset', 'start included', 'end included']);

export function parseExpression(text: string, known: Known): Node {
  return new Parser(text, known).readWhole();
}

export function parseUnaryTests(text: string, known: Known): UnaryTests {
  return new Parser(text, known).readUnaryTests();
}

class Parser {
  readonly #text: string;
  readonly #scopes: Names[];
  readonly #properties: readonly Names[];
  /** Of the expression's own contexts. */
  readonly #keys = new Names();
  readonly #types: ReadonlyMap<string, Type>;
  #at = 0;
  #nesting = 0;
  #tries = 0;
  /** Whether the expression being read may be the end of an interval, which "[" may close. */
  #endsRange = false;
  /** Set when `?` is read. */
  #asked = false;

  constructor(text: string, known: Known) {
    if (text.length > MOST_TEXT) throw new FeelSyntaxError('the expression is too long', 0);
    this.#text = text;
    this.#scopes = [...known.names];
    this.#properties = [OWN_PROPERTIES, this.#keys, ...(known.properties === undefined ? [] : [known.properties])];
    this.#types = known.types ?? new Map();
  }

  readWhole(): Node {
    const node = this.#readExpression();
    this.#expectEnd();
    return node;
  }

  readUnaryTests(): UnaryTests {
    this.#skip();
    if (/^-\s*$/.test(this.#text.slice(this.#at))) return { negated: false, tests: undefined };
    if (/^not\s*\(/.test(this.#text.slice(this.#at, this.#at + 200))) {
      const negated = this.#attempt(() => {
        this.#word('not');
        this.#expect('(');
        const tests = this.#readTests();
        this.#expect(')');
        this.#expectEnd();
        return { negated: true, tests };
      });
      if (negated !== undefined) return negated;
    }
    const tests = this.#readTests();
    this.#expectEnd();
    return { negated: false, tests };
  }

  #expectEnd(): void {
    this.#skip();
    if (this.#at < this.#text.length) this.#fail(`"${this.#text.slice(this.#at, this.#at + 20)}" is not expected here`);
  }

  // Characters and words ------------------------------------------------------------------------------------------

  #fail(message: string, at = this.#at): never {
    throw new FeelSyntaxError(message, at);
  }

  #skip(): void {
    for (;;) {
      this.#at = skipSpace(this.#text, this.#at);
      if (this.#text.startsWith('//', this.#at)) {
        const end = this.#text.slice(this.#at).search(/[\n\r]/);
        this.#at = end < 0 ? this.#text.length : this.#at + end;
      } else if (this.#text.startsWith('/*', this.#at)) {
        const end = this.#text.indexOf('*/', this.#at + 2);
        if (end < 0) this.#fail('the comment does not end');
        this.#at = end + 2;
      } else return;
    }
  }

  #peek(sign: string): boolean {
    this.#skip();
    return this.#text.startsWith(sign, this.#at);
  }

  #accept(sign: string): boolean {
    if (!this.#peek(sign)) return false;
    this.#at += sign.length;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#accept(sign)) this.#fail(`"${sign}" is expected here`);
  }

  #peekWord(): string | undefined {
    this.#skip();
    return wordAt(this.#text, this.#at);
  }

  #acceptWord(word: string): boolean {
    if (this.#peekWord() !== word) return false;
    this.#at += word.length;
    return true;
  }

  #word(word: string): void {
    if (!this.#acceptWord(word)) this.#fail(`"${word}" is expected here`);
  }

  /** Undefined, and back where it began, when it cannot be read. */
  #attempt<T>(read: () => T): T | undefined {
    this.#tries += 1;
    const at = this.#at;
    const scopes = this.#scopes.length;
    const nesting = this.#nesting;
    const asked = this.#asked;
    const endsRange = this.#endsRange;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FeelSyntaxError) || error instanceof TooMuchError) throw error;
      this.#at = at;
      this.#scopes.length = scopes;
      this.#nesting = nesting;
      this.#asked = asked;
      this.#endsRange = endsRange;
      return undefined;
    }
  }

  #inside<T>(names: Names | readonly Names[], read: () => T): T {
    const before = this.#scopes.length;
    this.#scopes.push(...(names instanceof Names ? [names] : names));
    const node = read();
    this.#scopes.length = before;
    return node;
  }

  // Expressions ---------------------------------------------------------------------------------------------------

  #readExpression(): Node {
    this.#tries += 1;
    this.#nesting += 1;
    if (this.#nesting > MOST_NESTING) throw new TooMuchError('the expression is nested too deep', this.#at);
    if (this.#tries > MOST_TRIES) throw new TooMuchError('the expression is too complicated', this.#at);
    const node = this.#readOr();
    this.#nesting -= 1;
    return node;
  }

  /** An expression in brackets of its own, which ends no interval. */
  #readInner(): Node {
    const endsRange = this.#endsRange;
    this.#endsRange = false;
    const node = this.#readExpression();
    this.#endsRange = endsRange;
    return node;
  }

  #chain(count: number): void {
    if (count > MOST_CHAIN) throw new TooMuchError('too many operators in a row: use brackets or a list', this.#at);
  }

  #readOr(): Node {
    let left = this.#readAnd();
    for (let count = 1, at = this.#at; this.#acceptWord('or'); count += 1) {
      this.#chain(count);
      left = { kind: 'or', at, left, right: this.#readAnd() };
    }
    return left;
  }

  #readAnd(): Node {
    let left = this.#readComparison();
    for (let count = 1, at = this.#at; this.#acceptWord('and'); count += 1) {
      this.#chain(count);
      left = { kind: 'and', at, left, right: this.#readComparison() };
    }
    return left;
  }

  #readComparison(): Node {
    let left = this.#readSum();
    for (let count = 1; ; count += 1) {
      this.#chain(count);
      this.#skip();
      const at = this.#at;
      const op = this.#acceptComparison();
      if (op !== undefined) left = { kind: 'comparison', at, op, left, right: this.#readSum() };
      else if (this.#acceptWord('between')) {
        const low = this.#readSum();
        this.#word('and');
        left = { kind: 'between', at, value: left, low, high: this.#readSum() };
      } else if (this.#acceptWord('in')) left = { kind: 'in', at, value: left, tests: this.#readInTests() };
      else return left;
    }
  }

  #acceptComparison(): Comparison | undefined {
    return (['<=', '>=', '!=', '<', '>', '='] as const).find((op) => this.#accept(op));
  }

  #readInTests(): readonly Test[] {
    const single = this.#attempt(() => this.#readTest(() => this.#readSum()));
    if (single !== undefined) return [single];
    this.#expect('(');
    const tests = this.#readTests();
    this.#expect(')');
    return tests;
  }

  #readTests(): Test[] {
    const tests: Test[] = [];
    do tests.push(this.#readTest(() => this.#readInner()));
    while (this.#accept(','));
    return tests;
  }

  #readTest(read: () => Node): Test {
    const before = this.#asked;
    this.#asked = false;
    const op = this.#acceptComparison();
    const value = op === undefined ? read() : this.#readSum();
    const asks = this.#asked;
    this.#asked = before || asks;
    return { op, value, asks };
  }

  #readSum(): Node {
    let left = this.#readProduct();
    for (let count = 1; ; count += 1) {
      this.#chain(count);
      this.#skip();
      const at = this.#at;
      const op = this.#accept('+') ? '+' : this.#accept('-') ? '-' : undefined;
      if (op === undefined) return left;
      left = { kind: 'arithmetic', at, op, left, right: this.#readProduct() };
    }
  }

  #readProduct(): Node {
    let left = this.#readPower();
    for (let count = 1; ; count += 1) {
      this.#chain(count);
      this.#skip();
      const at = this.#at;
      const op = this.#peek('**') ? undefined : this.#accept('*') ? '*' : this.#accept('/') ? '/' : undefined;
      if (op === undefined) return left;
      left = { kind: 'arithmetic', at, op, left, right: this.#readPower() };
    }
  }

  #readPower(): Node {
    let left = this.#readNegation();
    for (let count = 1; ; count += 1) {
      this.#chain(count);
      this.#skip();
      const at = this.#at;
      if (!this.#accept('**')) return left;
      left = { kind: 'arithmetic', at, op: '**', left, right: this.#readNegation() };
    }
  }

  #readNegation(): Node {
    this.#skip();
    const at = this.#at;
    let signs = 0;
    for (; this.#accept('-'); signs += 1) this.#chain(signs);
    let node = this.#readInstance();
    for (; signs > 0; signs -= 1) node = { kind: 'negation', at, of: node };
    return node;
  }

  #readInstance(): Node {
    let value = this.#readPostfix();
    this.#skip();
    const at = this.#at;
    if (this.#acceptWord('instance')) {
      this.#word('of');
      value = { kind: 'instance', at, value, type: this.#readType() };
    }
    return value;
  }

  #readPostfix(): Node {
    let node = this.#readPrimary();
    for (let count = 1; ; count += 1) {
      this.#chain(count);
      this.#skip();
      const at = this.#at;
      if (this.#peek('..')) return node;
      if (this.#accept('.')) node = { kind: 'path', at, from: node, name: this.#readProperty() };
      else if (this.#peek('(')) node = this.#readCall(node, at);
      else if (this.#peek('[')) {
        const list = node;
        const filter = () => this.#readFilter(list, at);
        const found = this.#endsRange ? this.#attempt(filter) : filter();
        if (found === undefined) return node;
        node = found;
      } else return node;
    }
  }

  #readFilter(list: Node, at: number): Node {
    this.#expect('[');
    const by = this.#inside(this.#properties, () => this.#readInner());
    this.#expect(']');
    return { kind: 'filter', at, list, by };
  }

  #readProperty(): string {
    this.#skip();
    const word = wordAt(this.#text, this.#at);
    if (word === undefined) this.#fail('a name is expected here');
    return this.#take(word, [...this.#properties, ...this.#scopes]);
  }

  /** The longest name known that begins with the word, else the word. */
  #take(word: string, among: readonly Names[]): string {
    let best = { name: word, end: this.#at + word.length };
    for (const names of among) {
      const found = names.longestAt(this.#text, this.#at, word);
      if (found !== undefined && found.end > best.end) best = found;
    }
    this.#at = best.end;
    return best.name;
  }

  #readCall(callee: Node, at: number): Node {
    this.#expect('(');
    if (this.#accept(')')) return { kind: 'call', at, callee, args: [] };
    const first = this.#readArgumentName();
    const args: Node[] = [];
    const names: string[] = [];
    let name = first;
    for (;;) {
      if (name !== undefined) names.push(name);
      args.push(this.#readInner());
      if (!this.#accept(',')) break;
      name = this.#readArgumentName();
      if ((name === undefined) !== (first === undefined)) this.#fail('either all arguments have names or none');
    }
    this.#expect(')');
    return first === undefined ? { kind: 'call', at, callee, args } : { kind: 'call', at, callee, args, names };
  }

  #readArgumentName(): string | undefined {
    this.#skip();
    ARGUMENT.lastIndex = this.#at;
    const found = ARGUMENT.exec(this.#text);
    if (found === null) return undefined;
    this.#at = ARGUMENT.lastIndex;
    return trimmed(found[1] as string);
  }

  #readPrimary(): Node {
    this.#skip();
    const at = this.#at;
    const sign = this.#text[at];
    if (sign === undefined) this.#fail('the expression ends too early');
    if (sign === '(') return this.#readParenthesis();
    if (sign === '[') return this.#readListOrRange();
    if (sign === ']') return this.#readRange(false);
    if (sign === '{') return this.#readContext();
    if (sign === '"') return { kind: 'literal', at, value: this.#readString() };
    if (sign === '@') {
      this.#at += 1;
      this.#skip();
      const text = this.#readString();
      const value = parseAt(text);
      if (value === undefined) this.#fail(`@"${text}" is no date, time or duration`, at);
      return { kind: 'literal', at, value };
    }
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(this.#text)?.[0];
    if (number !== undefined) {
      this.#at += number.length;
      const value = parseNum(number);
      if (value === undefined) this.#fail('the number is too large', at);
      return { kind: 'literal', at, value };
    }
    if (sign === '?') {
      this.#at += 1;
      this.#asked = true;
      return { kind: 'name', at, name: '?' };
    }
    return this.#readWordy(at);
  }

  #readWordy(at: number): Node {
    const word = wordAt(this.#text, at);
    if (word === undefined) this.#fail(`"${this.#text[at]}" is not expected here`);
    const name = this.#take(word, this.#scopes);
    if (name !== word) return { kind: 'name', at, name };
    switch (word) {
      case 'true':
        return { kind: 'literal', at, value: true };
      case 'false':
        return { kind: 'literal', at, value: false };
      case 'null':
        return { kind: 'literal', at, value: null };
      case 'if':
        return this.#readIf(at);
      case 'for':
        return this.#readFor(at);
      case 'some':
      case 'every':
        return this.#readQuantified(word, at);
      case 'function':
        if (this.#peek('(')) return this.#readFunction(at);
        break;
      default:
    }
    if (RESERVED.has(word)) this.#fail(`"${word}" is not expected here`, at);
    return { kind: 'name', at, name };
  }

  #readIf(at: number): Node {
    const condition = this.#readInner();
    this.#word('then');
    const yes = this.#readInner();
    this.#word('else');
    return { kind: 'if', at, condition, yes, no: this.#readExpression() };
  }

  #readFor(at: number): Node {
    const { loops, names } = this.#readLoops();
    this.#word('return');
    names.add('partial');
    return this.#inside(names, () => ({ kind: 'for', at, loops, body: this.#readExpression() }));
  }

  #readQuantified(kind: 'some' | 'every', at: number): Node {
    const { loops, names } = this.#readLoops();
    this.#word('satisfies');
    return this.#inside(names, () => ({ kind, at, loops, body: this.#readExpression() }));
  }

  #readLoops(): { loops: Loop[]; names: Names } {
    const names = new Names();
    const loops: Loop[] = [];
    do {
      this.#skip();
      LOOP.lastIndex = this.#at;
      const name = LOOP.exec(this.#text)?.[1];
      if (name === undefined) this.#fail('a name and "in" are expected here');
      this.#at = LOOP.lastIndex;
      const loop = this.#inside(names, () => {
        const from = this.#readInner();
        return this.#accept('..') ? { in: from, to: this.#readInner() } : { in: from };
      });
      loops.push({ name: trimmed(name), ...loop });
      names.add(trimmed(name));
    } while (this.#accept(','));
    return { loops, names };
  }

  #readFunction(at: number): Node {
    this.#expect('(');
    const parameters: Parameter[] = [];
    if (!this.#accept(')')) {
      do {
        this.#skip();
        PARAMETER.lastIndex = this.#at;
        const name = PARAMETER.exec(this.#text)?.[0];
        if (name === undefined) this.#fail('the name of a parameter is expected here');
        this.#at = PARAMETER.lastIndex;
        parameters.push({ name: trimmed(name), type: this.#accept(':') ? this.#readType() : ANY });
      } while (this.#accept(','));
      this.#expect(')');
    }
    const external = this.#acceptWord('external');
    return this.#inside(new Names(parameters.map(({ name }) => name)), () => {
      const body = this.#readExpression();
      return { kind: 'function', at, parameters, body: external ? 'external' : body };
    });
  }

  #readParenthesis(): Node {
    const at = this.#at;
    this.#expect('(');
    const op = this.#acceptComparison();
    if (op !== undefined) {
      const value = this.#readInner();
      this.#expect(')');
      return openRange(op, value, at);
    }
    const first = this.#readInner();
    if (this.#accept('..')) return this.#readRangeEnd(first, false, at);
    this.#expect(')');
    return first;
  }

  #readListOrRange(): Node {
    const at = this.#at;
    this.#expect('[');
    const items: Node[] = [];
    if (this.#accept(']')) return { kind: 'list', at, items };
    do {
      items.push(this.#readInner());
      if (items.length === 1 && this.#accept('..')) return this.#readRangeEnd(items[0] as Node, true, at);
    } while (this.#accept(','));
    this.#expect(']');
    return { kind: 'list', at, items };
  }

  #readRange(startIncluded: boolean): Node {
    const at = this.#at;
    this.#at += 1;
    const start = this.#readInner();
    this.#expect('..');
    return this.#readRangeEnd(start, startIncluded, at);
  }

  #readRangeEnd(start: Node, startIncluded: boolean, at: number): Node {
    const endsRange = this.#endsRange;
    this.#endsRange = true;
    const end = this.#readExpression();
    this.#endsRange = endsRange;
    const endIncluded = this.#accept(']');
    if (!endIncluded && !this.#accept(')')) this.#expect('[');
    return { kind: 'range', at, start, startIncluded, end, endIncluded };
  }

  #readContext(): Node {
    const at = this.#at;
    this.#expect('{');
    const entries: Entry[] = [];
    if (this.#accept('}')) return { kind: 'context', at, entries };
    const names = new Names();
    this.#scopes.push(names);
    do {
      const key = this.#readKey();
      entries.push({ key, value: this.#readInner() });
      names.add(key);
      // What a context has may be asked for anywhere after it.
      this.#keys.add(key);
    } while (this.#accept(','));
    this.#scopes.pop();
    this.#expect('}');
    return { kind: 'context', at, entries };
  }

  #readKey(): string {
    this.#skip();
    if (this.#text[this.#at] === '"') {
      const key = this.#readString();
      this.#expect(':');
      return key;
    }
    KEY.lastIndex = this.#at;
    const found = KEY.exec(this.#text)?.[1];
    if (found === undefined || wordAt(found, 0) === undefined) this.#fail('a name and ":" are expected here');
    this.#at = KEY.lastIndex;
    return trimmed(found);
  }

  #readString(): string {
    STRING.lastIndex = this.#at;
    const found = STRING.exec(this.#text)?.[1];
    if (found === undefined) this.#fail('a text that ends in quotes is expected here');
    this.#at = STRING.lastIndex;
    return found.replace(ESCAPE, (escaped, short: string, wide: string, sign: string) => {
      const code = short ?? wide;
      if (code === undefined) return SIGNS[sign] ?? escaped;
      const point = Number.parseInt(code, 16);
      return point > 0x10ffff ? escaped : String.fromCodePoint(point);
    });
  }

  // Types ---------------------------------------------------------------------------------------------------------

  #readType(): Type {
    this.#nesting += 1;
    if (this.#nesting > MOST_NESTING) throw new TooMuchError('the type is nested too deep', this.#at);
    this.#skip();
    const word = wordAt(this.#text, this.#at);
    if (word === undefined) this.#fail('a type is expected here');
    const type = this.#readGeneric(word) ?? this.#readNamedType(word);
    this.#nesting -= 1;
    return type;
  }

  #readGeneric(word: string): Type | undefined {
    if (!/^(?:list|range|context|function)$/.test(word)) return undefined;
    const at = this.#at;
    this.#at += word.length;
    if (!this.#accept('<')) {
      this.#at = at;
      return undefined;
    }
    if (word === 'list' || word === 'range') {
      const of = this.#readType();
      this.#expect('>');
      return { kind: word, of };
    }
    if (word === 'context') {
      const fields = new Map<string, Type>();
      do {
        const key = this.#readKey();
        fields.set(key, this.#readType());
      } while (this.#accept(','));
      this.#expect('>');
      return { kind: 'context', fields };
    }
    const parameters: Type[] = [];
    if (!this.#accept('>')) {
      do parameters.push(this.#readType());
      while (this.#accept(','));
      this.#expect('>');
    }
    this.#expect('->');
    return { kind: 'function', parameters, result: this.#readType() };
  }

  #readNamedType(word: string): Type {
    let name = this.#take(word, [new Names([...TYPE_NAMES, ...this.#types.keys()])]);
    while (!this.#types.has(name) && this.#accept('.')) {
      const part = wordAt(this.#text, this.#at);
      if (part === undefined) this.#fail('a type is expected here');
      this.#at += part.length;
      name += `.${part}`;
    }
    return this.#types.get(name) ?? builtInType(name) ?? { kind: 'unknown', name };
  }
}

/** No other way of reading helps. */
class TooMuchError extends FeelSyntaxError {}

/** (< 5), (>= 5), (= 5), (!= 5) as ranges. */
function openRange(op: Comparison, value: Node, at: number): Node {
  const ends = { start: undefined, startIncluded: false, end: undefined, endIncluded: false };
  switch (op) {
    case '<':
    case '<=':
      return { kind: 'range', at, ...ends, end: value, endIncluded: op === '<=' };
    case '>':
    case '>=':
      return { kind: 'range', at, ...ends, start: value, startIncluded: op === '>=' };
    default:
      return { kind: 'range', at, start: value, startIncluded: true, end: value, endIncluded: true, op };
  }
}

function trimmed(name: string): string {
  return name.trim().replace(/\s+/g, ' ');
}

const RESERVED = new Set(['then', 'else', 'return', 'satisfies', 'between', 'instance', 'and', 'or', 'in']);
const NUMBER = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const STRING = /"((?:[^"\\]|\\[\s\S])*)"/y;
const ESCAPE = /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|([nrt'"\\]))/g;
const SIGNS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', "'": "'", '"': '"', '\\': '\\' };
const KEY = /([^:{}[\]"(),]{1,500}?)\s*:/y;
const LOOP = /([^()[\]{}",:]{1,500}?)\s+in(?=[\s([{"@-])/y;
const ARGUMENT = /([^\d\s()[\]{}",:@<>=.][^()[\]{}",:@<>=]{0,500}?)\s*:/y;
const PARAMETER = /[^()[\]{}",:\d\s][^()[\]{}",:]{0,500}/y;
