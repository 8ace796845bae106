/** One benchmark: a command that prints a table with the ratio to its peer or limit, measured in the same run. */
export interface Bench {
  name: string;
  summary: string;
  /** What may follow the name, for --help. */
  options?: string;
  run(args: readonly string[], say: (line: string) => void): Promise<BenchResult>;
}

export interface BenchResult {
  /** One object a line of the table; all with the same keys. */
  rows: readonly Record<string, string | number>[];
  /** What the figures say, and what limits them. */
  notes: readonly string[];
}
