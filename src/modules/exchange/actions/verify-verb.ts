import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Verb, VerbIo } from '#kernel/cli';
import { folderSource, type LogSource, urlSource } from '#kernel/ledger';
import { Problem } from '#kernel/problem';
import { type CertificateParts, type Check, openBundle, type Verdict, verifyCertificate } from '#standards/credentials';
import {
  emptyEdge,
  hashLeaf,
  openCheckpoint,
  parseTlogProof,
  parseVerifier,
  pushLeaf,
  readBundle as readEntriesOf,
  rootOf,
  sameBytes,
  TILE_WIDTH,
  tilesAt,
} from '#standards/merkle';
import { CHECK_WORDS } from '../model.ts';

/** Files and answers are read up to this size. */
const MOST_BYTES = 5_000_000;
const TIMEOUT_MS = 20_000;

const SIGNS = { passed: 'ok      ', failed: 'REFUSED ', open: 'open    ' } as const;
const CODES = { valid: 0, refused: 1, open: 3 } as const;

export const verifyCertificateVerb: Verb = {
  name: 'verify-certificate',
  summary: 'check a certificate of the exchange, offline',
  usage: `verify-certificate FILE [--issuer DID|FILE|URL] [--log-key KEY|FILE|URL] [--status-list FILE|URL]... [--fetch-status] [--log FOLDER|URL] [--at TIME]

Checks form, signature, dates, the place in the public ledger, and whether it was revoked or suspended.
  FILE               the certificate, alone or with its status lists, as it is downloaded
  --issuer           whom you trust: a did:key, or the platform's did.json (https://.../.well-known/did.json)
  --log-key          the ledger you trust: its key as text, in a file, or at https://.../ledger/key
  --status-list      a list of revocations or suspensions; may be given several times
  --fetch-status     asks for the lists at the addresses that the certificate names
  --log FOLDER|URL   a whole ledger (export-ledger, or https://.../ledger): recomputes it and looks the entry up
  --at TIME          as of this time instead of now
Nothing is asked over the network but the addresses given here.
Exit code 0: everything was checked and is well; 1: refused; 3: nothing speaks against it, but not everything could be checked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        issuer: { type: 'string', multiple: true },
        'log-key': { type: 'string', multiple: true },
        'status-list': { type: 'string', multiple: true, default: [] },
        'fetch-status': { type: 'boolean', default: false },
        log: { type: 'string' },
        at: { type: 'string' },
      },
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new Problem('invalid', 'give one file');
    const now = values.at === undefined ? new Date() : new Date(values.at);
    if (Number.isNaN(now.getTime())) throw new Problem('invalid', 'the time cannot be read', { at: values.at });
    const { certificate, lists } = openBundle(parseJson(await readSource(file)));
    const named = values['fetch-status'] ? addressesOf(certificate) : [];
    const given = await Promise.all(
      [...values['status-list'], ...named].map(async (place) => parseJson(await readSource(place))),
    );
    const verdict = await verifyCertificate(certificate, {
      now,
      lists: [...lists, ...given],
      ...(values.issuer !== undefined && { issuers: (await Promise.all(values.issuer.map(readIssuers))).flat() }),
      ...(values['log-key'] !== undefined && { logKeys: await Promise.all(values['log-key'].map(readLogKey)) }),
    });
    const history = values.log === undefined ? [] : [await checkHistory(verdict.parts, sourceOf(values.log), io)];
    return tell(io, verdict, history);
  },
};

function tell(io: VerbIo, { outcome, checks, parts }: Verdict, history: readonly HistoryCheck[]): number {
  if (parts !== undefined) {
    const { id, type, credentialSubject } = parts.core;
    const { title } = credentialSubject as { title?: { en?: string } };
    io.out(`${type[1]} ${id}: ${title?.en ?? ''}`);
  }
  for (const { name, outcome: how, found, facts } of [...checks, ...history]) {
    const { title, found: sentences } = CHECK_WORDS[name]!;
    const told = Object.entries(facts).filter(([, value]) => value !== '');
    const details = told.length === 0 ? '' : ` (${told.map(([key, value]) => `${key} ${value}`).join(', ')})`;
    io.out(`${SIGNS[how]}${title.en}: ${sentences[found]?.en ?? found}${details}`);
  }
  const whole = history.some((check) => check.outcome === 'failed') ? 'refused' : outcome;
  io.out({ valid: 'VALID', refused: 'REFUSED', open: 'NOT EVERYTHING WAS CHECKED' }[whole]);
  return CODES[whole];
}

interface HistoryCheck extends Omit<Check, 'name'> {
  name: 'history';
}

/** Recomputes the ledger from its first entry: the certificate's checkpoint must be on the way to the newest one. */
async function checkHistory(parts: CertificateParts | undefined, source: LogSource, io: VerbIo): Promise<HistoryCheck> {
  const failed: HistoryCheck = { name: 'history', outcome: 'failed', found: 'other-log', facts: { log: source.name } };
  if (parts === undefined) return failed;
  const { logKey, entry, inclusion } = parts.evidence;
  try {
    const verifier = parseVerifier(logKey);
    const { index, checkpoint } = parseTlogProof(inclusion);
    const then = openCheckpoint(checkpoint, [verifier]);
    const now = openCheckpoint((await source.checkpoint()) ?? '', [verifier]);
    if (then.size > now.size || index >= then.size) return failed;
    const edge = emptyEdge();
    let found = false;
    let continues = false;
    for await (const bytes of entriesOf(source, now.size)) {
      if (BigInt(edge.size) === index) found = sameBytes(bytes, new TextEncoder().encode(entry));
      pushLeaf(edge, hashLeaf(bytes));
      if (BigInt(edge.size) === then.size) continues = sameBytes(rootOf(edge), then.root);
      if (edge.size % 25_600 === 0) io.progress(`recomputed ${edge.size} of ${now.size} leaves\r`);
    }
    if (!found || !continues || !sameBytes(rootOf(edge), now.root)) return failed;
    return {
      name: 'history',
      outcome: 'passed',
      found: 'same-log',
      facts: { log: source.name, size: Number(now.size) },
    };
  } catch (error) {
    // A ledger that cannot be reached says nothing; one that cannot be read is not this one.
    if (error instanceof Problem) throw error;
    return failed;
  }
}

async function* entriesOf(source: LogSource, size: bigint): AsyncIterable<Uint8Array> {
  const { full, width } = tilesAt(0, size);
  for (let index = 0n; index <= full; index += 1n) {
    const wanted = index < full ? TILE_WIDTH : width;
    if (wanted === 0) return;
    const bundle = await source.tile({ level: 'entries', index, width: wanted });
    const entries = bundle === undefined ? undefined : readEntriesOf(bundle);
    if (entries?.length !== wanted) throw new Error('the ledger has a gap');
    yield* entries;
  }
}

const sourceOf = (place: string): LogSource => (isUrl(place) ? urlSource(place) : folderSource(place));

async function readIssuers(given: string): Promise<string[]> {
  if (given.startsWith('did:')) return [given];
  const { id, alsoKnownAs } = parseJson(await readSource(given)) as { id?: unknown; alsoKnownAs?: unknown };
  const known = [id, ...(Array.isArray(alsoKnownAs) ? alsoKnownAs : [])];
  return known.filter((name): name is string => typeof name === 'string');
}

async function readLogKey(given: string): Promise<string> {
  return /^[^+\s]+\+[0-9a-f]{8}\+\S+$/.test(given) ? given : (await readSource(given)).trim();
}

/** Where the certificate says that its lists are; nothing of it was believed yet. */
function addressesOf(certificate: unknown): string[] {
  const { credentialStatus } = (certificate ?? {}) as { credentialStatus?: unknown };
  const entries = Array.isArray(credentialStatus) ? credentialStatus.slice(0, 2) : [];
  return entries.map(({ statusListCredential }) => String(statusListCredential)).filter(isUrl);
}

const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

async function readSource(place: string): Promise<string> {
  try {
    if (!isUrl(place)) {
      const bytes = await readFile(place);
      if (bytes.length <= MOST_BYTES) return bytes.toString('utf8');
    } else {
      const response = await fetch(place, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const text = response.ok ? await response.text() : undefined;
      if (text !== undefined && text.length <= MOST_BYTES) return text;
    }
  } catch (cause) {
    throw new Problem('unavailable', 'a file cannot be read', { file: place }, { cause });
  }
  throw new Problem('unavailable', 'a file cannot be read', { file: place });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('invalid', 'the file is not JSON', {}, { cause });
  }
}
