import { HASH_SIZE, type Hash } from './hash.ts';
import { decodeBase64, encodeBase64, NoteError } from './note.ts';

/** That an entry is in a log, as one text: its index, the hashes beside its way to the root, the signed checkpoint. */
export interface TlogProof {
  index: bigint;
  proof: Hash[];
  checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1';

/** Source: C2SP tlog-proof; without extra data. */
export function writeTlogProof({ index, proof, checkpoint }: TlogProof): string {
  return `${[HEADER, `index ${index}`, ...proof.map(encodeBase64)].join('\n')}\n\n${checkpoint}`;
}

/** @throws NoteError when the text is no proof without extra data; the checkpoint is not looked at */
export function parseTlogProof(text: string): TlogProof {
  const blank = text.indexOf('\n\n');
  const [header, index = '', ...hashes] = text.slice(0, Math.max(blank, 0)).split('\n');
  const proof = hashes.map(decodeBase64);
  const sound =
    header === HEADER &&
    /^index (0|[1-9]\d{0,18})$/.test(index) &&
    proof.length <= 63 &&
    proof.every((hash) => hash?.length === HASH_SIZE);
  if (!sound) throw new NoteError('the text is no proof of a log');
  return { index: BigInt(index.slice(6)), proof: proof as Hash[], checkpoint: text.slice(blank + 2) };
}
