import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { record } from '#kernel/access';
import { type Context, makeContext } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { Lake } from '../client.ts';
import { countRows } from './answer.ts';
import {
  beat,
  type Export,
  type ExportFile,
  type ExportView,
  endExport,
  forgetExports,
  giveBack,
  isDisabled,
  putFiles,
  takeExport,
} from './export-store.ts';
import { FORMS, isText, shaperOf, WRITING_VALUES } from './formats.ts';
import { readDefinition, selectOf } from './view-select.ts';

/** Makes the files of exports, one export at a time, and deletes them when their time is over. */
export interface Exports {
  folder: string;
  /** There is something to do. */
  wake(): void;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;
const BEAT_EVERY_MS = 2_000;
const SWEEP_EVERY_MS = 600_000;
const KEPT_MS = 24 * 3_600_000;
const MOST_MS = 2 * 3_600_000;
const MOST_ROWS = 1_000_000_000;
/** Of one export. */
const MOST_BYTES = 5_000_000_000;

/** @param data the platform's folder; files are kept in `exports` there, each export in a folder of its own */
export function startExports(ctx: Context, lake: Lake, data: string): Exports {
  const folder = join(data, 'exports');
  const ending = new AbortController();
  let awake = Promise.withResolvers<void>();
  let sweptAt = 0;

  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        if (Date.now() - sweptAt >= SWEEP_EVERY_MS) {
          await sweep(ctx, folder);
          sweptAt = Date.now();
        }
        const taken = await takeExport(ctx.db, ctx.now());
        if (taken !== undefined) {
          await make(ctx, lake, folder, taken, ending.signal);
          continue;
        }
      } catch (error) {
        ctx.log.error({ error }, 'an export could not be worked on and will be tried again');
      }
      await Promise.race([awake.promise, sleep(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => {})]);
      awake = Promise.withResolvers<void>();
    }
  };
  const running = loop();
  return {
    folder,
    wake: () => awake.resolve(),
    async stop() {
      ending.abort();
      await running;
    },
  };
}

/** Makes one export whole, or notes why it cannot be. Views that are done already stay done. */
async function make(ctx: Context, lake: Lake, folder: string, taken: Export, ending: AbortSignal): Promise<void> {
  const { id, asker } = taken;
  const as = makeContext({
    actor: { ...asker, permissions: new Set(asker.permissions) },
    db: ctx.db,
    log: ctx.log,
    now: ctx.now,
    requestId: id,
  });
  const stopped = new AbortController();
  const beating = setInterval(() => {
    beat(ctx.db, id, ctx.now()).then(
      (isOpen) => isOpen || stopped.abort(new Problem('gone', 'the export was cancelled')),
      (error) => ctx.log.warn({ error, export: id }, 'an export could not say that it is alive'),
    );
  }, BEAT_EVERY_MS);
  const signal = AbortSignal.any([stopped.signal, ending]);
  try {
    if (await isDisabled(ctx.db, asker.id))
      throw new Problem('forbidden', 'the account that asked may not sign in any more');
    const files = [...taken.files];
    await mkdir(join(folder, id), { recursive: true, mode: 0o700 });
    for (const view of taken.views.slice(files.length)) {
      const done = files.reduce((sum, { bytes }) => sum + bytes, 0);
      files.push(await writeFile(as, lake, join(folder, id), taken, view, { signal, room: MOST_BYTES - done }));
      await putFiles(ctx.db, id, files);
    }
    await ctx.db.transaction(async (tx) => {
      const ended = await endExport(tx, id, endOf(ctx));
      if (ended) await record(as, tx, actOf('lake.exported', taken, { rows: rowsOf(files) }));
    });
  } catch (error) {
    if (ending.aborted) return giveBack(ctx.db, id);
    if (stopped.signal.aborted) return rm(join(folder, id), { recursive: true, force: true });
    const told = error instanceof Problem ? error : undefined;
    if (told === undefined) ctx.log.error({ error, export: id }, 'an export failed by a bug');
    const problem = {
      kind: told?.kind ?? 'bug',
      message: told?.message ?? 'the server made a mistake; it was written down under this number',
      issues: (told?.issues ?? []).map(({ code, message }) => ({ severity: 'error' as const, code, message })),
    };
    await ctx.db.transaction(async (tx) => {
      const ended = await endExport(tx, id, { ...endOf(ctx), problem });
      const outcome = told?.kind === 'forbidden' ? ('denied' as const) : ('failure' as const);
      if (ended) await record(as, tx, { ...actOf('lake.exported', taken, { reason: problem.message }), outcome });
    });
  } finally {
    clearInterval(beating);
  }
}

function endOf(ctx: Context): { now: Date; expiresAt: Date } {
  return { now: ctx.now(), expiresAt: new Date(ctx.now().getTime() + KEPT_MS) };
}

/** What the audit trail is told of an export. */
export function actOf(act: string, { id, views, format, patients, asker }: Export, more: object) {
  return {
    act,
    subject: id,
    ...(patients === null ? {} : { patients }),
    detail: { views: views.map(({ name, subject }) => subject ?? name), format, purpose: asker.purpose, ...more },
  };
}

function rowsOf(files: readonly ExportFile[]): Record<string, number> {
  return Object.fromEntries(files.map(({ name, rows }) => [name, rows]));
}

/** The file takes its name when it is whole. */
async function writeFile(
  as: Context,
  lake: Lake,
  folder: string,
  { format, header, patients, since }: Export,
  { name, subject, definition }: ExportView,
  { signal, room }: { signal: AbortSignal; room: number },
): Promise<ExportFile> {
  const { engine, extension } = FORMS[format];
  const question = await selectOf(as, lake, readDefinition(definition, subject), {
    ...(patients === null ? {} : { patients }),
    ...(since === null ? {} : { since }),
  });
  const options = { actor: as.actor.id, signal, timeoutMs: MOST_MS, mostRows: MOST_ROWS, settings: WRITING_VALUES };
  const source = await lake.stream(question, engine, options);
  const file = `${name}.${extension}`;
  const part = join(folder, `${file}.part`);
  const shaper = shaperOf(format, header);
  let bytes = 0;
  await pipeline(
    source,
    async function* (pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        bytes += piece.length;
        if (bytes > room) throw new Problem('too-large', 'the export is too large', { most: MOST_BYTES });
        yield shaper.push(piece);
      }
      yield shaper.end();
    },
    createWriteStream(part, { mode: 0o600, flush: true }),
    { signal },
  );
  await rename(part, join(folder, file));
  const rows = isText(format) ? shaper.rows : await countRows(lake, question, { ...options, settings: {} });
  return { name, file, rows, bytes };
}

async function sweep(ctx: Context, folder: string): Promise<void> {
  const left = await forgetExports(ctx.db, ctx.now());
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const id of found) if (!left.has(id)) await rm(join(folder, id), { recursive: true, force: true });
}
