import { Problem } from '#kernel/problem';
import type { Lake } from './client.ts';
import { named } from './columns.ts';
import { type KeptView, MOST_SKIPPED } from './generations.ts';
import { type ChangedVersion, linesOf, type PersonVersion, RAW_JSON } from './source.ts';
import { inboxOf } from './tables.ts';

/** A version that a view of a generation cannot read. */
export interface Unread {
  version: ChangedVersion;
  view: string;
  reason: string;
}

export interface PourTarget {
  database: string;
  /** The views that are fed, with the type each reads. */
  views: readonly { name: string; resource: string; state: KeptView['state'] }[];
}

/** One block an insert, so that the engine makes one part of each table; rows of many years in one insert are no mistake. */
const SETTINGS = {
  max_partitions_per_insert_block: 0,
  parallel_view_processing: 0,
  input_format_parallel_parsing: 0,
  ...RAW_JSON,
  async_insert: 0,
  // On a cluster: what is acknowledged is on its shard, not on its way there.
  distributed_foreground_insert: 1,
};

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
  const unread: Unread[] = [];
  const types = new Set(target.views.map(({ resource }) => resource));
  for (const [inbox, ofInbox] of Map.groupBy(versions, ({ type }) => inboxOf(types.has(type) ? type : undefined)))
    unread.push(...(await pourInto(lake, { ...target, inbox, found: new Map() }, ofInbox, persons)));
  return unread;
}

interface Inbox extends PourTarget {
  inbox: string;
  /** How many versions each view could not read so far: too many, and it is fed no longer. */
  found: Map<string, number>;
}

async function pourInto(
  lake: Lake,
  target: Inbox,
  versions: readonly ChangedVersion[],
  persons: ReadonlyMap<string, PersonVersion>,
): Promise<Unread[]> {
  try {
    await insert(lake, target, versions, persons);
    return [];
  } catch (error) {
    if (isAway(error)) throw error;
    if (versions.length > 1) {
      const half = versions.length >> 1;
      return [
        ...(await pourInto(lake, target, versions.slice(0, half), persons)),
        ...(await pourInto(lake, target, versions.slice(half), persons)),
      ];
    }
    return pourOne(lake, target, versions[0]!, persons);
  }
}

/** Without any view, then with each view by itself. */
async function pourOne(
  lake: Lake,
  target: Inbox,
  version: ChangedVersion,
  persons: ReadonlyMap<string, PersonVersion>,
): Promise<Unread[]> {
  const names = target.views.filter(({ resource }) => resource === version.type).map(({ name }) => name);
  try {
    await insert(lake, target, [version], persons, names);
  } catch (error) {
    if (isAway(error)) throw error;
    await requireSound(lake, target, error);
    return [{ version, view: 'resource', reason: reasonOf(error) }];
  }
  const unread: Unread[] = [];
  for (const view of names.filter((name) => !unfed(target).includes(name))) {
    try {
      const others = names.filter((name) => name !== view);
      await insert(lake, target, [version], persons, others);
    } catch (error) {
      if (isAway(error)) throw error;
      unread.push({ version, view, reason: reasonOf(error) });
      target.found.set(view, (target.found.get(view) ?? 0) + 1);
    }
  }
  return unread;
}

/** Whether the lake keeps anything at all: a full disk must not look like a bad resource. @throws Problem `unavailable` */
async function requireSound(lake: Lake, target: Inbox, cause: unknown): Promise<void> {
  const nothing: ChangedVersion = {
    type: '',
    part: '',
    id: '',
    version: 1,
    former: false,
    tenant: '',
    patients: [],
    content: null,
  };
  try {
    await insert(lake, target, [nothing], new Map());
  } catch {
    throw new Problem('unavailable', 'the lake keeps nothing at the moment', {}, { cause });
  }
}

function unfed({ views, found }: Inbox): string[] {
  return views.flatMap(({ name, state }) =>
    state === 'suspended' || (found.get(name) ?? 0) > MOST_SKIPPED ? [name] : [],
  );
}

async function insert(
  lake: Lake,
  target: Inbox,
  versions: readonly ChangedVersion[],
  persons: ReadonlyMap<string, PersonVersion>,
  skip: readonly string[] = [],
): Promise<void> {
  const lines = linesOf(versions, persons, [...new Set([...unfed(target), ...skip])]);
  await lake.insert(`${named(target.database)}.${named(target.inbox)}`, lines, { settings: SETTINGS });
}

/** Whether the lake is away or busy, rather than what it is asked wrong. */
export function isAway(error: unknown): boolean {
  return (
    error instanceof Problem && (error.kind === 'unavailable' || error.kind === 'too-many' || error.kind === 'conflict')
  );
}

export function reasonOf(error: unknown): string {
  const { message, issues = [] } = error as Problem;
  return [message, ...issues.map((issue) => issue.message)].join(': ').slice(0, 1_000);
}
