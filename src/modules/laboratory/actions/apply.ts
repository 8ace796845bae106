import type { Tx } from '#kernel/context';
import type { TubeKnown, WorkKnown } from '../model.ts';
import {
  type Count,
  countsOfTube,
  countsOfWork,
  EMPTY_TUBE,
  mergeTube,
  mergeWork,
  NOTHING_KNOWN,
  stateOfTube,
  type TurnaroundCount,
  turnaroundsOf,
  workOf,
} from '../rules.ts';
import { addCounts, type Key, lockTubes, lockWorks, type TubeRow, writeTubes, writeWorks } from '../store.ts';

/** News of orders and tubes, to be merged into what is known. */
export interface News {
  /** By `<part>/<id>`. */
  works: Map<string, WorkKnown>;
  /** By accession number, with the orders that wait for the tube. */
  tubes: Map<string, { known: TubeKnown; works: Set<string> }>;
}

const SLOTS = 16;

/**
 * Merges news into the rows of orders and tubes and moves the counts by what changed. Order and repetition do not matter.
 * Tubes are locked before orders, each in one order, by whoever calls.
 */
export async function applyNews(tx: Tx, { works, tubes }: News): Promise<void> {
  const counts: Count[] = [];
  const turnarounds: TurnaroundCount[] = [];
  const locked = tubes.size === 0 ? new Map<string, TubeRow>() : await lockTubes(tx, [...tubes.keys()]);
  const tubesAfter = [...tubes].map(([accession, news]) => {
    const before = locked.get(accession);
    const known = before === undefined ? news.known : mergeTube(before.known, news.known);
    const state = stateOfTube(known);
    counts.push(...countsOfTube(before === undefined ? undefined : stateOfTube(before.known), state));
    const waiting = [...new Set<string>([...(before?.works ?? []), ...news.works])].sort();
    return { isNew: before === undefined, accession, known, works: waiting, state };
  });
  const merged = new Map(works);
  for (const { accession, known, works: waiting } of tubesAfter) {
    for (const key of waiting)
      merged.set(key, mergeWork(merged.get(key) ?? NOTHING_KNOWN, { tubes: { [accession]: known }, reports: {} }));
  }
  const keys = [...merged.keys()].map(keyOf);
  const rows = keys.length === 0 ? [] : await lockWorks(tx, keys);
  const knownBefore = new Map(rows.map(({ part, id, known }) => [`${part}/${id}`, known]));
  const worksAfter = [...merged].map(([key, news]) => {
    const { part, id } = keyOf(key);
    const before = knownBefore.get(key);
    const known = before === undefined ? news : mergeWork(before, news);
    const is = workOf(part, id, known);
    const was = before === undefined ? undefined : workOf(part, id, before);
    counts.push(...countsOfWork(was, is));
    turnarounds.push(...turnaroundsOf(was, is));
    return { ...is, isNew: before === undefined, known };
  });
  if (tubesAfter.length > 0) await writeTubes(tx, tubesAfter);
  if (worksAfter.length > 0) await writeWorks(tx, worksAfter);
  await addCounts(tx, counts, turnarounds, slotOf(worksAfter[0]?.id ?? tubesAfter[0]?.accession ?? ''));
}

export function noNews(): News {
  return { works: new Map(), tubes: new Map() };
}

export function addWork(news: News, key: string, known: Partial<WorkKnown>): void {
  news.works.set(key, mergeWork(news.works.get(key) ?? NOTHING_KNOWN, { ...NOTHING_KNOWN, ...known }));
}

export function addTube(
  news: News,
  accession: string,
  known: TubeKnown = EMPTY_TUBE,
  works: readonly string[] = [],
): void {
  const before = news.tubes.get(accession);
  news.tubes.set(accession, {
    known: mergeTube(before?.known ?? EMPTY_TUBE, known),
    works: new Set([...(before?.works ?? []), ...works]),
  });
}

/** A patient's id has no slash, and neither has a resource's. */
export function keyOf(text: string): Key {
  const at = text.lastIndexOf('/');
  return { part: text.slice(0, at), id: text.slice(at + 1) };
}

function slotOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (hash * 31 + text.charCodeAt(index)) >>> 0;
  return hash % SLOTS;
}
