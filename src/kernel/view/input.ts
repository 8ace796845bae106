/**
 * Resources from files, one by one and each as its text, so that decimals keep the digits they are written with.
 *
 * A file whose first line is a whole JSON value is read as ndjson, line by line; any other is one JSON document. A value may be a
 * resource, an array of resources, or a Bundle, whose resources are taken out of it, unless Bundles are what is asked for.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Problem } from '#kernel/problem';
import { FhirJsonError, MOST_LENGTH, parseFhirJson, stringifyFhirJson } from '#standards/fhir';

const MOST_FILES = 100_000;
const READABLE = /\.(?:ndjson|jsonl|json)$/i;

/**
 * @param places files, folders (every .ndjson, .jsonl and .json below them, sorted by path), or `-` for `stdin`
 * @param type   the resources that are asked for; others are read and left out
 * @returns      the text of one resource each, on one line
 * @throws Problem `not-found` when a place is not there, `invalid` when something in it is no resource; `at` names file and line
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
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  const document: string[] = [];
  let length = 0;
  let number = 0;
  let first = true;
  for await (const line of lines) {
    number += 1;
    const at = `${name}:${number}`;
    length = document.length === 0 ? line.length : length + line.length + 1;
    if (length > MOST_LENGTH)
      throw new Problem('too-large', 'too long for one piece: write it as ndjson', { at, most: MOST_LENGTH });
    if (document.length > 0) document.push(line);
    else if (line.trim() !== '') {
      const value = jsonIn(line);
      if (value !== undefined) yield* resourcesIn(value, line, { type, at });
      else if (first) document.push(line);
      else throw new Problem('invalid', 'the line is no JSON', { at });
      first = false;
    }
  }
  if (document.length > 0)
    yield* resourcesIn(parseDocument(document.join('\n'), name, NO_DOCUMENT), undefined, { type, at: name });
}

/** Undefined when the line is not a whole JSON value. */
function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line);
  } catch {
    return undefined;
  }
}

const BYTE_ORDER_MARK = 0xfeff;
const NO_DOCUMENT = 'neither ndjson nor one JSON document';

/** @throws Problem `invalid` with `message` when the text is no FHIR JSON */
export function parseDocument(text: string, at: string, message: string): unknown {
  try {
    return parseFhirJson(text);
  } catch (cause) {
    if (!(cause instanceof FhirJsonError)) throw cause;
    throw new Problem('invalid', message, { at, because: cause.message }, { cause });
  }
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
