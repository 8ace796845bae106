import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatSigner,
  formatVerifier,
  NoteError,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseSigner,
  parseTilePath,
  parseVerifier,
  readBundle,
  signCheckpoint,
  signerFromSeed,
  signNote,
  tilePath,
  tilesAt,
  writeBundle,
} from './index.ts';

const ours = signerFromSeed('banyan.health/test', Buffer.alloc(32, 7));
const witness = signerFromSeed('witness.example', Buffer.alloc(32, 9));

/**
 * Goal: notes are read and written as golang.org/x/mod/sumdb/note does.
 * Method: key and note of that package's documentation, then what must be refused.
 */
describe('signed notes', () => {
  const KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const SECRET = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
  const TEXT =
    'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replace(
      '’',
      "'",
    );

  test('the documented key pair signs, and its signature is read', () => {
    const signer = parseSigner(SECRET);
    expect(formatVerifier(signer)).toBe(KEY);
    expect(formatSigner(signer)).toBe(SECRET);
    const note = signNote(TEXT, [signer]);
    expect(note).toContain('\n\n— PeterNeumann x08go/');
    expect(openNote(note, [parseVerifier(KEY)]).text).toBe(TEXT);
  });

  test('several sign; one known is enough, but a known one may not be wrong', () => {
    const note = signNote('text\n', [ours, witness]);
    expect(openNote(note, [witness]).signers).toEqual([witness]);
    expect(openNote(note, [ours, witness]).signers).toEqual([ours, witness]);
    const forged = note.replace('text\n', 'Text\n');
    expect(() => openNote(forged, [witness])).toThrow('a signature is wrong');
    expect(() => openNote(note, [])).toThrow('no known signature');
  });

  test('a text may hold empty lines: the last one divides', () => {
    const note = signNote('one\n\n\ntwo\n', [ours]);
    expect(openNote(note, [ours]).text).toBe('one\n\n\ntwo\n');
  });

  test.each([
    ['no newline at the end', signNote('text\n', [ours]).slice(0, -1)],
    ['no signature', 'text\n\n'],
    ['no blank line', 'text\n— a AAAAAAA=\n'],
    ['a hyphen for the dash', signNote('text\n', [ours]).replace('—', '-')],
    ['a control character', signNote('text\n', [ours]).replace('text', 'te\tt')],
    ['a carriage return', signNote('text\n', [ours]).replace('text\n', 'text\r\n')],
    ['a plus in a name', `${signNote('text\n', [ours])}— a+b AAAAAAA=\n`],
    ['a signature without bytes', `${signNote('text\n', [ours])}— ab AAAAAA==\n`],
    ['base64 that is not', `${signNote('text\n', [ours])}— ab AAAAAAA\n`],
    ['too many signatures', `${signNote('text\n', [ours])}${'— ab AAAAAAA=\n'.repeat(100)}`],
  ])('refused: %s', (_, note) => {
    expect(() => openNote(note, [ours])).toThrow(NoteError);
  });

  test('bytes that are no UTF-8 are refused', () => {
    const bytes = Buffer.from(signNote('text\n', [ours]));
    bytes[0] = 0xff;
    expect(() => openNote(bytes, [ours])).toThrow('plain text');
  });

  test.each([
    KEY.replace('c74f20a3', 'c74f20a4'),
    KEY.replace('c74f20a3', 'C74F20A3'),
    KEY.replace('+AR', '+Ah'),
    KEY.slice(0, -4),
    KEY.replace('PeterNeumann', 'Peter Neumann'),
    '',
  ])('no verifier: %s', (text) => {
    expect(() => parseVerifier(text)).toThrow(NoteError);
  });

  test('a checkpoint with any byte changed is refused', () => {
    const root = new Uint8Array(32).fill(5);
    const note = Buffer.from(
      signCheckpoint({ origin: ours.name, size: 2n ** 63n, root, extensions: ['more'] }, [ours]),
    );
    expect(openCheckpoint(note, [ours])).toEqual({ origin: ours.name, size: 2n ** 63n, root, extensions: ['more'] });
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(note);
        changed[at]! ^= change;
        expect(() => openCheckpoint(changed, [ours])).toThrow(NoteError);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    'a\n01\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n',
    'a\n-1\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n',
    'a\n1\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQV=\n',
    'a\n1\nBQU=\n',
    '\n1\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n',
    'a\n1\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n\n',
    'a\n1\n',
  ])('no checkpoint: %j', (text) => {
    expect(() => parseCheckpoint(text)).toThrow(NoteError);
  });
});

describe('tiles', () => {
  test.each([
    ['tile/0/x001/x234/067', { level: 0, index: 1234067n, width: 256 }],
    ['tile/63/000.p/1', { level: 63, index: 0n, width: 1 }],
    ['tile/entries/x001/000.p/255', { level: 'entries', index: 1000n, width: 255 }],
  ] as const)('tile %#: %s', (path, place) => {
    expect(tilePath(place)).toBe(path);
    expect(parseTilePath(path)).toEqual(place);
  });

  test.each([
    'tile/64/000',
    'tile/00/000',
    'tile/0/00',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/x001/x002',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/data/000',
    'tile/0/000/',
  ])('%s is no place', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });

  test('the example of the specification: a tree of 70,000', () => {
    expect([0, 1, 2, 3].map((level) => tilesAt(level, 70_000n))).toEqual([
      { full: 273n, width: 112 },
      { full: 1n, width: 17 },
      { full: 0n, width: 1 },
      { full: 0n, width: 0 },
    ]);
  });

  test('a bundle gives its entries back; cut inside an entry it gives none', () => {
    const entries = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(65_535, 3)];
    const bundle = writeBundle(entries);
    expect(readBundle(bundle)).toEqual(entries.map((entry) => Buffer.from(entry)));
    expect(readBundle(bundle.subarray(0, -1))).toBeUndefined();
    expect(readBundle(bundle.subarray(0, 1))).toBeUndefined();
    expect(() => writeBundle([Buffer.alloc(65_536)])).toThrow(RangeError);
  });
});
