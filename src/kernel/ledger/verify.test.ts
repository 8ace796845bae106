import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import {
  emptyEdge,
  formatVerifier,
  hashLeaf,
  partialTiles,
  pushLeaf,
  rootOf,
  signCheckpoint,
  signerFromSeed,
  TILE_WIDTH,
  type Tile,
  tilePath,
  writeBundle,
} from '#standards/merkle';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { CONFORMANCE } from '../../../tests/support/scores.ts';
import { appendAll, databaseSource, exportLog, type Flaw, folderSource, openKey, seal, verifyLog } from './index.ts';

/**
 * Goal: whatever byte of a log is changed, the verifier finds it and names the thing it is in.
 * Method: real logs, one byte flipped at a time in every kind of file and row, the true place worked out from the file.
 */
const at = new Date('2026-01-01T00:00:00Z');
const scratch = await mkdtemp(join(tmpdir(), 'ledger-verify-'));
afterAll(() => rm(scratch, { recursive: true }));

const db = await testDatabase();
const signer = await openKey(db, join(scratch, 'data'), at);
const SIZES = [0, 1, 2, 255, 256, 257, 511, 700];
for (const [i, size] of SIZES.entries()) {
  const acts = Array.from({ length: size - (SIZES[i - 1] ?? 0) }, (_, n) => ({
    act: 'laboratory.result-released',
    at,
    body: { n: (SIZES[i - 1] ?? 0) + n },
  }));
  await appendAll(db, acts);
  await seal(db, signer, at);
}
const folder = join(scratch, 'exported');
await exportLog(db, folder);

/** A log of 66,000 short entries, which has tiles at three levels. */
async function writeLargeLog(into: string): Promise<void> {
  const edge = emptyEdge();
  const put = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await writeFile(join(into, path), bytes);
  };
  const putTile = ({ level, index, hashes }: Tile) =>
    put(tilePath({ level, index: BigInt(index), width: hashes.length / 32 }), hashes);
  let bundle: Uint8Array[] = [];
  const putBundle = () => {
    const place = { level: 'entries', index: BigInt(Math.floor((edge.size - 1) / 256)), width: bundle.length } as const;
    return put(tilePath(place), writeBundle(bundle));
  };
  for (let n = 0; n < 66_000; n += 1) {
    const entry = Buffer.from(`entry ${n}`);
    bundle.push(entry);
    for (const tile of pushLeaf(edge, hashLeaf(entry))) await putTile(tile);
    if (bundle.length < TILE_WIDTH) continue;
    await putBundle();
    bundle = [];
  }
  await putBundle();
  for (const tile of partialTiles(edge)) await putTile(tile);
  await put('key', `${formatVerifier(signer)}\n`);
  const checkpoint = { origin: signer.name, size: BigInt(edge.size), root: rootOf(edge), extensions: [] };
  await put('checkpoint', signCheckpoint(checkpoint, [signer]));
}

async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort();
}

/** What a change of byte `at` of a file must be called. */
function trueName(path: string, bytes: Buffer, byte: number): Pick<Flaw, 'kind' | 'name'> {
  if (path === 'key') return { kind: 'key', name: 'key' };
  if (path === 'checkpoint') return { kind: 'checkpoint', name: 'checkpoint' };
  if (path === 'checkpoints.ndjson') {
    const line = bytes.subarray(0, byte).toString('latin1').split('\n').length;
    return { kind: 'checkpoint', name: `checkpoints.ndjson line ${line}` };
  }
  if (!path.startsWith('tile/entries/')) return { kind: 'tile', name: path };
  const number = Number(/^tile\/entries\/([x\d/]+)/.exec(path)![1]!.replace(/[x/]/g, ''));
  let leaf = number * TILE_WIDTH;
  for (let end = 2 + bytes.readUInt16BE(0); end <= byte; end += 2 + bytes.readUInt16BE(end)) leaf += 1;
  return { kind: 'leaf', name: `leaf ${leaf}` };
}

async function flipAndJudge(root: string, path: string, byte: number, change: number): Promise<void> {
  const file = join(root, path);
  const bytes = await readFile(file);
  const place = byte % bytes.length;
  const changed = Buffer.from(bytes);
  changed[place]! ^= change;
  await writeFile(file, changed);
  try {
    const { ok, flaw } = await verifyLog(folderSource(root));
    expect({ ok, kind: flaw?.kind, name: flaw?.name }).toEqual({ ok: false, ...trueName(path, bytes, place) });
    expect(flaw?.expected).not.toBe(flaw?.found);
  } finally {
    await writeFile(file, bytes);
  }
}

describe('a log as files', () => {
  test('is whole as exported, and the same as the database', async () => {
    const verdict = await verifyLog(folderSource(folder), { rows: databaseSource(db), key: formatVerifier(signer) });
    expect(verdict).toMatchObject({ ok: true, origin: signer.name, size: 700, leaves: 700, tiles: 4, checkpoints: 8 });
    expect(await filesOf(folder)).toEqual([
      'checkpoint',
      'checkpoints.ndjson',
      'key',
      'tile/0/000',
      'tile/0/001',
      'tile/0/002.p/188',
      'tile/1/000.p/2',
      'tile/entries/000',
      'tile/entries/001',
      'tile/entries/002.p/188',
    ]);
  });

  test('any flipped byte in any file is found and named', async () => {
    for (const path of await filesOf(folder)) {
      await fc.assert(
        fc.asyncProperty(fc.nat(1_000_000), fc.integer({ min: 1, max: 255 }), (byte, change) =>
          flipAndJudge(folder, path, byte, change),
        ),
        { numRuns: 25 },
      );
    }
    expect((await verifyLog(folderSource(folder))).ok).toBe(true);
  });

  test('with three levels of tiles: any flipped byte is found and named', async () => {
    const large = join(scratch, 'large');
    await writeLargeLog(large);
    expect(await verifyLog(folderSource(large))).toMatchObject({ ok: true, leaves: 66_000, tiles: 258 + 2 + 1 });
    const above = (await filesOf(large)).filter((path) => /^tile\/[12]/.test(path));
    expect(above).toEqual(['tile/1/000', 'tile/1/001.p/1', 'tile/2/000.p/1']);
    for (const path of [...above, 'tile/0/100', 'tile/entries/257.p/208', 'tile/entries/017']) {
      await fc.assert(
        fc.asyncProperty(fc.nat(1_000_000), (byte) => flipAndJudge(large, path, byte, 1)),
        { numRuns: 2 },
      );
    }
  });

  test.each([
    ['tile/entries/001', { kind: 'leaf', name: 'leaf 256', found: 'nothing' }],
    ['tile/0/001', { kind: 'tile', name: 'tile/0/001', found: 'nothing' }],
    ['tile/1/000.p/2', { kind: 'tile', name: 'tile/1/000.p/2', found: 'nothing' }],
    ['checkpoint', { kind: 'checkpoint', name: 'checkpoint' }],
    ['key', { kind: 'key', name: 'key', found: 'nothing' }],
  ])('without %s it is not whole', async (path, flaw) => {
    await rename(join(folder, path), join(scratch, 'aside'));
    try {
      expect(await verifyLog(folderSource(folder))).toMatchObject({ ok: false, flaw });
    } finally {
      await rename(join(scratch, 'aside'), join(folder, path));
    }
  });

  test('a log whose end was cut off, checkpoint and all, contradicts its earlier checkpoints', async () => {
    const checkpoint = await readFile(join(folder, 'checkpoint'));
    const lines = (await readFile(join(folder, 'checkpoints.ndjson'), 'utf8')).trimEnd().split('\n');
    const cut = join(scratch, 'cut');
    await exportLog(db, cut);
    await writeFile(join(cut, 'checkpoint'), JSON.parse(lines[4]!).note);
    await writeFile(join(cut, 'tile/1/000.p/1'), (await readFile(join(cut, 'tile/1/000.p/2'))).subarray(0, 32));
    expect(await verifyLog(folderSource(cut))).toMatchObject({
      ok: false,
      size: 256,
      flaw: { kind: 'checkpoint', name: 'checkpoints.ndjson line 6', found: '257' },
    });
    await writeFile(join(cut, 'checkpoint'), checkpoint);
    expect((await verifyLog(folderSource(cut))).ok).toBe(true);
  });

  test('another key than the trusted one is told', async () => {
    const stranger = signerFromSeed(signer.name, Buffer.alloc(32, 3));
    const verdict = await verifyLog(folderSource(folder), { key: formatVerifier(stranger) });
    expect(verdict.flaw).toMatchObject({ kind: 'checkpoint', found: 'no known signature is on the note' });
  });

  test('a folder that holds something is not written over', async () => {
    await expect(exportLog(db, folder)).rejects.toThrow('not empty');
  });

  test('the log of tessera is whole, and with a byte changed it is not', async (context) => {
    const theirs = join(CONFORMANCE, 'merkle/tlog-tiles-log');
    const told = await readFile(`${theirs}.json`, 'utf8').catch(() => context.skip('the merkle suite is absent'));
    const key = JSON.parse(told).verifierKey as string;
    expect(await verifyLog(folderSource(theirs), { key })).toMatchObject({ ok: true, leaves: 15, checkpoints: 16 });
    const other = `${key.slice(0, -2)}${key.at(-2) === 'A' ? 'B' : 'A'}${key.at(-1)}`;
    expect((await verifyLog(folderSource(theirs), { key: other })).flaw?.kind).toBe('key');
  });
});

describe('the log in the database', () => {
  test('is whole', async () => {
    expect(await verifyLog(databaseSource(db))).toMatchObject({ ok: true, leaves: 700, tiles: 4, checkpoints: 8 });
  });

  test.each([0, 1, 255, 256, 511, 512, 699])('leaf %d changed, lost or exchanged is named', async (index) => {
    const named = {
      ok: false,
      leaves: Math.floor(index / 256) * 256,
      flaw: { kind: 'leaf', name: `leaf ${index}`, index },
    };
    const changes = [
      sql`update ledger.leaf set body = set_byte(body, 5, 1 + get_byte(body, 5)) where index = ${index}`,
      sql`update ledger.leaf set body = body || ' '::bytea where index = ${index}`,
      sql`delete from ledger.leaf where index = ${index}`,
    ];
    for (const change of changes) {
      await undone(async (tx) => {
        expect(await tx.run(change)).toBe(1);
        expect(await verifyLog(databaseSource(tx))).toMatchObject(named);
      });
    }
  });

  test.each([
    [0, 0, 0, 'tile/0/000'],
    [0, 1, 8191, 'tile/0/001'],
    [0, 2, 188 * 32 - 1, 'tile/0/002.p/188'],
    [1, 0, 40, 'tile/1/000.p/2'],
  ])('a changed tile of level %d, number %d, is named', async (level, index, byte, name) => {
    await undone(async (tx) => {
      await tx.run(sql`
        update ledger.tile set hashes = set_byte(hashes, ${byte}, (get_byte(hashes, ${byte}) + 1) % 256)
        where level = ${level} and index = ${index}
      `);
      expect(await verifyLog(databaseSource(tx))).toMatchObject({ ok: false, flaw: { kind: 'tile', name } });
    });
  });

  test.each(SIZES)('a changed checkpoint of size %d is named', async (size) => {
    await undone(async (tx) => {
      const { note } = await tx.one<{ note: string }>(sql`select note from ledger.checkpoint where size = ${size}`);
      const digit = note.indexOf('\n') + 4;
      const changed = note.slice(0, digit) + (note[digit] === 'A' ? 'B' : 'A') + note.slice(digit + 1);
      await tx.run(sql`update ledger.checkpoint set note = ${changed} where size = ${size}`);
      const name = size === 700 ? 'checkpoint' : `checkpoint of size ${size}`;
      expect(await verifyLog(databaseSource(tx))).toMatchObject({ ok: false, flaw: { kind: 'checkpoint', name } });
    });
  });

  test('leaf, tile and their sum changed together still contradict the signed root', async () => {
    await undone(async (tx) => {
      const forged = Buffer.from('{"act":"forged"}');
      await tx.run(sql`update ledger.leaf set body = ${forged} where index = 600`);
      await tx.run(sql`
        update ledger.tile set hashes = overlay(hashes placing ${Buffer.from(hashLeaf(forged))} from ${88 * 32 + 1})
        where level = 0 and index = 2
      `);
      const { ok, flaw } = await verifyLog(databaseSource(tx));
      expect(ok).toBe(false);
      expect(flaw).toMatchObject({ kind: 'checkpoint' });
    });
  });

  test('a row that differs from an exported copy is named', async () => {
    await undone(async (tx) => {
      await tx.run(sql`update ledger.leaf set body = '{}'::bytea where index = 300`);
      const verdict = await verifyLog(folderSource(folder), { rows: databaseSource(tx) });
      expect(verdict).toMatchObject({ ok: false, flaw: { kind: 'row', name: 'database row of leaf 300', index: 300 } });
    });
  });

  test('a log that goes on growing while it is checked is whole', async () => {
    const source = databaseSource(db);
    const early = await source.checkpoint();
    await appendAll(db, [{ act: 'a', at, body: {} }]);
    await seal(db, signer, at);
    const verdict = await verifyLog({ ...source, checkpoint: async () => early });
    expect(verdict).toMatchObject({ ok: true, size: 700 });
  });
});

async function undone(work: (tx: Parameters<Parameters<typeof db.transaction>[0]>[0]) => Promise<void>): Promise<void> {
  const back = new Error('back to how it was');
  await db
    .transaction(async (tx) => {
      await work(tx);
      throw back;
    })
    .catch((error) => {
      if (error !== back) throw error;
    });
}
