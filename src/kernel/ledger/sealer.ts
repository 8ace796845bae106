import type { Db } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { Problem } from '#kernel/problem';
import {
  type Edge,
  type NoteSigner,
  openCheckpoint,
  openEdge,
  partialPlaces,
  partialTiles,
  pushLeaf,
  rootOf,
  sameBytes,
  signCheckpoint,
  type Tile,
} from '#standards/merkle';
import { findCheckpoint, findTiles, insertCheckpoint, placeLeaves, takeSeal, writeTiles } from './store.ts';

/** Leaves in one batch at the most; the rest waits a second. */
const MOST_LEAVES = 16_384;

export function sealer(signer: NoteSigner): Job {
  return {
    name: 'ledger.seal',
    everySeconds: 1,
    async run(ctx) {
      await seal(ctx.db, signer, ctx.now());
    },
  };
}

/**
 * Gives the waiting leaves their places, and signs the tree that they make; all of it or nothing, so that it can end
 * at any instant. The work grows with the batch, not with the log.
 *
 * @returns how many leaves were sealed; 0 also when another process is at it
 * @throws Problem `conflict` when what is stored is not what the last checkpoint signed: nothing is signed over damage
 */
export async function seal(db: Db, signer: NoteSigner, at: Date, most = MOST_LEAVES): Promise<number> {
  return db.transaction(async (tx) => {
    if (!(await takeSeal(tx))) return 0;
    const last = await findCheckpoint(tx);
    const hashes = await placeLeaves(tx, last?.size ?? 0, most);
    if (last !== undefined && hashes.length === 0) return 0;

    const edge = await reopen(tx, signer, last);
    const filled: Tile[] = [];
    for (const hash of hashes) filled.push(...pushLeaf(edge, hash));
    await writeTiles(tx, [...filled, ...partialTiles(edge)]);
    const checkpoint = { origin: signer.name, size: BigInt(edge.size), root: rootOf(edge), extensions: [] };
    await insertCheckpoint(tx, { size: edge.size, note: signCheckpoint(checkpoint, [signer]) }, at);
    return hashes.length;
  });
}

async function reopen(db: Db, signer: NoteSigner, last: { size: number; note: string } | undefined): Promise<Edge> {
  const size = last?.size ?? 0;
  const edge = openEdge(size, await findTiles(db, partialPlaces(size)));
  if (last === undefined) return edge;
  const signed = openCheckpoint(last.note, [signer]);
  if (signed.size === BigInt(size) && sameBytes(signed.root, rootOf(edge))) return edge;
  throw new Problem('conflict', 'the ledger is damaged: its tiles are not those of its last checkpoint', { size });
}
