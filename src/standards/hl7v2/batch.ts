/**
 * Cuts a file into its messages, as bytes: one message, several in a row, or batches (FHS, BHS, BTS, FTS).
 *
 * The envelope is dropped; every message is returned exactly as it stands in the file, line ends included. Bytes before
 * the first message that are neither envelope nor white space are returned as a piece of their own, for the reader to
 * refuse: nothing is dropped in silence.
 */
export function splitBatch(file: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const pieces: Uint8Array[] = [];
  let start = -1;
  const close = (end: number): void => {
    if (start >= 0 && !isBlank(bytes, start, end)) pieces.push(bytes.subarray(start, end));
    start = -1;
  };
  let line = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (line < bytes.length) {
    const name = bytes.toString('latin1', line, Math.min(line + 3, bytes.length));
    if (ENVELOPE.has(name)) close(line);
    else if (name === 'MSH') {
      close(line);
      start = line;
    } else if (start < 0) start = line;
    line = nextLine(bytes, line);
  }
  close(bytes.length);
  return pieces;
}

const ENVELOPE: ReadonlySet<string> = new Set(['FHS', 'BHS', 'BTS', 'FTS']);

/** Frame bytes of MLLP are skipped too: captures of a line are common as files. */
function nextLine(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0x0d && bytes[at] !== 0x0a) at++;
  while (at < bytes.length && (bytes[at] === 0x0d || bytes[at] === 0x0a || bytes[at] === 0x0b || bytes[at] === 0x1c))
    at++;
  return at;
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at]! > 0x20) return false;
  return true;
}
