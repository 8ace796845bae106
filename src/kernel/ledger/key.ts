import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { formatSigner, formatVerifier, type NoteSigner, parseSigner, signerFromSeed } from '#standards/merkle';
import { findIdentity, insertIdentity } from './store.ts';

/** The secret key's file in the data folder, in the format of Go's note package, readable by its owner only. */
export const KEY_FILE = 'ledger.key';

/**
 * The key that signs this log, made at first start together with the log's name, `banyan.health/<installation>`.
 * It lives in the data folder and never in the database: who holds only the database cannot sign.
 * Several processes of one log need the same file.
 *
 * @throws Problem `conflict` when the database belongs to another key, `unavailable` when its key is absent
 */
export async function openKey(db: Db, folder: string, at: Date): Promise<NoteSigner> {
  const file = join(folder, KEY_FILE);
  const known = await findIdentity(db);
  const found = await readKey(file);
  if (known !== undefined && found === undefined) {
    throw new Problem('unavailable', "the ledger's key is not in the data folder: put its file back", {
      file,
      origin: known.origin,
    });
  }
  const signer = found ?? (await makeKey(folder, file));
  const verifier = formatVerifier(signer);
  if (known === undefined) await insertIdentity(db, { origin: signer.name, verifier }, at);
  const kept = known ?? (await findIdentity(db));
  if (kept?.verifier === verifier) return signer;
  throw new Problem('conflict', "the key in the data folder is not this ledger's", {
    file,
    origin: kept?.origin,
    found: signer.name,
  });
}

async function readKey(file: string): Promise<NoteSigner | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Problem('unavailable', "the ledger's key cannot be read", { file, code: error.code }, { cause: error });
  });
  if (text === undefined) return undefined;
  try {
    return parseSigner(text.trim());
  } catch (error) {
    throw new Problem('unavailable', "the ledger's key is damaged: put its file back", { file }, { cause: error });
  }
}

/** Written aside and linked, so that the file is whole from its first instant and the first of two makers wins. */
async function makeKey(folder: string, file: string): Promise<NoteSigner> {
  const signer = signerFromSeed(`banyan.health/${randomUUID()}`, randomBytes(32));
  const aside = `${file}.${randomUUID()}`;
  await mkdir(folder, { recursive: true });
  await writeFile(aside, `${formatSigner(signer)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(aside);
  }
  return (await readKey(file)) ?? signer;
}

/**
 * A secret of its own for another purpose, from the ledger's key: kept and saved as that is, and neither tells the other.
 *
 * Source: RFC 5869 (HKDF with SHA-256).
 */
export function deriveSeed({ seed, name }: NoteSigner, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', seed, name, purpose, 32));
}
