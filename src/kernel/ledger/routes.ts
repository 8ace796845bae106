import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { type Hash, parseTilePath } from '#standards/merkle';
import { readTile, writeCheckpointLine } from './files.ts';
import { proveConsistency, proveInclusion } from './proofs.ts';
import { findCheckpoint, findCheckpoints, findIdentity } from './store.ts';

/** Checkpoints in one answer at the most. */
const MOST_CHECKPOINTS = 1000;

/** A tile, once there, never changes; not even a partial one. */
const FOR_EVER = 'public, max-age=31536000, immutable';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The log for everybody, signed in or not: C2SP tlog-tiles below /ledger, and the same proofs ready-made.
 * Leaves hold no personal data, so there is nothing here that needs a guard.
 */
export function ledgerRoutes(app: FastifyInstance, { pool }: { pool: Db }): void {
  app.get('/ledger/checkpoint', async (_, reply) => {
    const last = await findCheckpoint(pool);
    if (last === undefined) throw new Problem('not-found', 'the ledger has no checkpoint yet');
    return plain(reply, 'no-cache').send(last.note);
  });

  app.get('/ledger/key', async (_, reply) => {
    const identity = await findIdentity(pool);
    if (identity === undefined) throw new Problem('not-found', 'the ledger has no key yet');
    return plain(reply, 'no-cache').send(`${identity.verifier}\n`);
  });

  app.get<{ Params: { '*': string } }>('/ledger/tile/*', (request, reply) =>
    sendTile(pool, `tile/${request.params['*']}`, request, reply),
  );

  app.get<{ Querystring: { after?: string } }>('/ledger/checkpoints', async (request, reply) => {
    const after = request.query.after === undefined ? -1 : sizeOf(request.query.after);
    const found = await findCheckpoints(pool, { after, limit: MOST_CHECKPOINTS });
    const lines = found.map((checkpoint) => `${writeCheckpointLine(checkpoint)}\n`);
    return reply.type('application/x-ndjson').header('cache-control', 'no-cache').send(lines.join(''));
  });

  app.get<{ Querystring: { leaf?: string } }>('/ledger/proof/inclusion', async (request) => {
    const { leaf = '' } = request.query;
    if (!UUID.test(leaf)) throw new Problem('invalid', 'leaf is the UUID of an act');
    const proof = await proveInclusion(pool, leaf);
    return { ...proof, leafHash: base64(proof.leafHash), root: base64(proof.root), proof: proof.proof.map(base64) };
  });

  app.get<{ Querystring: { from?: string; to?: string } }>('/ledger/proof/consistency', async (request) => {
    const { from = '', to = '' } = request.query;
    const proof = await proveConsistency(pool, sizeOf(from), sizeOf(to));
    const roots = { fromRoot: base64(proof.fromRoot), toRoot: base64(proof.toRoot) };
    return { ...proof, ...roots, proof: proof.proof.map(base64) };
  });
}

async function sendTile(db: Db, path: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const place = parseTilePath(path);
  const bytes = place === undefined ? undefined : await readTile(db, place);
  if (bytes === undefined) throw new Problem('not-found', 'there is no such tile');
  reply.type('application/octet-stream').header('cache-control', FOR_EVER);
  if (place?.level !== 'entries') return reply.send(bytes);
  reply.header('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(bytes);
  return reply.header('content-encoding', 'gzip').send(await promisify(gzip)(bytes));
}

const plain = (reply: FastifyReply, caching: string) =>
  reply.type('text/plain; charset=utf-8').header('cache-control', caching);

const base64 = (hash: Hash) => Buffer.from(hash).toString('base64');

function sizeOf(text: string): number {
  const size = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(size)) return size;
  throw new Problem('invalid', 'a size of the log is a whole number');
}
