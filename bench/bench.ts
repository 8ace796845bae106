/** One benchmark: a command that prints a table with the ratio to its peer or limit, measured in the same run. */
export interface Bench {
  name: string;
  summary: string;
  /** What may follow the name, for --help, and nothing else may: `[--rows 10m]` takes a value, `[--lean]` none. */
  options?: string;
  run(args: readonly string[], say: (line: string) => void): Promise<BenchResult>;
}

export interface BenchResult {
  /** One object a line of the table; all with the same keys. */
  rows: readonly Record<string, string | number>[];
  /** What the figures say, and what limits them. */
  notes: readonly string[];
}

/** `10m`, `1b`, `500k` or a plain number. */
export function parseRows(text: string): number {
  const [, digits, unit = ''] = /^([\d.]+)([kmb]?)$/i.exec(text) ?? [];
  const rows = Number(digits) * { '': 1, k: 1e3, m: 1e6, b: 1e9 }[unit.toLowerCase() as 'k']!;
  if (!(rows >= 100_000 && rows <= 1e10)) throw new Error('--rows is a number from 100k to 10b, e.g. 10m');
  return Math.round(rows);
}

export function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

/** What of the arguments the bench does not know. */
export function mistakeIn(args: readonly string[], options = ''): string | undefined {
  const known = new Map(
    [...options.matchAll(/\[(--[\w-]+)( [^\]]+)?\]/g)].map(([, name, value]) => [name, value?.trim()]),
  );
  for (let at = 0; at < args.length; at++) {
    const name = args[at]!;
    if (!known.has(name)) return `there is no option ${name}`;
    const example = known.get(name);
    if (example === undefined) continue;
    at += 1;
    if (args[at] === undefined || args[at]!.startsWith('--')) return `${name} needs a value, e.g. ${example}`;
  }
  return undefined;
}
