import { Problem } from '#kernel/problem';
import type { Lake } from './client.ts';
import { type ChangedVersion, linesOf, type PersonVersion } from './source.ts';
import { named } from './columns.ts';

/** A version that a view of a generation cannot read. */
export interface Unread {
  version: ChangedVersion;
  view: string;
  reason: string;
}

export interface PourTarget {
  database: string;
  /** The views that are fed, with the type each reads. */
  views: readonly { name: string; resource: string }[];
}

/** One block an insert, so that the engine makes one part of each table; rows of many years in one insert are no mistake. */
const SETTINGS = { max_partitions_per_insert_block: 0, parallel_view_processing: 0, input_format_parallel_parsing: 0, input_format_json_read_objects_as_strings: 1, async_insert: 0 };

/**
 * Inserts versions into a generation, all of them at once. Where a view cannot read one, that one is found by halving and kept out of
 * that view only.
 *
 * @returns what was kept out of which view
 * @throws Problem `unavailable` when the lake is away; whatever the engine says when not even the raw resource can be kept
 */
export async function pour(
  lake: Lake,
  target: PourTarget,
  versions: readonly ChangedVersion[],
  persons: ReadonlyMap<string, PersonVersion>,
): Promise<Unread[]> {
  if (versions.length === 0) return [];
  try {
    await insert(lake, target, versions, persons);
    return [];
  } catch (error) {
    if (isAway(error)) throw error;
    if (versions.length > 1) {
      const half = versions.length >> 1;
      return [
        ...(await pour(lake, target, versions.slice(0, half), persons)),
        ...(await pour(lake, target, versions.slice(half), persons)),
      ];
    }
    return pourOne(lake, target, versions[0]!, persons);
  }
}

/** Each view by itself, then all that can read the version. */
async function pourOne(
  lake: Lake,
  target: PourTarget,
  version: ChangedVersion,
  persons: ReadonlyMap<string, PersonVersion>,
): Promise<Unread[]> {
  const names = target.views.filter(({ resource }) => resource === version.type).map(({ name }) => name);
  // Without any view: when this fails, it is not for a view that the resource cannot be kept.
  await insert(lake, target, [version], persons, names);
  const unread: Unread[] = [];
  for (const view of names) {
    try {
      const others = names.filter((name) => name !== view);
      await insert(lake, target, [version], persons, others);
    } catch (error) {
      if (isAway(error)) throw error;
      unread.push({ version, view, reason: reasonOf(error) });
    }
  }
  return unread;
}

async function insert(
  lake: Lake,
  { database }: PourTarget,
  versions: readonly ChangedVersion[],
  persons: ReadonlyMap<string, PersonVersion>,
  skip: readonly string[] = [],
): Promise<void> {
  await lake.insert(`${named(database)}.inbox`, linesOf(versions, persons, skip), { settings: SETTINGS });
}

function isAway(error: unknown): boolean {
  return error instanceof Problem && (error.kind === 'unavailable' || error.kind === 'too-many' || error.kind === 'conflict');
}

function reasonOf(error: unknown): string {
  const { message, issues = [] } = error as Problem;
  return [message, ...issues.map((issue) => issue.message)].join(': ').slice(0, 1_000);
}
