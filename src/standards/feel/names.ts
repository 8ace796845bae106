/**
 * Names with spaces and signs in them. What is a name depends on what is known: "a - b" is a difference, unless something is called so.
 */
const POINTS =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const PARTS = `${POINTS}0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}`;

const WORD = new RegExp(`[${POINTS}][${PARTS}]*`, 'uy');
const RUN = new RegExp(`[${PARTS}]+|[^\\s${PARTS}]`, 'gu');
const IS_PART = new RegExp(`^[${PARTS}]`, 'u');
const SPACE = /[\s\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]*/y;

/** The word that begins at an index, without spaces or signs; undefined where none does. */
export function wordAt(text: string, at: number): string | undefined {
  WORD.lastIndex = at;
  return WORD.exec(text)?.[0];
}

export function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

/** A name as it is compared: single spaces between its parts, none around signs. */
export function plainName(name: string): string {
  const runs = runsOf(name);
  return runs.reduce((text, run, index) => {
    const between = index > 0 && IS_PART.test(run) && IS_PART.test(runs[index - 1] as string) ? ' ' : '';
    return text + between + run;
  }, '');
}

function runsOf(name: string): string[] {
  return name.match(RUN) ?? [];
}

interface Known {
  readonly name: string;
  readonly runs: readonly string[];
}

/** Names of more than one part, by their first; a single word needs no help. */
export class Names {
  readonly #byFirst = new Map<string, Known[]>();

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.add(name);
  }

  add(name: string): void {
    const runs = runsOf(name);
    const first = runs[0];
    if (first === undefined || runs.length < 2) return;
    const same = this.#byFirst.get(first);
    if (same === undefined) this.#byFirst.set(first, [{ name, runs }]);
    else if (!same.some((known) => known.name === name)) same.push({ name, runs });
  }

  /** The longest known name that begins at an index. */
  longestAt(text: string, at: number, word: string): { name: string; end: number } | undefined {
    let best: { name: string; end: number } | undefined;
    for (const { name, runs } of this.#byFirst.get(word) ?? []) {
      const end = endOf(text, at, runs);
      if (end !== undefined && end > (best?.end ?? 0)) best = { name, end };
    }
    return best;
  }
}

function endOf(text: string, at: number, runs: readonly string[]): number | undefined {
  let end = at;
  for (const run of runs) {
    end = end === at ? at : skipSpace(text, end);
    if (!text.startsWith(run, end)) return undefined;
    end += run.length;
    if (IS_PART.test(run) && IS_PART.test(pointAt(text, end))) return undefined;
  }
  return end;
}

function pointAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}
