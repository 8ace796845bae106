import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { emptyEdge, hashLeaf, openCheckpoint, pushLeaf, rootOf, signerFromSeed } from '#standards/merkle';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { append, appendAll, canonicalJson, databaseSource, digestOf, openKey, seal, verifyLog } from './index.ts';

/**
 * Goal: every committed act is in the log once, in one order, under a signature; nothing else is.
 * Method: real PostgreSQL, transactions that commit late, roll back and run at once; the judge is a tree grown from
 * the entries as they are stored.
 */
const db = await testDatabase();
const signer = signerFromSeed('banyan.health/test', Buffer.alloc(32, 1));
const at = new Date('2026-01-01T00:00:00Z');
const act = (n: number | string) => ({ act: 'laboratory.result-released', at, body: { n } });

beforeEach(async () => {
  await db.run(sql`truncate ledger.pending, ledger.leaf, ledger.tile, ledger.checkpoint, ledger.identity`);
});

async function bodies(): Promise<string[]> {
  const rows = await db.rows<{ body: string }>(
    sql`select convert_from(body, 'UTF8') as body from ledger.leaf order by index`,
  );
  return rows.map((row) => row.body);
}

/** Every checkpoint's root is the root of the entries before it; tiles are checked by the verifier's own tests. */
async function expectSound(): Promise<number> {
  const notes = await db.rows<{ note: string }>(sql`select note from ledger.checkpoint order by size`);
  const indexes = await db.rows<{ index: number }>(sql`select index from ledger.leaf order by index`);
  expect(indexes.map((row) => row.index)).toEqual(indexes.map((_, i) => i));
  const entries = await bodies();
  const edge = emptyEdge();
  for (const { note } of notes) {
    const { size, root } = openCheckpoint(note, [signer]);
    while (edge.size < size) pushLeaf(edge, hashLeaf(Buffer.from(entries[edge.size]!)));
    expect(Buffer.from(root).equals(Buffer.from(rootOf(edge)))).toBe(true);
  }
  expect(edge.size).toBe(entries.length);
  return entries.length;
}

describe('sealing', () => {
  test('an empty log has a checkpoint, and stays as it is while nothing happens', async () => {
    expect(await seal(db, signer, at)).toBe(0);
    expect(await seal(db, signer, at)).toBe(0);
    const [first, ...others] = await db.rows<{ size: number }>(sql`select size from ledger.checkpoint`);
    expect([first?.size, others.length]).toEqual([0, 0]);
  });

  test('an act that is rolled back leaves no leaf and no gap', async () => {
    await append(db, act(1));
    const failing = db.transaction(async (tx) => {
      await append(tx, act(2));
      throw new Error('the act failed');
    });
    await expect(failing).rejects.toThrow('the act failed');
    await append(db, act(3));
    expect(await seal(db, signer, at)).toBe(2);
    expect((await bodies()).map((body) => JSON.parse(body).n)).toEqual([1, 3]);
    await expectSound();
  });

  test('an act that commits after later ones were sealed comes after them', async () => {
    let commit = () => {};
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let written = () => {};
    const appended = new Promise<void>((resolve) => {
      written = resolve;
    });
    const late = db.transaction(async (tx) => {
      await append(tx, act('late'));
      written();
      await held;
    });
    await appended;
    await append(db, act('early'));
    expect(await seal(db, signer, at)).toBe(1);
    commit();
    await late;
    expect(await seal(db, signer, at)).toBe(1);
    expect((await bodies()).map((body) => JSON.parse(body).n)).toEqual(['early', 'late']);
    await expectSound();
  });

  test('batches are bounded and follow one another through full tiles', async () => {
    await appendAll(
      db,
      Array.from({ length: 1000 }, (_, n) => act(n)),
    );
    const sealed = [];
    for (let n = await seal(db, signer, at, 300); n > 0; n = await seal(db, signer, at, 300)) sealed.push(n);
    expect(sealed).toEqual([300, 300, 300, 100]);
    expect((await bodies()).map((body) => JSON.parse(body).n)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    await expectSound();
  });

  test('writers and several sealers at once: each act once', async () => {
    let writing = true;
    const writer = async (name: number) => {
      for (let i = 0; i < 40; i += 1) {
        const doomed = i % 7 === 3;
        await db
          .transaction(async (tx) => {
            await appendAll(tx, [act(`${name}.${i}.a`), act(`${name}.${i}.b`)]);
            if (doomed) throw new Error('doomed');
          })
          .catch((error: Error) => expect(error.message).toBe('doomed'));
      }
    };
    const sealing = async () => {
      while (writing) await seal(db, signer, at, 50);
    };
    const sealers = [sealing(), sealing()];
    await Promise.all([1, 2, 3, 4].map(writer));
    writing = false;
    await Promise.all(sealers);
    while ((await seal(db, signer, at)) > 0);
    expect(await expectSound()).toBe(4 * 34 * 2);
    expect(new Set(await bodies()).size).toBe(4 * 34 * 2);
  });

  test('a seal that dies before its commit changes nothing, and the next does its work', async () => {
    await append(db, act(1));
    const dying = db.transaction(async (tx) => {
      expect(await seal(tx, signer, at)).toBe(1);
      throw new Error('killed');
    });
    await expect(dying).rejects.toThrow('killed');
    expect(await bodies()).toEqual([]);
    expect(await seal(db, signer, at)).toBe(1);
    expect(await expectSound()).toBe(1);
  });

  test('killed at any instant, it goes on: each acknowledged act once, and every checkpoint holds', async () => {
    const acknowledged: string[] = [];
    const data = await mkdtemp(join(tmpdir(), 'ledger-killed-'));
    for (const delayMs of [0, 7, 20, 45, 90, 150, 230, 340]) {
      const script = fileURLToPath(new URL('../../../tests/support/ledger-writer.ts', import.meta.url));
      const child = spawn(execPath, [script, db.url, data], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise((resolve) => child.once('close', resolve));
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (said === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
        said += text;
      });
      await ended;
      acknowledged.push(...said.split('\n').slice(0, -1));
    }
    const survivor = await openKey(db, data, at);
    // The killed process's last statement may still run in the server, holding the seal for a moment.
    const waiting = sql`select count(*) as count from ledger.pending`;
    while ((await db.one<{ count: number }>(waiting)).count > 0) await seal(db, survivor, at);
    await rm(data, { recursive: true });

    const ids = await db.rows<{ id: string }>(sql`select id from ledger.leaf`);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(new Set(ids.map((row) => row.id)).size).toBe(ids.length);
    expect(new Set(acknowledged).difference(new Set(ids.map((row) => row.id)))).toEqual(new Set());
    expect(await verifyLog(databaseSource(db))).toMatchObject({ ok: true, leaves: ids.length });
  });

  test('nothing is signed over a damaged tile, and no act is lost by it', async () => {
    await append(db, act(1));
    await seal(db, signer, at);
    await db.run(sql`update ledger.tile set hashes = set_byte(hashes, 3, (get_byte(hashes, 3) + 1) % 256)`);
    await append(db, act(2));
    await expect(seal(db, signer, at)).rejects.toThrow('the ledger is damaged');
    expect(await db.one(sql`select count(*) as waiting from ledger.pending`)).toEqual({ waiting: 1 });
  });
});

describe('a leaf', () => {
  test('is canonical JSON of its id, act, time and body', async () => {
    const id = randomUUID();
    await append(db, { id, act: 'custody.handed-over', at, body: { to: 'b', from: 'a', none: undefined } });
    await seal(db, signer, at);
    expect(await bodies()).toEqual([
      `{"act":"custody.handed-over","at":"2026-01-01T00:00:00.000Z","from":"a","id":"${id}","to":"b"}`,
    ]);
  });

  test('larger than an entry can be is refused', async () => {
    await expect(append(db, { act: 'a', at, body: { text: 'é'.repeat(33_000) } })).rejects.toThrow('does not fit');
  });

  test.each([
    [
      'the example of RFC 8785',
      { peach: 'x', ö: 1, '€': [1e21, 0.002, 1e-27], a: { z: null, b: true } },
      '{"a":{"b":true,"z":null},"peach":"x","ö":1,"€":[1e+21,0.002,1e-27]}',
    ],
    ['UTF-16 order, not code points', { '\ufb33': 1, '\u{1f600}': 2 }, '{"\u{1f600}":2,"\ufb33":1}'],
    ['a date and a missing member', { at, none: undefined }, '{"at":"2026-01-01T00:00:00.000Z"}'],
  ])('canonical JSON: %s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '\ud800', undefined, () => 1, 1n])(
    'canonical JSON refuses value %#',
    (value) => {
      expect(() => canonicalJson([value])).toThrow('canonical JSON');
    },
  );

  test('a digest depends on each detail and on the salt, and refuses a short one', () => {
    const salt = randomBytes(16);
    const digest = digestOf({ patient: 'p', code: 'x' }, salt);
    expect(digestOf({ code: 'x', patient: 'p' }, salt)).toBe(digest);
    expect(digestOf({ code: 'y', patient: 'p' }, salt)).not.toBe(digest);
    expect(digestOf({ patient: 'p', code: 'x' }, randomBytes(16))).not.toBe(digest);
    expect(() => digestOf({}, randomBytes(15))).toThrow('salt');
  });
});

describe('the key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-key-'));
  afterAll(() => rm(folder, { recursive: true }));
  const file = join(folder, 'ledger.key');

  beforeEach(() => rm(file, { force: true }));

  test('is made once, by whoever comes first, readable by its owner only', async () => {
    const keys = await Promise.all([1, 2, 3, 4].map(() => openKey(db, folder, at)));
    expect(new Set(keys.map((key) => key.name)).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await openKey(db, folder, at)).id).toBe(keys[0]!.id);
    expect(await db.one(sql`select origin from ledger.identity`)).toEqual({ origin: keys[0]!.name });
  });

  test('a log without its key, with another, or with a damaged one is not signed', async () => {
    await openKey(db, folder, at);
    const text = await readFile(file, 'utf8');
    await rm(file);
    await expect(openKey(db, folder, at)).rejects.toThrow('not in the data folder');
    await writeFile(file, text.slice(0, -3));
    await expect(openKey(db, folder, at)).rejects.toThrow('is damaged');
    await rm(file);
    await db.run(sql`delete from ledger.identity`);
    await openKey(db, folder, at);
    await writeFile(file, text);
    await expect(openKey(db, folder, at)).rejects.toThrow("is not this ledger's");
  });
});
