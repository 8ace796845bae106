import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '#kernel/context';
import { type Resource, writeAll } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { FhirJsonError, isResourceType, parseFhirJson } from '#standards/fhir';
import { splitBatch } from '#standards/hl7v2';
import { findByIdentifiers, findImported, findOutcomes, insertImported, type MessageKey } from '../store/index.ts';
import { idOf, unpackBundle } from './fhir-import.ts';
import { findItems, type Item } from './items.ts';
import type { Receiver } from './receive.ts';

/** Something that was not taken, where it was and why. */
export interface Refusal {
  item: string;
  /** Line, entry or message within the item. */
  place?: string;
  reason: string;
  facts?: unknown;
}

export interface ImportCounts {
  files: number;
  messages: number;
  bundles: number;
  resources: number;
  documents: number;
  /** Items that were here before and were not taken again. */
  known: number;
  refused: number;
}

/** Takes documents that another module reads, such as EPCIS. */
export interface DocumentTaker {
  name: string;
  takes(document: Record<string, unknown>): boolean;
  /** @returns how many things were new. @throws Problem when the document is refused */
  take(ctx: Context, document: Record<string, unknown>): Promise<number>;
}

export interface ImportParts {
  receiver: Receiver;
  documents: readonly DocumentTaker[];
  refuse(refusal: Refusal): void;
  progress(counts: ImportCounts, place: string): void;
}

/** A file that is no line-by-line format is read whole, up to so much. */
const LARGEST = 64 * 1024 * 1024;
/** Messages that may be under way into the record at once. */
const UNDER_WAY = 256;
const LINES_AT_ONCE = 200;

/** Takes everything below the paths into the record, or tells why not. Run again, it goes on where it ended and doubles nothing. */
export async function importPaths(ctx: Context, paths: readonly string[], parts: ImportParts): Promise<ImportCounts> {
  const counts: ImportCounts = { files: 0, messages: 0, bundles: 0, resources: 0, documents: 0, known: 0, refused: 0 };
  const run = new Run(ctx, counts, parts);
  for await (const item of findItems(paths)) {
    counts.files += 1;
    await run.take(item);
    parts.progress(counts, item.place);
  }
  await run.settle();
  return counts;
}

class Run {
  readonly #ctx: Context;
  readonly #counts: ImportCounts;
  readonly #parts: ImportParts;
  /** Messages that are kept and not yet read. */
  #open: (MessageKey & { item: string; place: string })[] = [];

  constructor(ctx: Context, counts: ImportCounts, parts: ImportParts) {
    this.#ctx = ctx;
    this.#counts = counts;
    this.#parts = parts;
  }

  async take({ place, content }: Item): Promise<void> {
    try {
      if (/\.ndjson$/i.test(place)) return await this.#takeLines(place, content);
      const bytes = await readWhole(content);
      if (bytes.length === 0) throw new Problem('invalid', 'the file is empty');
      if (startsAsHl7(bytes)) return await this.#takeMessages(place, bytes);
      if (startsAsJson(bytes)) return await this.#takeJson(place, bytes);
      throw new Problem('unsupported', whatElse(bytes, place));
    } catch (error) {
      this.#refuse(place, undefined, error);
    }
  }

  /** Waits until every message is in the record or has a reason not to be. */
  async settle(): Promise<void> {
    while (this.#open.length > 0) {
      const settled = await findOutcomes(this.#ctx.db, this.#open);
      this.#open = this.#open.filter(({ part, id, item, place }) => {
        const outcome = settled.get(`${part}\n${id}`);
        if (outcome === undefined) return true;
        if (outcome.reason === undefined) this.#counts.messages += 1;
        else this.#tell({ item, place, reason: outcome.reason, facts: outcome.facts });
        return false;
      });
      if (this.#open.length > 0) await sleep(50);
    }
  }

  async #takeMessages(item: string, bytes: Uint8Array): Promise<void> {
    const pieces = splitBatch(bytes);
    const receipts = pieces.map((piece) => this.#parts.receiver.receive(piece, { channel: 'import', origin: item }));
    for (const [index, receipt] of (await Promise.all(receipts)).entries()) {
      const { outcome, repeated, part, id, reason } = receipt;
      const place = `message ${index + 1}`;
      if (outcome !== 'accepted') this.#tell({ item, place, reason: reason ?? outcome });
      else if (repeated) this.#counts.known += 1;
      else this.#open.push({ part, id, item, place });
    }
    if (this.#open.length >= UNDER_WAY) await this.settle();
  }

  async #takeJson(item: string, bytes: Buffer): Promise<void> {
    const document = readJson(bytes);
    const digest = createHash('sha256').update(bytes).digest();
    if (await findImported(this.#ctx.db, digest)) {
      this.#counts.known += 1;
      return;
    }
    const taker = this.#parts.documents.find((each) => each.takes(document));
    if (taker !== undefined) {
      this.#counts.documents += (await taker.take(this.#ctx, document)) > 0 ? 1 : 0;
      await this.#ctx.db.transaction((tx) =>
        insertImported(tx, { digest, at: this.#ctx.now(), kind: taker.name, place: item }),
      );
      return;
    }
    const resource = document as unknown as Resource;
    if (!isResourceType(resource.resourceType))
      throw new Problem('unsupported', 'the JSON is no FHIR resource and no EPCIS document');
    if (resource.resourceType === 'Bundle') await this.#takeBundle(item, resource, digest);
    else await this.#write([resource], digest, item, 'resource');
  }

  async #takeBundle(item: string, bundle: Resource, digest: Buffer): Promise<void> {
    const unpacked = unpackBundle(bundle, digest.toString('hex'));
    const meant = await findByIdentifiers(
      this.#ctx.db,
      unpacked.open.map(({ type, system, value }) => ({ type, identifiers: [{ system, value }] })),
    );
    for (const { holder, type, system, value } of unpacked.open) {
      const found = meant.find(
        (each) =>
          each.type === type &&
          (each.content.identifier as { system?: string; value?: string }[]).some(
            (known) => known.system === system && known.value === value,
          ),
      );
      if (found === undefined)
        throw new Problem('unprocessable', 'a reference by identifier leads nowhere', { type, system });
      holder.reference = `${type}/${found.id}`;
    }
    if (unpacked.atomic) await this.#write(unpacked.resources, digest, item, 'bundle');
    else {
      for (const [index, resource] of unpacked.resources.entries())
        await this.#write([resource]).catch((error) => this.#refuse(item, `entry ${index + 1}`, error));
      await this.#ctx.db.transaction((tx) =>
        insertImported(tx, { digest, at: this.#ctx.now(), kind: 'bundle', place: item }),
      );
    }
    this.#counts.bundles += 1;
  }

  /** One resource a line; a line that is refused does not hold up the others. */
  async #takeLines(item: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    let waiting: { line: number; resource: Resource }[] = [];
    const flush = async (): Promise<void> => {
      const taken = waiting;
      waiting = [];
      if (taken.length === 0) return;
      try {
        await this.#write(taken.map(({ resource }) => resource));
      } catch {
        // One of them is bad: each is tried alone, and tells its own reason.
        for (const { line, resource } of taken)
          await this.#write([resource]).catch((error) => this.#refuse(item, `line ${line}`, error));
      }
    };
    for await (const { line, text } of linesOf(content)) {
      try {
        const resource = readJson(Buffer.from(text)) as unknown as Resource;
        if (!isResourceType(resource.resourceType)) throw new Problem('unsupported', 'the line is no FHIR resource');
        const id = idOf(resource, undefined, text);
        waiting.push({ line, resource: { ...resource, id } });
      } catch (error) {
        this.#refuse(item, `line ${line}`, error);
      }
      if (waiting.length >= LINES_AT_ONCE) await flush();
    }
    await flush();
  }

  async #write(resources: readonly Resource[], digest?: Buffer, place = '', kind = ''): Promise<void> {
    const identified = resources.map((resource) =>
      resource.id === undefined ? { ...resource, id: idOf(resource, undefined, JSON.stringify(resource)) } : resource,
    );
    const written = await this.#ctx.db.transaction(async (tx) => {
      const results = await writeAll(this.#ctx, tx, identified);
      if (digest !== undefined) await insertImported(tx, { digest, at: this.#ctx.now(), kind, place });
      return results;
    });
    for (const { op } of written) {
      if (op === 'unchanged') this.#counts.known += 1;
      else this.#counts.resources += 1;
    }
  }

  #refuse(item: string, place: string | undefined, error: unknown): void {
    if (error instanceof Problem && error.kind === 'unavailable') throw error;
    if (!(error instanceof Problem) && !(error instanceof FhirJsonError) && !isArchiveFault(error)) throw error;
    const [issue] = error instanceof Problem ? error.issues : [];
    const facts =
      error instanceof Problem
        ? { ...error.facts, ...(issue === undefined ? {} : { first: issue, issues: error.issues.length }) }
        : undefined;
    this.#tell({
      item,
      ...(place === undefined ? {} : { place }),
      reason: (error as Error).message,
      ...(facts === undefined || Object.keys(facts).length === 0 ? {} : { facts }),
    });
  }

  #tell(refusal: Refusal): void {
    this.#counts.refused += 1;
    this.#parts.refuse(refusal);
  }
}

/** A damaged archive is the file's fault, not ours. */
function isArchiveFault(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return code.startsWith('Z_') || /tar|unexpected end of (file|data)/i.test(message);
}

async function readWhole(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of content) {
    length += piece.length;
    if (length > LARGEST)
      throw new Problem('too-large', 'the file is larger than is read at once; split it, or give it as ndjson', {
        most: LARGEST,
      });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function* linesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<{ line: number; text: string }> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  for await (const piece of content) {
    const texts = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = texts.pop() ?? '';
    if (rest.length > LARGEST)
      throw new Problem('too-large', 'a line is larger than is read at once', { line: line + 1, most: LARGEST });
    for (const text of texts) {
      line += 1;
      if (text.trim() !== '') yield { line, text };
    }
  }
  if (rest.trim() !== '') yield { line: line + 1, text: rest };
}

function readJson(bytes: Buffer): Record<string, unknown> {
  try {
    const value = parseFhirJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    if (cause instanceof FhirJsonError) throw cause;
    throw new Problem('invalid', 'the JSON cannot be read', { why: (cause as Error).message }, { cause });
  }
  throw new Problem('unsupported', 'the JSON is no object');
}

function startsAsHl7(bytes: Buffer): boolean {
  // \s holds the vertical tab that begins an MLLP frame.
  return /^(?:\xef\xbb\xbf)?\s*(?:MSH|FHS|BHS)[^A-Za-z0-9]/.test(bytes.toString('latin1', 0, 64));
}

function startsAsJson(bytes: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*[{[]/.test(bytes.toString('latin1', 0, 256));
}

/** Why a file of another kind is not taken, as truly as its first bytes tell. */
function whatElse(bytes: Buffer, place: string): string {
  const head = bytes.toString('latin1', 0, 2048);
  if (head.startsWith('\x02') || head.startsWith('\x05') || /^(?:#[^\n]*\n|\s)*\d?H\|[\\@]/.test(head))
    return 'analyzer records (ASTM E1394) are not mapped to the record';
  if (/^(?:\xef\xbb\xbf)?\s*<(?:\?xml|[A-Za-z])/.test(head)) return 'XML is not read; give FHIR as JSON';
  if (/\.csv$/i.test(place)) return 'tables of comma-separated values carry no standard meaning';
  if (/^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(head))
    return 'the text is no HL7 v2 message, FHIR resource or EPCIS document';
  return 'the format is not known';
}
