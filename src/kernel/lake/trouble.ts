import { Problem, type ProblemKind } from '#kernel/problem';

/** Error codes of ClickHouse (src/Common/ErrorCodes.cpp) that mean something to a caller. */
const KINDS: ReadonlyMap<number, readonly [ProblemKind, string]> = new Map([
  ...kind('too-costly', 'the question takes too long', 159, 160),
  ...kind('too-costly', 'the question takes too much memory', 241),
  ...kind('too-costly', 'the question reads or answers too many rows', 158, 191, 307, 396),
  ...kind('too-costly', 'the question is too deep or too large', 167, 168, 306),
  ...kind('too-many', 'the lake has too many questions at once', 202),
  ...kind('unavailable', 'the question was stopped', 394),
  ...kind('unavailable', "the lake's disk is full", 243),
  ...kind('unavailable', 'the lake cannot be reached', 209, 210, 225, 242, 279, 425, 999),
  ...kind('forbidden', 'the question may only read', 164, 497),
  ...kind('unavailable', 'the lake refuses who asks: see LAKE_URL', 192, 193, 194, 516),
]);

/** Codes of failures inside the engine: bugs of its or ours, broken files. What is neither here nor above is a question that is wrong in itself. */
const FAILURES = new Set([
  2, 3, 7, 9, 32, 33, 40, 49, 74, 75, 76, 77, 78, 79, 99, 100, 101, 102, 162, 171, 173, 201, 228, 231, 232, 233, 235,
  236, 240, 244, 246, 252, 271, 272, 319, 364, 413, 424, 435, 439, 461, 499, 521, 528, 533, 568, 569, 610, 650, 668,
  722, 740, 1000, 1001, 1002,
]);

/** What went wrong in the engine, told as a Problem; its own words only to the caller, because they may quote values. */
export function problemOf(error: unknown): Error {
  const { name, code, message = '' } = error as { name?: string; code?: string; message?: string };
  if (error instanceof Problem || name === 'AbortError') return error as Error;
  if (name === 'TimeoutError') return new Problem('too-costly', 'the question takes too long');
  const number = /^\d+$/.test(code ?? '') ? Number(code) : Number(/Code: (\d+)/.exec(message)?.[1]);
  if (Number.isNaN(number)) return new Problem('unavailable', 'the lake does not answer', { code }, { cause: error });
  const [kind, said] = KINDS.get(number) ?? [];
  if (kind !== undefined && said !== undefined) return new Problem(kind, said, { code: number });
  // The platform names its own views with their database; people's own names are looked up before.
  if (number === 60 && /identifier [`']*banyan[`']*\./.test(message))
    return new Problem('unavailable', 'the lake is not filled yet: try again in a moment', { code: number });
  if (FAILURES.has(number)) return new Error(`the lake failed: ${withoutInternals(message)}`);
  const issue = { severity: 'error', code: 'invalid', message: withoutInternals(message) } as const;
  return new Problem('invalid', 'the lake does not understand the question', { code: number }, { issues: [issue] });
}

/** Whether the connection was never made, or broke before anything was answered. */
export function isConnectionLost(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes((error as { code?: string }).code ?? '');
}

/** Whether nothing of a call can have reached the engine. */
export function isUnreached(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT'].includes((error as { code?: string }).code ?? '');
}

function withoutInternals(message: string): string {
  return message
    .replace(/^Code: \d+\. DB::Exception: /, '')
    .replace(/Stack trace:[\s\S]*$/, '')
    .replace(/:? (while executing|while processing|In scope|Maybe you meant)[\s\S]*$/i, '')
    .replace(/\s*\(version [^)]*\)/, '')
    .replace(/(\/[\w.-]+){3,}\/?/g, '…')
    .trim()
    .slice(0, 1_000);
}

function kind(name: ProblemKind, said: string, ...codes: number[]): [number, readonly [ProblemKind, string]][] {
  return codes.map((code) => [code, [name, said]]);
}
