import { Problem } from '#kernel/problem';
import type { StoredCounterparty } from '../store/negotiations.ts';

const TIMEOUT_MS = 10_000;
const MOST_ANSWER_BYTES = 1024 * 1024;

/** @throws Problem `unavailable` where there is no answer, or one that may pass */
export async function askConnector(
  { authorization }: StoredCounterparty,
  { method, url, body }: { method: 'GET' | 'POST'; url: string; body?: object },
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, {
      method,
      // Another address than the one that was entered is not followed to.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(authorization !== null && { authorization }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await readBounded(response);
    const mayPass = response.status >= 500 || response.status === 408 || response.status === 429;
    if (mayPass) throw new Problem('unavailable', 'the other connector does not answer', { status: response.status });
    return { status: response.status, body: parsed(text) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('unavailable', 'the other connector does not answer', {}, { cause: error });
  }
}

async function readBounded({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > MOST_ANSWER_BYTES) throw new Problem('unavailable', 'the other connector does not answer', { bytes });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why the other side refused. */
export function reasonOf(body: unknown): string {
  const { reason } = (body ?? {}) as { reason?: unknown };
  const text = Array.isArray(reason) ? reason.map(String).join('; ') : '';
  return text.slice(0, 500);
}
