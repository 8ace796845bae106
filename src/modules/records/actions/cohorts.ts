import type { Readable } from 'node:stream';
import { recordRead } from '#kernel/access';
import type { Context } from '#kernel/context';
import { type Lake, reachOf } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import { countCohort, findCodes, findHistory, findParcel } from '../analytics/index.ts';
import {
  type CodeOffer,
  type Cohort,
  type CohortCounts,
  type Download,
  type EventSource,
  membersOf,
  type PersonHistory,
  type Reach,
} from '../model.ts';
import { showOnePerson } from './look.ts';

const ASK = 'records.cohort.ask';

/** What the lake is asked with, beside the question. */
export interface Asked {
  lake: Lake;
  /** Ends when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** How far the actor may ask, the furthest first. */
export function reachesOf(ctx: Context): Reach[] {
  ctx.require(ASK);
  return (['population', 'rows'] as const).filter((reach) => reachOf(ctx, 'Patient').includes(reach));
}

/** Counts a cohort. Who asked what, and what it came to, is in the audit trail: the last means against asking until one person stands alone. */
export async function askCohort(
  ctx: Context,
  { cohort, reach }: { cohort: Cohort; reach: Reach },
  asked: Asked,
): Promise<CohortCounts> {
  ctx.require(ASK);
  const counts = await countCohort(ctx, cohort, { ...asked, reach });
  await recordRead(ctx, { act: 'records.cohort-counted', detail: { reach, cohort, members: membersOf(counts) } });
  return counts;
}

/** Codes that occur, while somebody types. */
export async function askCodes(
  ctx: Context,
  question: { source: EventSource; text: string; reach: Reach },
  asked: Asked,
): Promise<CodeOffer[]> {
  ctx.require(ASK);
  return findCodes(ctx, question, { ...asked, reach: question.reach });
}

const SHORTEST_PURPOSE = 10;
const LONGEST_PURPOSE = 500;

/** Rows of a cohort, for whoever may see these persons' rows one by one. Each person learns of it. */
export async function downloadCohort(
  ctx: Context,
  download: Download,
  asked: Asked,
): Promise<{ persons: number; rows: number; bytes: Readable }> {
  ctx.require(ASK);
  ctx.require('lake.export');
  const purpose = download.purpose.trim();
  if (!(purpose.length >= SHORTEST_PURPOSE && purpose.length <= LONGEST_PURPOSE))
    throw new Problem('invalid', 'say in 10 to 500 characters what the rows are needed for');
  const { persons, patients, rows, open } = await findParcel(ctx, download, { ...asked, reach: 'rows' });
  const { cohort, what, named = false, format } = download;
  await recordRead(ctx, {
    act: 'records.cohort-downloaded',
    patients,
    detail: { cohort, what, named, format, purpose, rows, persons },
  });
  return { persons, rows, bytes: await open() };
}

/** All of a person's results, with what was recorded before two records became one; noted as any look at the person. */
export async function showHistory(ctx: Context, id: string, asked: Asked): Promise<PersonHistory> {
  const person = await showOnePerson(ctx, id);
  return findHistory(ctx, [id, ...person.merged], asked);
}
