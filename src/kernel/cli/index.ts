import type { Config } from '#kernel/config';

/** One verb of the command line. Results go to stdout as JSON or ndjson, progress and errors to stderr. */
export interface Verb {
  name: string;
  /** One line for the list of verbs. */
  summary: string;
  /** What `--help` prints. */
  usage: string;
  /** @returns the exit code: 0 only when all went well */
  run(args: readonly string[], io: VerbIo): Promise<number>;
}

export interface VerbIo {
  config: Config;
  /** A line of the result. */
  out(line: string): void;
  /** A line for the person who waits; on a terminal, one that ends in \r is overwritten by the next. */
  progress(text: string): void;
}
