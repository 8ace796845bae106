import { join } from 'node:path';
import type { Revive } from '#kernel/child';
import { connectLake, type Lake } from './client.ts';
import { startLakeEngine } from './engine.ts';

export {
  enough,
  lakeRelation,
  type Reach,
  type RelationOptions,
  reachOf,
  rowsByAct,
  rowsSeen,
  SMALLEST,
  smallestOf,
} from './access.ts';
export { viewAddresses } from './catalogue.ts';
export { type CheckReport, checkLake, type Difference } from './check.ts';
export { type AskOptions, clusterOf, DURABLE_TABLE, type Lake, type StreamFormat } from './client.ts';
export { type FeedParts, lakeFeed, lakeListener } from './feed.ts';
export { askRebuild, type KeeperParts, keepTables, startKeeper } from './keeper.ts';
export type { LakeTable, TableRow } from './module-tables.ts';
export { type Choice, findOccurring, type Occurring } from './occurring.ts';
export {
  describe,
  type Exports,
  exportRoutes,
  goneSignal,
  type LakeDoor,
  lakeTokenRoutes,
  operationRoutes,
  questionOfText,
  startExports,
} from './operations/index.ts';
export { lakePageRoutes } from './page-routes.ts';
export { requireReadOnly } from './read-only.ts';
export { type LakeStatus, lagSeconds, lakeStatus } from './status.ts';
export { generationTables, makeViewTables, type Placement, questionViews, viewTables } from './tables.ts';
export { lakeVerb } from './verbs.ts';
export { builtInViews, type LakeView, readViews, storeBuiltInViews } from './views.ts';

/**
 * The user's own ClickHouse when there is one, else the embedded engine in the data folder. It answers after `ready()`; calls wait for it.
 * The platform passes `revive`: it then owns the embedded engine and keeps it alive.
 */
export function openLake(
  { lakeUrl, lakeMemory, data }: { lakeUrl: string | undefined; lakeMemory: number | undefined; data: string },
  revive?: Revive,
): Lake {
  if (lakeUrl !== undefined) return connectLake({ url: lakeUrl });
  const engine = startLakeEngine({
    folder: join(data, 'lake'),
    ...(lakeMemory === undefined ? {} : { memoryBytes: lakeMemory }),
    ...(revive === undefined ? {} : { revive }),
  });
  return connectLake({ url: 'http://lake', engine });
}
