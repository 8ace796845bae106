import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  consistencyRanges,
  emptyEdge,
  type Hash,
  hashLeaf,
  nodesOf,
  openCheckpoint,
  openNote,
  parseTilePath,
  parseVerifier,
  pushLeaf,
  readBundle,
  rootOf,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from '#standards/merkle';
import { CONFORMANCE, expectScore } from '../support/scores.ts';

const SUITE = join(CONFORMANCE, 'merkle');
const present = existsSync(SUITE);
if (!present) process.stderr.write(`merkle suite skipped: ${SUITE} is absent\n`);

/**
 * Goal: proofs made by others are judged as transparency-dev/merkle judges them.
 * Method: every vector of its suite; one that is to be refused counts only when it is refused.
 */
describe.skipIf(!present)('proof vectors of transparency-dev/merkle', () => {
  const judges: Record<string, (vector: Vector) => boolean> = {
    inclusion: ({ n, hash, proof }) =>
      verifyInclusion({
        index: n('leafIdx'),
        size: n('treeSize'),
        leafHash: hash('leafHash'),
        proof,
        root: hash('root'),
      }),
    subtreeinclusion: ({ n, hash, proof }) =>
      verifySubtreeInclusion({
        index: n('leafIdx'),
        start: n('start'),
        end: n('end'),
        leafHash: hash('leafHash'),
        proof,
        root: hash('root'),
      }),
    consistency: ({ n, hash, proof }) =>
      verifyConsistency({ from: n('size1'), to: n('size2'), fromRoot: hash('root1'), toRoot: hash('root2'), proof }),
    subtreeconsistency: ({ n, hash, proof }) =>
      verifySubtreeConsistency({
        start: n('start'),
        end: n('end'),
        size: n('size'),
        subtreeRoot: hash('root1'),
        root: hash('root2'),
        proof,
      }),
  };

  test.each(Object.keys(judges))('%s', (kind) => {
    const vectors = readVectors(join(SUITE, kind));
    const wrong = vectors.filter((vector) => judges[kind]!(vector) === vector.wantErr).map((vector) => vector.file);
    expect(wrong).toEqual([]);
    expectScore(`merkle.${kind}`, vectors.length - wrong.length);
  });
});

/**
 * Goal: a log written by others is read to the last byte.
 * Method: the log of tessera's test data: each signature, each root from the entries, each partial tile and bundle, and
 * the consistency of any two of its checkpoints by proofs made from its tiles.
 */
describe.skipIf(!present)('the tiled log of tessera', () => {
  const folder = join(SUITE, 'tlog-tiles-log');
  const told = present ? JSON.parse(readFileSync(join(SUITE, 'tlog-tiles-log.json'), 'utf8')) : undefined;

  test('all checkpoints are signed, their roots are rebuilt, and each follows from each earlier one', () => {
    const verifier = parseVerifier(told.verifierKey);
    const { roots, leafHashes } = grow((told.entries as string[]).map((entry) => Buffer.from(entry)));
    let checkpoints = 0;
    const sizes = new Set<number>();
    for (const name of told.checkpoints as string[]) {
      const checkpoint = openCheckpoint(readFileSync(join(folder, name)), [verifier]);
      expect(checkpoint.origin).toBe(told.origin);
      expect(Buffer.from(checkpoint.root)).toEqual(Buffer.from(roots[Number(checkpoint.size)]!));
      sizes.add(Number(checkpoint.size));
      checkpoints += 1;
    }
    expectScore('merkle.checkpoints', checkpoints);

    let pairs = 0;
    for (const from of sizes) {
      for (const to of sizes) {
        if (from === 0 || from > to) continue;
        const proof = consistencyRanges(BigInt(from), BigInt(to)).map(({ start, end }) =>
          rangeRoot(leafHashes, Number(start), Number(end)),
        );
        const claim = { from: BigInt(from), to: BigInt(to), fromRoot: roots[from]!, toRoot: roots[to]!, proof };
        expect(verifyConsistency(claim)).toBe(true);
        pairs += 1;
      }
    }
    expectScore('merkle.checkpoint-pairs', pairs);
  });

  test('all tiles and bundles hold the entries', () => {
    const entries = (told.entries as string[]).map((entry) => Buffer.from(entry));
    let files = 0;
    for (const path of filesUnder(join(folder, 'tile'))) {
      const place = parseTilePath(path.slice(folder.length + 1))!;
      const bytes = readFileSync(path);
      const expected = entries.slice(0, place.width);
      if (place.level === 'entries') expect(readBundle(bytes)?.map(String)).toEqual(expected.map(String));
      else expect(bytes.toString('hex')).toBe(Buffer.concat(expected.map(hashLeaf)).toString('hex'));
      files += 1;
    }
    expectScore('merkle.tiles', files);
  });

  test('a checkpoint of another key is refused', () => {
    const stranger = parseVerifier('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    expect(() => openNote(readFileSync(join(folder, 'checkpoint')), [stranger])).toThrow('no known signature');
  });
});

interface Vector {
  file: string;
  wantErr: boolean;
  proof: Hash[];
  n(field: string): bigint;
  hash(field: string): Hash;
}

/** Numbers are read from the text: they exceed what a double holds. */
function readVectors(folder: string): Vector[] {
  return filesUnder(folder).map((file) => {
    const fields = JSON.parse(readFileSync(file, 'utf8').replace(/": (\d+)/g, '": "$1"'));
    return {
      file,
      wantErr: fields.wantErr,
      proof: (fields.proof ?? []).map((hash: string) => Buffer.from(hash, 'base64')),
      n: (field) => BigInt(fields[field]),
      hash: (field) => Buffer.from(fields[field] ?? '', 'base64'),
    };
  });
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function grow(entries: readonly Uint8Array[]): { roots: Hash[]; leafHashes: Hash[] } {
  const edge = emptyEdge();
  const roots = [rootOf(edge)];
  const leafHashes = entries.map(hashLeaf);
  for (const leafHash of leafHashes) {
    pushLeaf(edge, leafHash);
    roots.push(rootOf(edge));
  }
  return { roots, leafHashes };
}

function rangeRoot(leafHashes: readonly Hash[], start: number, end: number): Hash {
  const edge = emptyEdge();
  for (const leafHash of leafHashes.slice(start, end)) pushLeaf(edge, leafHash);
  expect(nodesOf({ start: BigInt(start), end: BigInt(end) }).length).toBe(edge.peaks.length);
  return rootOf(edge);
}
