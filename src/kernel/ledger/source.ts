import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { type TilePlace, tilePath, writeBundle } from '#standards/merkle';
import { FILES, readTile, writeCheckpointLine } from './files.ts';
import { findBundle, findCheckpoint, findCheckpoints, findIdentity } from './store.ts';

/** Where a log is read from to be checked. Bytes come as they are; what is absent is undefined. */
export interface LogSource {
  name: string;
  /** Whether it may grow while it is read. */
  live: boolean;
  key(): Promise<string | undefined>;
  checkpoint(): Promise<Uint8Array | undefined>;
  /** Checkpoints kept from before, by size; `note` is undefined where the place of one holds something else. */
  earlier(): AsyncIterable<{ name: string; note: Uint8Array | undefined }>;
  tile(place: TilePlace): Promise<Uint8Array | undefined>;
}

/** The ledger in our own database: its rows are the entries. */
export function databaseSource(db: Db): LogSource {
  return {
    name: 'database',
    live: true,
    key: async () => (await findIdentity(db))?.verifier,
    checkpoint: async () => {
      const last = await findCheckpoint(db);
      return last === undefined ? undefined : Buffer.from(last.note);
    },
    async *earlier() {
      for (let after = -1; ; ) {
        const page = await findCheckpoints(db, { after, limit: 1000 });
        for (const { size, note } of page) yield { name: `checkpoint of size ${size}`, note: Buffer.from(note) };
        after = page.at(-1)?.size ?? after;
        if (page.length === 0) return;
      }
    },
    // A row too few is for the verifier to name, so a short bundle is given too.
    tile: async (place) =>
      place.level === 'entries'
        ? writeBundle(await findBundle(db, Number(place.index), place.width))
        : readTile(db, place),
  };
}

/** A log as files: what `export-ledger` writes, or any C2SP log; `checkpoint.<size>` are taken as earlier checkpoints. */
export function folderSource(folder: string): LogSource {
  const read = (name: string) => readFile(join(folder, name)).catch(absent);
  return {
    name: folder,
    live: false,
    key: async () => lineOf(await read(FILES.key)),
    checkpoint: () => read(FILES.checkpoint),
    async *earlier() {
      const names = await readdir(folder);
      if (names.includes(FILES.checkpoints)) {
        yield* checkpointLines(createReadStream(join(folder, FILES.checkpoints)));
        return;
      }
      const sizes = names.flatMap((name) => /^checkpoint\.(\d{1,15})$/.exec(name)?.[1] ?? []).map(Number);
      for (const size of sizes.sort((a, b) => a - b)) {
        yield { name: `checkpoint.${size}`, note: await read(`checkpoint.${size}`) };
      }
    },
    tile: (place) => read(tilePath(place)),
  };
}

/** A log over HTTP: ours or any C2SP log. A server that asks for patience gets it. */
export function urlSource(url: string): LogSource {
  const base = url.replace(/\/+$/, '');
  const get = (path: string) => download(`${base}/${path}`);
  return {
    name: base,
    live: true,
    key: async () => lineOf(await get('key')),
    checkpoint: () => get('checkpoint'),
    async *earlier() {
      for (let after = ''; ; ) {
        const page = await get(`checkpoints${after}`);
        if (page === undefined || page.length === 0) return;
        let last: string | undefined;
        for await (const { name, note } of checkpointLines([page])) {
          last = note?.toString('utf8').split('\n')[1];
          yield { name, note };
        }
        if (last === undefined) return;
        after = `?after=${last}`;
      }
    },
    tile: (place) => get(tilePath(place)),
  };
}

const MOST_TRIES = 8;
const LONGEST_WAIT_SECONDS = 60;

async function download(address: string): Promise<Buffer | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(address, { headers: { 'accept-encoding': 'gzip, identity' } }).catch((error: Error) => {
      throw new Problem('unavailable', 'the log cannot be reached', { address }, { cause: error });
    });
    if (answer.ok) return Buffer.from(await answer.arrayBuffer());
    await answer.body?.cancel();
    if (answer.status === 404) return undefined;
    const later = answer.status === 429 || answer.status === 503;
    if (!later || attempt === MOST_TRIES) {
      throw new Problem('unavailable', 'the log does not answer', { address, status: answer.status });
    }
    const asked = Number(answer.headers.get('retry-after') ?? attempt);
    await sleep(Math.min(asked > 0 ? asked : attempt, LONGEST_WAIT_SECONDS) * 1000);
  }
}

/** Lines end in \n and nothing else, and each is spelled in the one way it is written: any changed byte shows. */
async function* checkpointLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncIterable<{ name: string; note: Buffer | undefined }> {
  let rest = Buffer.alloc(0);
  let line = 0;
  const next = (bytes: Buffer) => {
    line += 1;
    return { name: `${FILES.checkpoints} line ${line}`, note: noteOfLine(bytes) };
  };
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield next(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield next(rest);
}

function noteOfLine(line: Buffer): Buffer | undefined {
  try {
    const { size, note } = JSON.parse(line.toString('utf8')) as { size: number; note: string };
    const isOurs =
      note.split('\n')[1] === String(size) && line.equals(Buffer.from(writeCheckpointLine({ size, note })));
    return isOurs ? Buffer.from(note) : undefined;
  } catch {
    return undefined;
  }
}

function lineOf(bytes: Buffer | undefined): string | undefined {
  const text = bytes?.toString('utf8');
  return text?.endsWith('\n') ? text.slice(0, -1) : text;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw new Problem('unavailable', 'the log cannot be read', { code: error.code }, { cause: error });
}
