import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as text. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What is kept of a secret of 256 random bits: such a secret cannot be guessed from a fast hash, and looking a hash up by
 * index tells nothing by its time.
 */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
