import { connect, type Socket } from 'node:net';
import { parseMessage } from '#standards/hl7v2';
import { encodeFrame, FrameDecoder } from '#standards/mllp';

export interface Answer {
  /** MSA-1: AA, AE, AR or their enhanced-mode fellows. */
  code: string;
  controlId: string;
  text: string;
}

/**
 * One MLLP connection: sends a message, waits for its acknowledgement. A message that gets none counts as not sent.
 * The connection is opened when needed and closed when it fails, so that a restarted server is found again.
 */
export class MllpLine {
  readonly #host: string;
  readonly #port: number;
  readonly #timeoutMs: number;
  #socket: Socket | undefined;
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  constructor(options: { host: string; port: number; timeoutMs?: number }) {
    this.#host = options.host;
    this.#port = options.port;
    this.#timeoutMs = options.timeoutMs ?? 20_000;
  }

  /** Rejects when the line breaks, or nothing is answered in time, or something else is answered. */
  async send(message: Uint8Array | string, controlId: string): Promise<Answer> {
    const socket = await this.#open();
    const answer = await new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(new Error('no acknowledgement in time')), this.#timeoutMs);
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          this.#waiting = undefined;
          then(value);
        };
      this.#waiting = { resolve: settle(resolve), reject: settle(reject) };
      socket.write(encodeFrame(message));
    });
    if (answer.controlId !== controlId) {
      this.close();
      throw new Error('the acknowledgement belongs to another message');
    }
    return answer;
  }

  /** Sends and hangs up before the answer can come: what a broken network does. */
  async sendUnheard(message: Uint8Array | string): Promise<void> {
    const socket = await this.#open();
    await new Promise<void>((resolve) => socket.write(encodeFrame(message), () => resolve()));
    this.close();
  }

  close(): void {
    this.#fail(new Error('the line was closed'));
  }

  #open(): Promise<Socket> {
    if (this.#socket) return Promise.resolve(this.#socket);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
      const decoder = new FrameDecoder();
      socket.once('connect', () => {
        this.#socket = socket;
        resolve(socket);
      });
      socket.on('data', (chunk) => {
        for (const arrival of decoder.push(chunk)) {
          if (arrival.kind === 'message') this.#heard(arrival.bytes);
        }
      });
      socket.on('error', (error) => {
        reject(error);
        if (this.#socket === socket) this.#fail(error);
      });
      socket.on('close', () => {
        if (this.#socket === socket) this.#fail(new Error('the line broke'));
      });
      socket.setTimeout(this.#timeoutMs, () => {
        if (this.#socket === socket) this.#fail(new Error('the line was idle'));
        else socket.destroy(new Error('no connection in time'));
      });
    });
  }

  #heard(bytes: Buffer): void {
    try {
      const msa = parseMessage(bytes).segment('MSA');
      if (!msa) throw new Error('the answer has no MSA segment');
      this.#waiting?.resolve({ code: msa.text(1) ?? '', controlId: msa.text(2) ?? '', text: msa.text(3) ?? '' });
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
    this.#waiting?.reject(error);
  }
}
