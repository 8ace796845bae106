import { Problem, type ProblemKind } from '#kernel/problem';

/** Error codes of ClickHouse (src/Common/ErrorCodes.cpp) that mean something to a caller. */
const KINDS: ReadonlyMap<number, readonly [ProblemKind, string]> = new Map([
  ...kind('too-costly', 'the question takes too long', 159, 160),
  ...kind('too-costly', 'the question takes too much memory', 241),
  ...kind('too-costly', 'the question reads or answers too many rows', 158, 191, 307, 396),
  ...kind('too-many', 'the lake has too many questions at once', 202),
  ...kind('unavailable', 'the question was stopped', 394),
  ...kind('unavailable', "the lake's disk is full", 243),
  ...kind('unavailable', 'the lake cannot be reached', 209, 210, 225, 242, 279, 425, 999),
  ...kind('forbidden', 'the question may only read', 164, 497),
  ...kind('unavailable', 'the lake refuses who asks: see LAKE_URL', 192, 193, 194, 516),
]);

/** Codes of a question that is wrong in itself; any other is a failure of the lake or of the platform. */
const WRONG_QUESTION = new Set([
  6, 8, 10, 15, 16, 20, 26, 27, 34, 35, 36, 37, 38, 39, 41, 42, 43, 44, 46, 47, 48, 50, 51, 52, 53, 59, 60, 62, 63, 69,
  70, 72, 73, 80, 81, 115, 117, 120, 125, 130, 131, 153, 159, 179, 182, 184, 190, 206, 207, 215, 349, 352, 386, 395,
  407, 427, 456, 457, 469, 558, 636, 646, 691,
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
  if (!WRONG_QUESTION.has(number)) return new Error(`the lake failed: ${withoutInternals(message)}`);
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
