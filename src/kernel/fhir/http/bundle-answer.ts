import { STATUS_CODES } from 'node:http';
import type { EntryResult } from '../bundle.ts';
import type { Stored } from '../store.ts';
import { outcomeOf } from './answer.ts';
import { searchset } from './bundles.ts';

/** The answer to a batch or transaction as text; what was written is repeated only where the caller prefers it. */
export function bundleAnswer(
  base: string,
  type: 'batch' | 'transaction',
  results: readonly EntryResult[],
  whole: boolean,
  now: Date,
): string {
  const entries = results.map((result) => entryAnswer(base, result, whole, now));
  const head = `{"resourceType":"Bundle","type":"${type}-response"`;
  return entries.length === 0 ? `${head}}` : `${head},"entry":[${entries.join(',')}]}`;
}

function entryAnswer(base: string, result: EntryResult, whole: boolean, now: Date): string {
  switch (result.kind) {
    case 'written': {
      const { written } = result;
      const { type, id, version, op, content } = written;
      if (op === 'deleted' || content === null) return entry(undefined, { status: statusOf(204), ...tagOf(written) });
      const location = `${base}/${type}/${id}/_history/${version}`;
      return entry(whole ? content : undefined, {
        status: statusOf(op === 'created' ? 201 : 200),
        location,
        ...tagOf(written),
      });
    }
    case 'read':
      return entry(result.stored.content!, { status: statusOf(200), ...tagOf(result.stored) });
    case 'found':
      return entry(searchset(base, result.path, result.params, result.page, now), { status: statusOf(200) });
    case 'nothing':
      return entry(undefined, { status: statusOf(204) });
    case 'failed':
      return entry(undefined, { status: statusOf(result.problem.status), outcome: outcomeOf(result.problem) });
  }
}

function entry(resource: string | undefined, response: object): string {
  const answer = `"response":${JSON.stringify(response)}`;
  return resource === undefined ? `{${answer}}` : `{"resource":${resource},${answer}}`;
}

function tagOf({ version, updated }: Stored): { etag: string; lastModified: string } {
  return { etag: `W/"${version}"`, lastModified: updated.toISOString() };
}

function statusOf(status: number): string {
  return `${status} ${STATUS_CODES[status]}`;
}
