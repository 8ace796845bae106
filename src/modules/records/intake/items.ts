import { createReadStream } from 'node:fs';
import { open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { extract } from 'tar-stream';
import { Problem } from '#kernel/problem';

/** A file, or a file inside an archive, with its content; or why it could not be had. */
export interface Item {
  /** Path from where the search began; inside an archive `archive.zip!/inner/path`. */
  place: string;
  /** The content, to be read once and before the next item is asked for. */
  content: AsyncIterable<Uint8Array>;
}

/** Archives within archives are opened this deep. */
const DEEPEST = 3;

/** Every file below the paths, archives opened; in a fixed order, one at a time, whatever their number and size. */
export async function* findItems(paths: readonly string[]): AsyncGenerator<Item> {
  for (const path of paths) {
    const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      throw new Problem('not-found', 'there is no such file or folder', { path, code: cause.code }, { cause });
    });
    if (found.isDirectory()) yield* findInFolder(path);
    else yield* orItsFault(path, openFile(path));
  }
}

async function* findInFolder(folder: string): AsyncGenerator<Item> {
  const names: { name: string; isFolder: boolean }[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.isDirectory() || entry.isFile()) names.push({ name: entry.name, isFolder: entry.isDirectory() });
  }
  names.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const { name, isFolder } of names) {
    const path = join(folder, name);
    if (isFolder) yield* findInFolder(path);
    else yield* orItsFault(path, openFile(path));
  }
}

/** What cannot be opened becomes an item that cannot be read: its reader tells why, and goes on. */
async function* orItsFault(place: string, items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    yield { place, content: failing(error) };
  }
}

// biome-ignore lint/correctness/useYield: its only purpose is to fail when it is read
async function* failing(error: unknown): AsyncGenerator<Uint8Array> {
  throw error;
}

async function* openFile(path: string): AsyncGenerator<Item> {
  if (await startsAsZip(path)) yield* readZip(path, path);
  else yield* unwrap({ place: path, content: createReadStream(path) }, 0);
}

/** Takes off gzip and tar, by content and not by name. */
async function* unwrap({ place, content }: Item, depth: number): AsyncGenerator<Item> {
  const { head, whole } = await peek(content, 512);
  if (depth < DEEPEST && head[0] === 0x1f && head[1] === 0x8b) {
    const gunzip = createGunzip();
    const source = Readable.from(whole);
    source.on('error', (error) => gunzip.destroy(error));
    yield* unwrap(
      { place: place.replace(/\.gz$/i, '').replace(/\.tgz$/i, '.tar'), content: source.pipe(gunzip) },
      depth + 1,
    );
  } else if (depth < DEEPEST && head.toString('latin1', 257, 262) === 'ustar') {
    const tar = extract();
    const source = Readable.from(whole);
    source.on('error', (error) => tar.destroy(error));
    source.pipe(tar);
    for await (const entry of tar) {
      if (entry.header.type === 'file')
        yield* unwrap(
          { place: `${place}!/${entry.header.name}`, content: entry as AsyncIterable<Uint8Array> },
          depth + 1,
        );
      // What nobody read of the entry must go by before the next one comes.
      entry.resume();
    }
  } else yield { place, content: whole };
}

async function peek(
  content: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ head: Buffer; whole: AsyncIterable<Uint8Array> }> {
  const rest = content[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < bytes) {
    const next = await rest.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  }
  return { head: Buffer.concat(first).subarray(0, bytes), whole: all() };
}

async function startsAsZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.readUInt32LE(0) === 0x04034b50;
  } finally {
    await file.close();
  }
}

/**
 * Reads a zip by its central directory. Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16; without
 * encryption and zip64, which are refused.
 */
async function* readZip(path: string, place: string): AsyncGenerator<Item> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, 65_557));
    await file.read(tail, 0, tail.length, size - tail.length);
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (end < 0) throw new Problem('invalid', 'the zip archive has no directory', { place });
    const count = tail.readUInt16LE(end + 10);
    const length = tail.readUInt32LE(end + 12);
    const offset = tail.readUInt32LE(end + 16);
    if (count === 0xffff || offset === 0xffffffff || offset + length > size)
      throw new Problem('unsupported', 'zip64 archives are not opened', { place });
    const directory = Buffer.alloc(length);
    await file.read(directory, 0, length, offset);

    let at = 0;
    for (let n = 0; n < count; n++) {
      const flags = directory.readUInt16LE(at + 8);
      const method = directory.readUInt16LE(at + 10);
      const compressed = directory.readUInt32LE(at + 20);
      const nameLength = directory.readUInt16LE(at + 28);
      const local = directory.readUInt32LE(at + 42);
      const name = directory.toString((flags & 0x800) === 0 ? 'latin1' : 'utf8', at + 46, at + 46 + nameLength);
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
      if (name.endsWith('/')) continue;
      if ((flags & 1) !== 0 || (method !== 0 && method !== 8))
        throw new Problem('unsupported', 'an entry of the zip archive is encrypted or compressed in an unknown way', {
          place,
          name,
        });
      const header = Buffer.alloc(30);
      await file.read(header, 0, 30, local);
      const start = local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      const raw = compressed === 0 ? Readable.from([]) : createReadStream(path, { start, end: start + compressed - 1 });
      const content = method === 8 && compressed > 0 ? raw.pipe(createInflateRaw()) : raw;
      yield* unwrap({ place: `${place}!/${name}`, content }, 1);
    }
  } finally {
    await file.close();
  }
}
