import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import { Problem } from '#kernel/problem';

/** JSON lines. The first argument holds facts and never personal data; the message is constant text. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: object): Log;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Errors are written by name, message and stack; the issues of a Problem, which may quote the input, are not. */
export function makeLog(level: LogLevel, to?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    messageKey: 'message',
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: describeError },
  };
  return to === undefined ? pino(options) : pino(options, to);
}

export const silentLog: Log = makeLog('silent');

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { name: typeof error };
  // A Problem is expected: its place in the code tells nothing, only a bug's does.
  if (error instanceof Problem) {
    const { kind, message, facts, cause } = error;
    return { kind, message, facts, ...(kind === 'unavailable' ? {} : { cause: describeCause(cause) }) };
  }
  // A PostgreSQL error's `detail` quotes values; its code, table and constraint do not.
  const { code, table, constraint } = error as { code?: string; table?: string; constraint?: string };
  const { name, message, stack, cause } = error;
  return { name, message, code, table, constraint, stack, cause: describeCause(cause) };
}

function describeCause(cause: unknown): unknown {
  return cause === undefined ? undefined : describeError(cause);
}
