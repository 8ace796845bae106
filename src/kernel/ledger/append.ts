import { createHash, randomUUID } from 'node:crypto';
import type { Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { LONGEST_ENTRY } from '#standards/merkle';
import { canonicalJson } from './canonical.ts';

/**
 * One accountable act. Everybody can read the log for ever, so `body` holds references and digests only, never a
 * person's data: what is to be provable without being readable goes in as `digestOf` it.
 */
export interface Leaf {
  /** A UUID, by which the leaf is found again; made up when absent. */
  id?: string;
  /** `<module>.<past-tense>` */
  act: string;
  at: Date;
  body: object;
}

/** Adds an act to the log, in the act's own transaction. It is sealed within seconds of the commit. */
export function append(tx: Tx, leaf: Leaf): Promise<void> {
  return appendAll(tx, [leaf]);
}

/** @throws Problem `too-large` when a leaf does not fit an entry of the log (65,535 bytes) */
export async function appendAll(tx: Tx, leaves: readonly Leaf[]): Promise<void> {
  if (leaves.length === 0) return;
  const ids: string[] = [];
  const bodies: string[] = [];
  for (const { id = randomUUID(), act, at, body } of leaves) {
    ids.push(id);
    bodies.push(writeLeaf({ ...body, id, act, at }));
  }
  await tx.run(sql`
    insert into ledger.pending (id, body)
    select given.id, convert_to(given.body, 'UTF8')
    from unnest(${ids}::uuid[], ${bodies}::text[]) with ordinality as given (id, body, n)
    order by given.n
  `);
}

/**
 * SHA-256 over the salt and the canonical details. Without the salt the details cannot be guessed from the digest:
 * once both are erased, the leaf says nothing of the person and the log still verifies.
 *
 * @param salt 16 random bytes or more, kept beside the details
 */
export function digestOf(details: object, salt: Uint8Array): string {
  if (salt.length < 16) throw new Problem('invalid', 'a salt of at least 16 bytes is needed');
  return createHash('sha256').update(salt).update(canonicalJson(details)).digest('base64url');
}

function writeLeaf(leaf: object): string {
  const text = canonicalJson(leaf);
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_ENTRY) throw new Problem('too-large', 'the leaf does not fit an entry of the log', { bytes });
  return text;
}
