import { randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { record } from '#kernel/access';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { TraceReport, TraceSuspect } from '../model.ts';
import { parseCsv, readMarks, suspect, thresholdFor } from '../rules/index.ts';
import { findCopiedReleases, findMarks, planKeyOf } from '../store/index.ts';
import { readWhole } from './copies.ts';

const MOST_ROWS = 20_000;
const MOST_COPIES = 5_000;
const MOST_RELEASES = 12;
const SUSPECTS_SHOWN = 20;

/** Whose copy of an offering a file is: the likeliest first. Held against the release that it has most rows of. */
export async function traceFile(
  ctx: Context,
  { offering, csv }: { offering: string; csv: string },
): Promise<TraceReport> {
  ctx.require('exchange.operate');
  const file = parseCsv(csv, MOST_ROWS);
  if (file.length < 2) throw new Problem('invalid', 'the file has no rows under a line of column names');
  const planKey = await ctx.db.transaction((tx) => planKeyOf(tx, offering, randomBytes(32)));
  const releases = await findCopiedReleases(ctx.db, offering, MOST_RELEASES);
  if (releases.length === 0) throw new Problem('not-found', 'no copy of this offering was ever given to anybody');
  let best: ReturnType<typeof readMarks> | undefined;
  for (const release of releases) {
    const found = readMarks(await readWhole(ctx, release), planKey, file);
    if (best === undefined || found.matched > best.matched) best = found;
    await breathe();
  }
  const evidence = best as NonNullable<typeof best>;
  const copies = await findMarks(ctx.db, offering, MOST_COPIES);
  const threshold = thresholdFor(copies.length);
  const suspects: TraceSuspect[] = [];
  for (const { orderId, key, buyer } of copies) {
    const found = suspect(evidence, { orderId, own: key });
    suspects.push({ ...found, buyer, isProven: found.chance < threshold });
    await breathe();
  }
  suspects.sort((one, other) => one.chance - other.chance);
  const { rows, matched, columns } = evidence;
  await ctx.db.transaction((tx) =>
    record(ctx, tx, {
      act: 'exchange.file-traced',
      subject: `offering/${offering}`,
      detail: { rows, matched, proven: suspects.filter(({ isProven }) => isProven).map(({ orderId }) => orderId) },
    }),
  );
  return { rows, matched, columns, threshold, suspects: suspects.slice(0, SUSPECTS_SHOWN) };
}
