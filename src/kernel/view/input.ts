/**
 * Resources from files, one by one and each as its text, so that decimals keep the digits they are written with.
 *
 * A file whose first line is a whole JSON value is read as ndjson, line by line; any other is one JSON document. A value may be a
 * resource, an array of resources, or a Bundle, whose resources are taken out of it, unless Bundles are what is asked for. What begins as
 * gzip does is unpacked.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Readable as Stream } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Problem } from '#kernel/problem';
import { FhirJsonError, faultOf, MOST_LENGTH, parseFhirJson, stringifyFhirJson } from '#standards/fhir';

const MOST_FILES = 100_000;
const READABLE = /\.(?:ndjson|jsonl|json)(?:\.gz)?$/i;

/**
 * @param places files, folders (every .ndjson, .jsonl and .json below them, .gz too, sorted by path), or `-` for `stdin`
 * @param type   the resources that are asked for; others are read and left out
 * @returns      the text of one resource each, on one line
 * @throws Problem `not-found` when a place is not there, `invalid` when something in it is no resource; `at` names file, line and column
 */
export async function* readResources(places: readonly string[], type: string, stdin: Readable): AsyncGenerator<string> {
  for (const place of places) {
    if (place === '-') yield* readStream(stdin, 'stdin', type);
    else for (const file of await filesOf(place)) yield* readStream(createReadStream(file), file, type);
  }
}

async function filesOf(place: string): Promise<string[]> {
  const found = await stat(place).catch((cause: unknown) => {
    throw new Problem('not-found', 'there is no such file or folder', { at: place }, { cause });
  });
  if (!found.isDirectory()) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && READABLE.test(entry.name));
  if (files.length === 0) throw new Problem('not-found', 'the folder holds no .ndjson, .jsonl or .json', { at: place });
  if (files.length > MOST_FILES)
    throw new Problem('too-costly', 'the folder holds too many files', { most: MOST_FILES });
  return files.map(({ parentPath, name }) => join(parentPath, name)).sort();
}

async function* readStream(stream: Readable, name: string, type: string): AsyncGenerator<string> {
  const document: string[] = [];
  let length = 0;
  let number = 0;
  let first = true;
  for await (const line of linesOf(stream, name)) {
    number += 1;
    const at = `${name}:${number}`;
    if (document.length > 0) {
      length += line.length + 1;
      if (length > MOST_LENGTH)
        throw new Problem('too-large', 'too long for one piece: write it as ndjson', { at, most: MOST_LENGTH });
      document.push(line);
    } else if (line.trim() !== '') {
      const value = jsonIn(line);
      if (value !== undefined) yield* resourcesIn(value, line, { type, at });
      else if (first) {
        document.push(...Array.from({ length: number - 1 }, () => ''), line);
        length = line.length;
      } else throw new Problem('invalid', 'the line is no JSON', { at: `${at}:${faultOf(line) + 1}` });
      first = false;
    }
  }
  if (document.length > 0)
    yield* resourcesIn(parseDocument(document.join('\n'), name, NO_DOCUMENT), undefined, { type, at: name });
}

/** Lines end with \n or \r\n; nothing else may end one, because texts may hold every other sign. */
async function* linesOf(stream: Readable, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 1;
  let rest = '';
  const decoded = (piece?: Uint8Array): string => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined });
    } catch (cause) {
      throw new Problem('invalid', 'the text is not UTF-8', { at: `${name}, from line ${number}` }, { cause });
    }
  };
  for await (const piece of unpacked(stream, name)) {
    const lines = (rest + decoded(piece)).split('\n');
    rest = lines.pop()!;
    if (rest.length > MOST_LENGTH)
      throw new Problem('too-large', 'too long for one piece: write it as ndjson', {
        at: `${name}:${number + lines.length}`,
        most: MOST_LENGTH,
      });
    for (const line of lines) {
      number += 1;
      yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
  }
  rest += decoded();
  if (rest !== '') yield rest;
}

/** The bytes, out of gzip where they begin as gzip does (RFC 1952, 2.3.1). */
async function* unpacked(stream: Readable, name: string): AsyncGenerator<Uint8Array> {
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  let isOver = false;
  try {
    while (head.length < 2 && !isOver) {
      const { value, done = false } = await pieces.next();
      isOver = done;
      if (!done) head = Buffer.concat([head, value]);
    }
    const whole = async function* () {
      yield head;
      if (!isOver) yield* { [Symbol.asyncIterator]: () => pieces };
    };
    if (head[0] !== 0x1f || head[1] !== 0x8b) yield* whole();
    else {
      const gunzip = createGunzip();
      const source = Stream.from(whole(), { objectMode: false });
      source.on('error', (error) => gunzip.destroy(error));
      yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
    }
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code.startsWith('Z_'))
      throw new Problem('invalid', 'it begins as gzip, but cannot be unpacked', { at: name, because: code }, { cause });
    if (code !== '') throw new Problem('invalid', 'it cannot be read', { at: name, because: code }, { cause });
    throw cause;
  }
}

/** Undefined when the line is not a whole JSON value. */
function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const NO_DOCUMENT = 'neither ndjson nor one JSON document';

/** @throws Problem `invalid` with `message` when the text is no FHIR JSON */
export function parseDocument(text: string, name: string, message: string): unknown {
  try {
    return parseFhirJson(text);
  } catch (cause) {
    if (!(cause instanceof FhirJsonError)) throw cause;
    const at = cause.at === undefined ? name : `${name}:${placeIn(text, cause.at)}`;
    throw new Problem('invalid', message, { at, because: cause.message }, { cause });
  }
}

/** Line and column, both from 1. */
function placeIn(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

/** @param line the value's text, where it stands on one line */
function* resourcesIn(
  value: unknown,
  line: string | undefined,
  about: { type: string; at: string },
): Generator<string> {
  const { type, at } = about;
  if (Array.isArray(value) || (typeOf(value) === 'Bundle' && type !== 'Bundle')) {
    const exact = line === undefined ? value : parseDocument(line, at, NO_DOCUMENT);
    const parts = Array.isArray(exact) ? exact : entriesOf(exact as { entry?: unknown });
    for (const part of parts) yield* resourcesIn(part, undefined, about);
    return;
  }
  const found = typeOf(value);
  if (found === undefined) throw new Problem('invalid', 'this is no FHIR resource: resourceType is missing', { at });
  if (found === type) yield line ?? stringifyFhirJson(value);
}

function typeOf(value: unknown): string | undefined {
  const type = (value as { resourceType?: unknown } | null)?.resourceType;
  return typeof type === 'string' ? type : undefined;
}

function entriesOf({ entry }: { entry?: unknown }): unknown[] {
  if (!Array.isArray(entry)) return [];
  return entry.flatMap(({ resource }: { resource?: unknown }) => (resource === undefined ? [] : [resource]));
}
