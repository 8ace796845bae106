/**
 * Regular expressions of XPath (F&O 3.1, section 5.6, on XML Schema part 2 appendix F), which FEEL's matches(), replace() and split() take.
 *
 * They are matched by a machine of our own, because JavaScript's knows neither class subtraction nor \i and \c, and because each step
 * is counted: a pattern that would run for ever ends as "too costly", whatever it is.
 */
export class PatternError extends Error {}
export class PatternCostError extends Error {}

/** Groups of a match: start and end as indices of code points, -1 where a group took no part. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

export interface Pattern {
  readonly groups: number;
  /** The first match at or after an index of `text`'s code points. */
  find(text: readonly string[], from: number): Match | undefined;
}

type Is = (point: string) => boolean;
interface State {
  readonly text: readonly string[];
  readonly marks: number[];
  steps: number;
  depth: number;
}
type Next = (at: number) => number;
/** Tries to match at an index; answers where the whole match ends, or -1. */
type Step = (state: State, at: number, next: Next) => number;
interface Piece {
  readonly step: Step;
  /** When it always matches exactly one code point. */
  readonly one?: Is;
}

const MOST_STEPS = 2_000_000;
const MOST_DEPTH = 2_500;
const MOST_PATTERN = 10_000;
const MOST_REPEAT = 10_000;
const MOST_NESTING = 100;

/** @throws PatternError when pattern or flags are malformed */
export function compilePattern(pattern: string, flags = ''): Pattern {
  if (!/^[smixq]*$/.test(flags)) throw new PatternError('unknown flag');
  if (pattern.length > MOST_PATTERN) throw new PatternError('too long');
  const reader = new Reader(pattern, flags);
  const whole = reader.readPattern();
  const { groups } = reader;
  return {
    groups,
    find(text, from) {
      const state: State = { text, marks: new Array((groups + 1) * 2).fill(-1), steps: 0, depth: 0 };
      for (let at = from; at <= text.length; at += 1) {
        state.marks.fill(-1);
        const end = whole.step(state, at, (place) => place);
        if (end < 0) continue;
        const taken = Array.from({ length: groups + 1 }, (_, group) => {
          const [start = -1, stop = -1] = state.marks.slice(group * 2);
          return start < 0 || stop < 0 ? undefined : text.slice(start, stop).join('');
        });
        return { start: at, end, groups: taken };
      }
      return undefined;
    },
  };
}

function count(state: State): void {
  state.steps += 1;
  if (state.steps > MOST_STEPS) throw new PatternCostError('too many steps');
}

/** Guards the program's own stack. */
function deeper(state: State, run: () => number): number {
  state.depth += 1;
  if (state.depth > MOST_DEPTH) throw new PatternCostError('too deep');
  try {
    return run();
  } finally {
    state.depth -= 1;
  }
}

class Reader {
  readonly #points: readonly string[];
  readonly #flags: ReadonlySet<string>;
  #at = 0;
  #nesting = 0;
  readonly #open = new Set<number>();
  groups = 0;

  constructor(pattern: string, flags: string) {
    this.#flags = new Set(flags);
    this.#points = flags.includes('x') ? withoutSpace([...pattern]) : [...pattern];
  }

  readPattern(): Piece {
    if (this.#flags.has('q')) return sequence(this.#points.map((point) => one(this.#literal(point))));
    const piece = this.#readAlternatives();
    if (this.#at < this.#points.length) throw new PatternError('unbalanced parenthesis');
    return piece;
  }

  #peek(): string | undefined {
    return this.#points[this.#at];
  }

  #take(): string {
    const point = this.#points[this.#at];
    if (point === undefined) throw new PatternError('the pattern ends too early');
    this.#at += 1;
    return point;
  }

  #readAlternatives(): Piece {
    const branches = [this.#readBranch()];
    while (this.#peek() === '|') {
      this.#at += 1;
      branches.push(this.#readBranch());
    }
    if (branches.length === 1) return branches[0] as Piece;
    return {
      step(state, at, next) {
        const marks = state.marks.slice();
        for (const branch of branches) {
          count(state);
          const end = branch.step(state, at, next);
          if (end >= 0) return end;
          restore(state, marks);
        }
        return -1;
      },
    };
  }

  #readBranch(): Piece {
    const pieces: Piece[] = [];
    for (let point = this.#peek(); point !== undefined && point !== '|' && point !== ')'; point = this.#peek()) {
      pieces.push(this.#readPiece());
    }
    return sequence(pieces);
  }

  #readPiece(): Piece {
    const atom = this.#readAtom();
    const point = this.#peek();
    if (point === '?') return this.#repeat(atom, 0, 1);
    if (point === '*') return this.#repeat(atom, 0, Number.POSITIVE_INFINITY);
    if (point === '+') return this.#repeat(atom, 1, Number.POSITIVE_INFINITY);
    if (point !== '{') return atom;
    const close = this.#points.indexOf('}', this.#at);
    const found = /^(\d+)(,(\d*))?$/.exec(close < 0 ? '' : this.#points.slice(this.#at + 1, close).join(''));
    if (found === null) throw new PatternError('malformed quantity');
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (least > most || least > MOST_REPEAT) throw new PatternError('malformed quantity');
    this.#at = close;
    return this.#repeat(atom, least, most);
  }

  /** The quantity's last character is still to be taken. */
  #repeat(atom: Piece, least: number, most: number): Piece {
    this.#at += 1;
    const lazy = this.#peek() === '?';
    if (lazy) this.#at += 1;
    const following = this.#peek();
    if (following !== undefined && /[?*+]/.test(following)) throw new PatternError('a quantity has no quantity');
    return atom.one === undefined ? repeatAny(atom, least, most, lazy) : repeatOne(atom.one, least, most, lazy);
  }

  #readAtom(): Piece {
    const point = this.#take();
    switch (point) {
      case '(':
        return this.#readGroup();
      case '[':
        return one(this.#readClass());
      case '.':
        return one(this.#flags.has('s') ? () => true : (found) => found !== '\n' && found !== '\r');
      case '^':
        return edge(({ text }, at) => at === 0 || (this.#flags.has('m') && text[at - 1] === '\n' && at < text.length));
      case '$':
        return edge(({ text }, at) => at === text.length || (this.#flags.has('m') && text[at] === '\n'));
      case '\\':
        return this.#readEscapedAtom();
      case '?':
      case '*':
      case '+':
      case '{':
      case '}':
      case ']':
        throw new PatternError(`"${point}" stands for itself only after a backslash`);
      default:
        return one(this.#literal(point));
    }
  }

  #readGroup(): Piece {
    this.#nesting += 1;
    if (this.#nesting > MOST_NESTING) throw new PatternError('too deep');
    const silent = this.#peek() === '?';
    if (silent) {
      this.#at += 1;
      if (this.#take() !== ':') throw new PatternError('unknown kind of group');
    } else this.groups += 1;
    const group = this.groups;
    if (!silent) this.#open.add(group);
    const inside = this.#readAlternatives();
    if (this.#peek() !== ')') throw new PatternError('unbalanced parenthesis');
    this.#at += 1;
    this.#nesting -= 1;
    if (silent) return inside;
    this.#open.delete(group);
    return {
      step(state, at, next) {
        const before = state.marks[group * 2] as number;
        const after = state.marks[group * 2 + 1] as number;
        const end = inside.step(state, at, (stop) => {
          const [start, last] = [state.marks[group * 2] as number, state.marks[group * 2 + 1] as number];
          state.marks[group * 2] = at;
          state.marks[group * 2 + 1] = stop;
          const found = next(stop);
          if (found < 0) {
            state.marks[group * 2] = start;
            state.marks[group * 2 + 1] = last;
          }
          return found;
        });
        if (end < 0) {
          state.marks[group * 2] = before;
          state.marks[group * 2 + 1] = after;
        }
        return end;
      },
    };
  }

  #readEscapedAtom(): Piece {
    const point = this.#points[this.#at];
    if (point === undefined || !/[1-9]/.test(point)) return one(this.#readEscape());
    let group = 0;
    // As many digits as name a group that there is.
    while (/^[0-9]$/.test(this.#points[this.#at] ?? '')) {
      const longer = group * 10 + Number(this.#points[this.#at]);
      if (group > 0 && longer > this.groups) break;
      group = longer;
      this.#at += 1;
    }
    if (group > this.groups || this.#open.has(group)) throw new PatternError('there is no such group yet');
    const same: (a: string, b: string) => boolean = this.#flags.has('i') ? alike : (a, b) => a === b;
    return {
      step(state, at, next) {
        count(state);
        const start = state.marks[group * 2] as number;
        const length = start < 0 ? 0 : (state.marks[group * 2 + 1] as number) - start;
        for (let index = 0; index < length; index += 1) {
          const here = state.text[at + index];
          if (here === undefined || !same(here, state.text[start + index] as string)) return -1;
        }
        return next(at + length);
      },
    };
  }

  /** What follows a backslash, in a class or outside. */
  #readEscape(): Is {
    const point = this.#take();
    const known = ESCAPES[point];
    if (known !== undefined) return this.#literal(known);
    const many = CLASSES[point];
    if (many !== undefined) return (found) => many.test(found);
    if (point !== 'p' && point !== 'P') throw new PatternError(`unknown escape \\${point}`);
    const close = this.#points.indexOf('}', this.#at);
    const name = this.#points.slice(this.#at, close + 1).join('');
    if (close < 0 || !/^\{[A-Za-z0-9-]{1,60}\}$/.test(name)) throw new PatternError('malformed category');
    this.#at = close + 1;
    const inside = categoryOf(name.slice(1, -1));
    return point === 'p' ? inside : (found) => !inside(found);
  }

  /** After the opening bracket. */
  #readClass(): Is {
    this.#nesting += 1;
    if (this.#nesting > MOST_NESTING) throw new PatternError('too deep');
    const negative = this.#points[this.#at] === '^';
    if (negative) this.#at += 1;
    const parts: Is[] = [];
    let except: Is | undefined;
    for (;;) {
      const point = this.#take();
      if (point === ']') {
        if (parts.length === 0) throw new PatternError('an empty class');
        break;
      }
      if (point === '[') throw new PatternError('a bracket in a class needs a backslash');
      if (point === '-' && this.#points[this.#at] === '[') {
        if (parts.length === 0) throw new PatternError('an empty class');
        this.#at += 1;
        except = this.#readClass();
        if (this.#take() !== ']') throw new PatternError('a subtraction ends its class');
        break;
      }
      parts.push(this.#readRange(point, parts.length === 0));
    }
    this.#nesting -= 1;
    const inside = (point: string) => parts.some((part) => part(point)) !== negative;
    if (except === undefined) return inside;
    const minus = except;
    return (point) => inside(point) && !minus(point);
  }

  #readRange(first: string, begins: boolean): Is {
    let low = first;
    if (first === '\\') {
      const escaped = ESCAPES[this.#points[this.#at] ?? ''];
      if (escaped === undefined) return this.#readEscape();
      low = escaped;
      this.#at += 1;
    } else if (first === '-' && !begins && !/[\]-]/.test(this.#points[this.#at] ?? '')) {
      throw new PatternError('a hyphen stands first or last in its class');
    }
    const follows = this.#points[this.#at + 1];
    if (this.#points[this.#at] !== '-' || follows === ']' || follows === '[' || follows === undefined) {
      return this.#literal(low);
    }
    this.#at += 1;
    let high = this.#take();
    if (high === '\\') {
      const escaped = ESCAPES[this.#take()];
      if (escaped === undefined) throw new PatternError('a range ends at a character');
      high = escaped;
    }
    const from = codeOf(low);
    const to = codeOf(high);
    if (from > to) throw new PatternError('a range goes upwards');
    return this.#folded((point) => codeOf(point) >= from && codeOf(point) <= to);
  }

  #literal(point: string): Is {
    return this.#flags.has('i') ? (found) => alike(found, point) : (found) => found === point;
  }

  #folded(inside: Is): Is {
    if (!this.#flags.has('i')) return inside;
    return (point) => inside(point) || inside(point.toLowerCase()) || inside(point.toUpperCase());
  }
}

/** With flag x, white space outside of classes is no part of the pattern, even after a backslash. */
function withoutSpace(points: readonly string[]): string[] {
  let depth = 0;
  let escaped = false;
  return points.filter((point) => {
    if (depth === 0 && /[\t\n\r ]/.test(point)) return false;
    if (!escaped && point === '[') depth += 1;
    if (!escaped && point === ']' && depth > 0) depth -= 1;
    escaped = !escaped && point === '\\';
    return true;
  });
}

function alike(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase() || a.toUpperCase() === b.toUpperCase();
}

function codeOf(point: string): number {
  return point.codePointAt(0) ?? 0;
}

function restore(state: State, marks: readonly number[]): void {
  for (let index = 0; index < marks.length; index += 1) state.marks[index] = marks[index] as number;
}

function one(is: Is): Piece {
  return {
    one: is,
    step(state, at, next) {
      count(state);
      const point = state.text[at];
      return point !== undefined && is(point) ? next(at + 1) : -1;
    },
  };
}

function edge(holds: (state: State, at: number) => boolean): Piece {
  return { step: (state, at, next) => (holds(state, at) ? next(at) : -1) };
}

function sequence(pieces: readonly Piece[]): Piece {
  if (pieces.length === 1) return pieces[0] as Piece;
  const from = (index: number): Step => {
    const piece = pieces[index];
    if (piece === undefined) return (_, at, next) => next(at);
    const rest = from(index + 1);
    return (state, at, next) => deeper(state, () => piece.step(state, at, (place) => rest(state, place, next)));
  };
  return { step: pieces.length > MOST_DEPTH ? tooLong : from(0) };
}

function tooLong(): never {
  throw new PatternCostError('too long');
}

/** A single code point again and again needs no stack. */
function repeatOne(is: Is, least: number, most: number, lazy: boolean): Piece {
  return {
    step(state, at, next) {
      let taken = 0;
      const more = () => {
        count(state);
        const point = state.text[at + taken];
        if (taken >= most || point === undefined || !is(point)) return false;
        taken += 1;
        return true;
      };
      while (taken < least) if (!more()) return -1;
      if (lazy) {
        for (;;) {
          const end = next(at + taken);
          if (end >= 0) return end;
          if (!more()) return -1;
        }
      }
      while (more());
      for (; taken >= least; taken -= 1) {
        count(state);
        const end = next(at + taken);
        if (end >= 0) return end;
      }
      return -1;
    },
  };
}

function repeatAny(atom: Piece, least: number, most: number, lazy: boolean): Piece {
  const from = (state: State, at: number, taken: number, next: Next): number => {
    count(state);
    const again = () =>
      taken >= most
        ? -1
        : deeper(state, () =>
            atom.step(state, at, (place) =>
              // A round that takes nothing is not repeated for ever.
              place === at && taken >= least ? -1 : from(state, place, taken + 1, next),
            ),
          );
    if (taken < least) return again();
    if (lazy) {
      const end = next(at);
      return end >= 0 ? end : again();
    }
    const end = again();
    return end >= 0 ? end : next(at);
  };
  return { step: (state, at, next) => from(state, at, 0, next) };
}

const ESCAPES: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  n: '\n',
  r: '\r',
  t: '\t',
  ...Object.fromEntries([...'\\|.?*+(){}[]-^$'].map((point) => [point, point])),
});

const NAME_START =
  'A-Z_a-z:\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const NAME = `${NAME_START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}`;

const CLASSES: Readonly<Record<string, RegExp>> = Object.assign(Object.create(null), {
  s: /^[ \t\n\r]$/,
  S: /^[^ \t\n\r]$/u,
  d: /^\p{Nd}$/u,
  D: /^\P{Nd}$/u,
  w: /^[^\p{P}\p{Z}\p{C}]$/u,
  W: /^[\p{P}\p{Z}\p{C}]$/u,
  i: new RegExp(`^[${NAME_START}]$`, 'u'),
  I: new RegExp(`^[^${NAME_START}]$`, 'u'),
  c: new RegExp(`^[${NAME}]$`, 'u'),
  C: new RegExp(`^[^${NAME}]$`, 'u'),
});

/** The blocks of Unicode that patterns of documents name; JavaScript knows categories and scripts only. */
const BLOCKS: Readonly<Record<string, readonly [number, number]>> = Object.assign(Object.create(null), {
  BasicLatin: [0x0, 0x7f],
  'Latin-1Supplement': [0x80, 0xff],
  'LatinExtended-A': [0x100, 0x17f],
  'LatinExtended-B': [0x180, 0x24f],
  IPAExtensions: [0x250, 0x2af],
  Greek: [0x370, 0x3ff],
  GreekandCoptic: [0x370, 0x3ff],
  Cyrillic: [0x400, 0x4ff],
  Hebrew: [0x590, 0x5ff],
  Arabic: [0x600, 0x6ff],
  Devanagari: [0x900, 0x97f],
  Thai: [0xe00, 0xe7f],
  HangulJamo: [0x1100, 0x11ff],
  GeneralPunctuation: [0x2000, 0x206f],
  CurrencySymbols: [0x20a0, 0x20cf],
  NumberForms: [0x2150, 0x218f],
  Arrows: [0x2190, 0x21ff],
  MathematicalOperators: [0x2200, 0x22ff],
  CJKSymbolsandPunctuation: [0x3000, 0x303f],
  Hiragana: [0x3040, 0x309f],
  Katakana: [0x30a0, 0x30ff],
  Bopomofo: [0x3100, 0x312f],
  CJKUnifiedIdeographsExtensionA: [0x3400, 0x4dbf],
  CJKUnifiedIdeographs: [0x4e00, 0x9fff],
  HangulSyllables: [0xac00, 0xd7af],
  PrivateUse: [0xe000, 0xf8ff],
  CJKCompatibilityIdeographs: [0xf900, 0xfaff],
  HalfwidthandFullwidthForms: [0xff00, 0xffef],
});

const CATEGORY = /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?)$/;

function categoryOf(name: string): Is {
  if (name.startsWith('Is')) {
    const block = BLOCKS[name.slice(2)];
    if (block === undefined) throw new PatternError('unknown block');
    return (point) => codeOf(point) >= block[0] && codeOf(point) <= block[1];
  }
  if (!CATEGORY.test(name)) throw new PatternError('unknown category');
  const test = new RegExp(`^\\p{${name}}$`, 'u');
  return (point) => test.test(point);
}
