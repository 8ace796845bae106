import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '#kernel/config';
import { Problem } from '#kernel/problem';
import {
  hashLeaf,
  openCheckpoint,
  parseVerifier,
  readBundle,
  verifyConsistency,
  verifyInclusion,
} from '#standards/merkle';
import { testDatabase } from '../../../tests/support/postgres.ts';
import {
  append,
  appendAll,
  exportLedger,
  ledgerRoutes,
  openKey,
  seal,
  urlSource,
  verifyLedger,
  verifyLog,
} from './index.ts';

/**
 * Goal: a stranger can check the log with what HTTP gives, and nothing else.
 * Method: a real server; proofs are judged by the standard's verifier with the answers only.
 */
const at = new Date('2026-01-01T00:00:00Z');
const scratch = await mkdtemp(join(tmpdir(), 'ledger-routes-'));
const db = await testDatabase();
const signer = await openKey(db, scratch, at);
const ids = Array.from({ length: 300 }, () => randomUUID());
for (const part of [ids.slice(0, 100), ids.slice(100)]) {
  await appendAll(
    db,
    part.map((id, n) => ({ id, act: 'custody.handed-over', at, body: { n, to: 'Organization/ö' } })),
  );
  await seal(db, signer, at);
}

const app = fastify();
app.setErrorHandler((error, _, reply) => {
  if (!(error instanceof Problem)) throw error;
  return reply.code(error.status).send({ kind: error.kind, message: error.message });
});
ledgerRoutes(app, { pool: db });
const base = `${await app.listen({ port: 0, host: '127.0.0.1' })}/ledger`;
afterAll(async () => {
  await app.close();
  await rm(scratch, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${base}/${path}`, { headers });
const text = async (path: string) => (await get(path)).text();
const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

describe('the log over HTTP', () => {
  test('checkpoint and key: plain text, the one signed by the other, not kept by caches', async () => {
    const answer = await get('checkpoint');
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const verifier = parseVerifier((await text('key')).trimEnd());
    expect(verifier.name).toMatch(/^banyan\.health\/[0-9a-f-]{36}$/);
    expect(openCheckpoint(await answer.text(), [verifier])).toMatchObject({ origin: verifier.name, size: 300n });
  });

  test('tiles and bundles: octets, for ever; partial ones of every width that was', async () => {
    const answer = await get('tile/0/000');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const tile = Buffer.from(await answer.arrayBuffer());
    expect(tile.length).toBe(8192);
    const early = Buffer.from(await (await get('tile/0/000.p/100')).arrayBuffer());
    expect(early.equals(tile.subarray(0, 3200))).toBe(true);

    const bundle = await get('tile/entries/001.p/44', { 'accept-encoding': 'gzip' });
    expect(bundle.headers.get('content-encoding')).toBe('gzip');
    const entries = readBundle(new Uint8Array(await bundle.arrayBuffer()))!;
    expect(entries.map((entry) => JSON.parse(Buffer.from(entry).toString()).id)).toEqual(ids.slice(256));
    const plain = await get('tile/entries/001.p/44', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(readBundle(new Uint8Array(await plain.arrayBuffer()))).toEqual(entries);
  });

  test.each([
    'tile/0/001',
    'tile/0/001.p/45',
    'tile/1/000',
    'tile/2/000.p/1',
    'tile/0/0',
    'tile/x/000',
    'tile/entries/002.p/1',
    'tile/entries/001',
    'tile/entries/x999/x999/x999/x999/x999/x999/999',
    'tile/64/000',
    'nothing',
  ])('%s is not there', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('a stranger checks it whole', async () => {
    expect(await verifyLog(urlSource(base))).toMatchObject({ ok: true, leaves: 300, checkpoints: 2, source: base });
  });
});

describe('ready-made proofs', () => {
  test.each([0, 1, 99, 100, 255, 256, 299])('leaf %d is in the signed tree', async (index) => {
    const told = await (await get(`proof/inclusion?leaf=${ids[index]}`)).json();
    const { size, root } = openCheckpoint(told.checkpoint, [signer]);
    expect(told.index).toBe(index);
    expect(JSON.parse(told.entry)).toMatchObject({ id: ids[index], act: 'custody.handed-over', to: 'Organization/ö' });
    const claim = {
      index: BigInt(index),
      size,
      leafHash: hashLeaf(Buffer.from(told.entry)),
      root,
      proof: told.proof.map(bytesOf),
    };
    expect(verifyInclusion(claim)).toBe(true);
    expect(verifyInclusion({ ...claim, leafHash: hashLeaf(Buffer.from('{}')) })).toBe(false);
  });

  test.each([
    [1, 300],
    [100, 300],
    [256, 257],
    [300, 300],
    [77, 203],
  ])('the log of %d is the beginning of the log of %d', async (from, to) => {
    const told = await (await get(`proof/consistency?from=${from}&to=${to}`)).json();
    const claim = { fromRoot: bytesOf(told.fromRoot), toRoot: bytesOf(told.toRoot), proof: told.proof.map(bytesOf) };
    expect(verifyConsistency({ from: BigInt(from), to: BigInt(to), ...claim })).toBe(true);
  });

  test.each([
    ['proof/consistency?from=0&to=300', 400],
    ['proof/consistency?from=2&to=1', 400],
    ['proof/consistency?from=1&to=301', 400],
    ['proof/consistency?from=1.5&to=3', 400],
    ['proof/consistency', 400],
    ['proof/inclusion?leaf=1', 400],
    ['checkpoints?after=x', 400],
    [`proof/inclusion?leaf=${randomUUID()}`, 404],
  ])('%s is answered with %d', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  test('a leaf that waits for its seal is not denied', async () => {
    const id = randomUUID();
    await append(db, { id, act: 'custody.handed-over', at, body: {} });
    expect((await get(`proof/inclusion?leaf=${id}`)).status).toBe(503);
    await seal(db, signer, at);
    expect((await get(`proof/inclusion?leaf=${id}`)).status).toBe(200);
  });
});

describe('the command line', () => {
  const config = { ...readConfig({ BANYAN_DATA: scratch }), databaseUrl: db.url };
  const run = async (verb: typeof verifyLedger | typeof exportLedger, ...args: string[]) => {
    const lines: string[] = [];
    const said: string[] = [];
    const code = await verb.run(args, { config, out: (line) => lines.push(line), progress: (line) => said.push(line) });
    return { code, told: lines.map((line) => JSON.parse(line)), said };
  };

  test('export, then verify the files, the address and the database', async () => {
    const dir = join(scratch, 'out');
    expect(await run(exportLedger, '--dir', dir)).toMatchObject({ code: 0, told: [{ origin: signer.name }] });
    for (const args of [['--dir', dir], ['--url', base], ['--dir', dir, '--database'], []]) {
      const { code, told, said } = await run(verifyLedger, ...args);
      expect([code, told[0].ok, said.at(-1)]).toEqual([0, true, `checked ${told[0].size} of ${told[0].size} leaves`]);
    }
  });

  test('a log that is not there is told with exit code 1', async () => {
    const { code, told } = await run(verifyLedger, '--dir', join(scratch, 'nowhere'));
    expect([code, told[0].flaw.kind]).toEqual([1, 'key']);
    expect((await run(verifyLedger, '--dir', 'a', '--url', 'b')).code).toBe(1);
    expect((await run(exportLedger)).code).toBe(1);
  });
});
