import { publicKeyOf, sha256, signEd25519, verifyEd25519 } from '#crypto';

/** Somebody whose signatures are known. */
export interface NoteVerifier {
  name: string;
  id: number;
  /** Of Ed25519, 32 bytes. */
  key: Uint8Array;
}

export interface NoteSigner extends NoteVerifier {
  /** 32 secret bytes, of which the key is made. */
  seed: Uint8Array;
}

/** What is wrong with a note or a key; the text is constant. */
export class NoteError extends Error {
  override name = 'NoteError';
}

/** The signature type of plain Ed25519 (C2SP signed-note, "Signature types"). */
const ED25519 = 1;

/** Verifiers must accept at least 16 signatures; the number is bounded so that a note cannot keep us busy. */
const MOST_SIGNATURES = 100;

/** Longer notes are refused, bytes. */
const LONGEST_NOTE = 1_000_000;

const UTF8 = new TextEncoder();

/**
 * The note's text, ending in a newline, signed by each signer.
 *
 * Source: C2SP signed-note.
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || !isPlainText(text)) throw new NoteError('a note is lines of plain text');
  const lines = signers.map(({ name, id, seed }) => {
    const signature = join(idBytes(id), signEd25519(seed, UTF8.encode(text)));
    return `— ${name} ${encodeBase64(signature)}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * The text of a note and the known signers whose signatures were checked.
 * Signatures of others are not looked at.
 *
 * @throws NoteError when the note is malformed, no known signature is on it, or one of them is wrong
 */
export function openNote(
  note: string | Uint8Array,
  verifiers: readonly NoteVerifier[],
): { text: string; signers: NoteVerifier[] } {
  const { text, signatures } = parseNote(typeof note === 'string' ? UTF8.encode(note) : note);
  const signers: NoteVerifier[] = [];
  for (const { name, id, signature } of signatures) {
    const known = verifiers.find((verifier) => verifier.name === name && verifier.id === id);
    if (known === undefined || signers.includes(known)) continue;
    if (!verifyEd25519(known.key, UTF8.encode(text), signature)) throw new NoteError('a signature is wrong');
    signers.push(known);
  }
  if (signers.length === 0) throw new NoteError('no known signature is on the note');
  return { text, signers };
}

interface NoteSignature {
  name: string;
  id: number;
  signature: Uint8Array;
}

function parseNote(bytes: Uint8Array): { text: string; signatures: NoteSignature[] } {
  if (bytes.length > LONGEST_NOTE) throw new NoteError('the note is too long');
  const note = decode(bytes);
  if (note === undefined || !isPlainText(note)) throw new NoteError('a note is lines of plain text');
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n')) throw new NoteError('the note has no signatures');
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw new NoteError('the note has too many signatures');
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const parts = /^— (\S+) (\S+)$/u.exec(line);
  const bytes = parts === null ? undefined : decodeBase64(parts[2]!);
  if (parts === null || bytes === undefined || bytes.length < 5 || !isKeyName(parts[1]!)) {
    throw new NoteError('a signature line is malformed');
  }
  return { name: parts[1]!, id: firstFour(bytes), signature: bytes.subarray(4) };
}

/** `<name>+<id>+<base64 of type and key>`: how a verifier is told to others. */
export function formatVerifier({ name, id, key }: NoteVerifier): string {
  return `${name}+${hex(id)}+${encodeBase64(typed(key))}`;
}

/** @throws NoteError when the text is no Ed25519 verifier or its id is not the one of its key */
export function parseVerifier(text: string): NoteVerifier {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text);
  const bytes = parts === null ? undefined : decodeBase64(parts[3]!);
  if (parts === null || !isKeyName(parts[1]!) || bytes?.length !== 33 || bytes[0] !== ED25519) {
    throw new NoteError('not the text of an Ed25519 verifier');
  }
  const key = bytes.slice(1);
  return checked(parts[2]!, { name: parts[1]!, id: keyId(parts[1]!, key), key });
}

/** `PRIVATE+KEY+<name>+<id>+<base64 of type and seed>`, as Go's note package writes it: keep it secret. */
export function formatSigner({ name, id, seed }: NoteSigner): string {
  return `PRIVATE+KEY+${name}+${hex(id)}+${encodeBase64(typed(seed))}`;
}

/** @throws NoteError when the text is no Ed25519 signer or its id is not the one of its key */
export function parseSigner(text: string): NoteSigner {
  const parts = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text);
  const bytes = parts === null ? undefined : decodeBase64(parts[3]!);
  if (parts === null || bytes?.length !== 33 || bytes[0] !== ED25519) {
    throw new NoteError('not the text of an Ed25519 signer');
  }
  return checked(parts[2]!, signerFromSeed(parts[1]!, bytes.subarray(1)));
}

/** The signer of this name whose secret is the 32 bytes of `seed`. */
export function signerFromSeed(name: string, seed: Uint8Array): NoteSigner {
  if (!isKeyName(name)) throw new NoteError('a key name holds no space and no plus');
  if (seed.length !== 32) throw new NoteError('a seed has 32 bytes');
  const key = publicKeyOf(seed);
  return { name, id: keyId(name, key), key, seed: Uint8Array.from(seed) };
}

/** SHA-256(name || newline || type || key), its first four bytes. */
function keyId(name: string, key: Uint8Array): number {
  return firstFour(sha256(join(UTF8.encode(`${name}\n`), typed(key))));
}

function checked<T extends NoteVerifier>(id: string, verifier: T): T {
  if (hex(verifier.id) !== id) throw new NoteError('the id is not the one of the key');
  return verifier;
}

const typed = (bytes: Uint8Array) => join(Uint8Array.of(ED25519), bytes);
const hex = (id: number) => id.toString(16).padStart(8, '0');
const firstFour = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

function idBytes(id: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, id);
  return bytes;
}

function join(one: Uint8Array, two: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + two.length);
  both.set(one);
  both.set(two, one.length);
  return both;
}

const isKeyName = (name: string) => /^[^\s\u0085+]+$/u.test(name);

/** No control character but newline. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const isPlainText = (text: string) => !/[\u0000-\u0009\u000b-\u001f]/.test(text);

/** Undefined for what is not UTF-8 throughout. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Only the one right spelling, so that no byte of a note can change unnoticed; undefined for any other. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return encodeBase64(bytes) === text ? bytes : undefined;
}
