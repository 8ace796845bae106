import { HASH_SIZE, type Hash } from './hash.ts';
import {
  decodeBase64,
  encodeBase64,
  NoteError,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  signNote,
} from './note.ts';

/** What a log says of itself at one moment. `extensions` are lines whose meaning is not ours to know. */
export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Hash;
  extensions: string[];
}

/** The signed note of a checkpoint (C2SP tlog-checkpoint). */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  const { origin, size, root, extensions } = checkpoint;
  const lines = [origin, size.toString(), encodeBase64(root), ...extensions];
  if (lines.some((line) => line === '' || line.includes('\n'))) throw new NoteError('a checkpoint line is empty');
  return signNote(`${lines.join('\n')}\n`, signers);
}

/**
 * The checkpoint in a signed note, after its signatures were checked.
 *
 * @throws NoteError when the note cannot be trusted or its text is no checkpoint
 */
export function openCheckpoint(note: string | Uint8Array, verifiers: readonly NoteVerifier[]): Checkpoint {
  return parseCheckpoint(openNote(note, verifiers).text);
}

/** @throws NoteError */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...extensions] = text.split('\n').slice(0, -1);
  const rootHash = decodeBase64(root);
  const isSound =
    text.endsWith('\n') &&
    origin !== '' &&
    /^(0|[1-9]\d{0,19})$/.test(size) &&
    rootHash?.length === HASH_SIZE &&
    !extensions.includes('');
  if (!isSound) throw new NoteError('the text is no checkpoint');
  return { origin, size: BigInt(size), root: rootHash, extensions };
}
