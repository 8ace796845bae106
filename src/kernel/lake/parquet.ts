import { open } from 'node:fs/promises';

/**
 * Rewrites a Parquet file's times from "an instant" to "without a zone"; the numbers, which are of UTC, stay. The engine only writes instants,
 * and readers that show those in the zone of the machine, or take four times as long for them, are many.
 *
 * Only the flag `isAdjustedToUTC` in the file's footer changes, and no length with it. Source: Apache Parquet format 2.11, parquet.thrift
 * and "File Format"; Apache Thrift, "Thrift Compact protocol encoding".
 *
 * @throws Error when it is no Parquet file
 */
export async function makeTimesNaive(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(8);
    if (size < 12) throw new Error('no Parquet file: too short');
    await file.read(tail, 0, 8, size - 8);
    const length = tail.readUInt32LE(0);
    if (tail.toString('latin1', 4) !== 'PAR1' || length > size - 12) throw new Error('no Parquet file: no footer');
    const footer = Buffer.alloc(length);
    await file.read(footer, 0, length, size - 8 - length);
    clearAdjusted(footer);
    await file.write(footer, 0, length, size - 8 - length);
    await file.sync();
  } finally {
    await file.close();
  }
}

const SCHEMA = 2;
const LOGICAL_TYPE = 10;
const TIMESTAMP = 8;
const ADJUSTED_TO_UTC = 1;

/** Fields of a Thrift struct by their number: who is visited reads the value. */
type Visit = Readonly<Record<number, (kind: number, headerAt: number) => void>>;

const TRUE = 1;
const FALSE = 2;

/** FileMetaData.schema[].logicalType.TIMESTAMP.isAdjustedToUTC = false */
function clearAdjusted(bytes: Buffer): void {
  let at = 0;
  const clear = (kind: number, headerAt: number) => {
    if (kind === TRUE) bytes[headerAt] = (bytes[headerAt]! & 0xf0) | FALSE;
  };
  struct({
    [SCHEMA]: () =>
      list(() => struct({ [LOGICAL_TYPE]: () => struct({ [TIMESTAMP]: () => struct({ [ADJUSTED_TO_UTC]: clear }) }) })),
  });

  function struct(visit: Visit): void {
    let field = 0;
    for (;;) {
      const headerAt = at;
      const header = byte();
      if (header === 0) return;
      const kind = header & 15;
      field = header >> 4 === 0 ? zigzag(varint()) : field + (header >> 4);
      const found = visit[field];
      if (found === undefined) skip(kind);
      else found(kind, headerAt);
    }
  }

  function list(each: (kind: number) => void): void {
    const header = byte();
    const size = header >> 4 === 15 ? varint() : header >> 4;
    for (let n = 0; n < size; n += 1) each(header & 15);
  }

  function skip(kind: number): void {
    switch (kind) {
      case TRUE:
      case FALSE:
        return;
      case 3:
        at += 1;
        return;
      case 4:
      case 5:
      case 6:
        varint();
        return;
      case 7:
        at += 8;
        return;
      case 8: {
        const length = varint();
        at += length;
        return;
      }
      case 9:
      case 10:
        // A truth value is a byte of its own in a list.
        list((element) => skip(element === TRUE || element === FALSE ? 3 : element));
        return;
      case 12:
        struct({});
        return;
      default:
        throw new Error(`no Parquet file: its footer has a value of kind ${kind}`);
    }
  }

  function byte(): number {
    const value = bytes[at];
    if (value === undefined) throw new Error('no Parquet file: its footer ends early');
    at += 1;
    return value;
  }

  /** Exact below 2^53; larger ones are only passed over. */
  function varint(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const next = byte();
      value += (next & 127) * weight;
      if (next < 128) return value;
    }
  }
}

function zigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
