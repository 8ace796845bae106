const START = 0x0b;
const END = 0x1c;
const CARRIAGE_RETURN = 0x0d;

/** What a decoder found on the line, in the order in which it came. */
export type Arrival =
  | { kind: 'message'; bytes: Buffer }
  /** A frame above the limit: its first bytes, enough to name the message; the rest was dropped. */
  | { kind: 'too-long'; bytes: Buffer; length: number }
  /** A new frame began before this one ended: its sender broke off. */
  | { kind: 'broken-off'; bytes: Buffer }
  /** Bytes outside any frame other than line breaks: counted, and the first of them kept. */
  | { kind: 'garbage'; bytes: Buffer; length: number };

export interface FrameDecoderOptions {
  /** Longest message accepted, in bytes; 4 MiB by default. */
  maxBytes?: number;
  /** Bytes kept of what is too long or outside a frame; 4096 by default. */
  keptBytes?: number;
}

/**
 * Cuts a stream of bytes into messages, however the network splits it.
 *
 * Memory is bounded by `maxBytes`. 0x0B cannot occur inside an HL7 message (it would be sent as \X0B\), so it always
 * begins a frame; a lone 0x1C is data unless 0x0D follows it.
 */
export class FrameDecoder {
  readonly #maxBytes: number;
  readonly #keptBytes: number;
  /** Pieces of the frame or garbage at hand. */
  #pieces: Buffer[] = [];
  #kept = 0;
  #length = 0;
  #inFrame = false;
  #endSeen = false;

  constructor(options: FrameDecoderOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 4 * 1024 * 1024;
    this.#keptBytes = Math.min(options.keptBytes ?? 4096, this.#maxBytes);
  }

  /** True while a frame has begun and not ended. */
  get midFrame(): boolean {
    return this.#inFrame;
  }

  /** Takes the next bytes of the line and returns what they complete. */
  push(chunk: Uint8Array): Arrival[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const found: Arrival[] = [];
    let at = 0;
    while (at < bytes.length) at = this.#inFrame ? this.#readFrame(bytes, at, found) : this.#skipTo(bytes, at, found);
    return found;
  }

  /** The line is closed: returns what was left unfinished on it. */
  end(): Arrival[] {
    const found: Arrival[] = [];
    if (this.#endSeen) this.#keep(Buffer.of(END));
    if (this.#inFrame) found.push({ kind: 'broken-off', bytes: this.#take() });
    else this.#tellGarbage(found);
    this.#inFrame = false;
    this.#endSeen = false;
    return found;
  }

  #skipTo(bytes: Buffer, from: number, found: Arrival[]): number {
    const start = bytes.indexOf(START, from);
    const until = start < 0 ? bytes.length : start;
    this.#keepGarbage(bytes.subarray(from, until));
    if (start < 0) return bytes.length;
    this.#tellGarbage(found);
    this.#inFrame = true;
    return start + 1;
  }

  #readFrame(bytes: Buffer, from: number, found: Arrival[]): number {
    if (this.#endSeen) {
      this.#endSeen = false;
      if (bytes[from] === CARRIAGE_RETURN) {
        this.#tellFrame(found);
        return from + 1;
      }
      this.#keep(Buffer.of(END));
    }
    const end = bytes.indexOf(END, from);
    const start = bytes.indexOf(START, from);
    if (start >= 0 && (end < 0 || start < end)) {
      this.#keep(bytes.subarray(from, start));
      found.push({ kind: 'broken-off', bytes: this.#take() });
      return start + 1;
    }
    if (end < 0) {
      this.#keep(bytes.subarray(from));
      return bytes.length;
    }
    this.#keep(bytes.subarray(from, end));
    this.#endSeen = true;
    return end + 1;
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    const limit = this.#length > this.#maxBytes ? this.#keptBytes : this.#maxBytes;
    const room = limit - this.#kept;
    if (piece.length === 0 || room <= 0) return;
    const taken = piece.length > room ? piece.subarray(0, room) : piece;
    this.#pieces.push(taken);
    this.#kept += taken.length;
  }

  #keepGarbage(piece: Buffer): void {
    const blank = this.#length === 0 && piece.every((byte) => byte === CARRIAGE_RETURN || byte === 0x0a);
    if (piece.length === 0 || blank) return;
    this.#length += piece.length;
    const taken = piece.subarray(0, Math.max(0, this.#keptBytes - this.#kept));
    if (taken.length > 0) this.#pieces.push(taken);
    this.#kept += taken.length;
  }

  #tellFrame(found: Arrival[]): void {
    const length = this.#length;
    const bytes = this.#take();
    if (length > this.#maxBytes) found.push({ kind: 'too-long', bytes: bytes.subarray(0, this.#keptBytes), length });
    else found.push({ kind: 'message', bytes });
    this.#inFrame = false;
  }

  #tellGarbage(found: Arrival[]): void {
    const length = this.#length;
    if (length > 0) found.push({ kind: 'garbage', bytes: this.#take(), length });
  }

  /** The pieces as bytes of their own, so that no network buffer is held by a message that waits. */
  #take(): Buffer {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#kept = 0;
    this.#length = 0;
    return bytes;
  }
}

/** A message as a frame, ready for the line. */
export function encodeFrame(message: Uint8Array | string): Buffer {
  const content = typeof message === 'string' ? Buffer.from(message) : message;
  const frame = Buffer.allocUnsafe(content.length + 3);
  frame[0] = START;
  frame.set(content, 1);
  frame[content.length + 1] = END;
  frame[content.length + 2] = CARRIAGE_RETURN;
  return frame;
}
