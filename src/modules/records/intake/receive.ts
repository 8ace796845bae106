import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '#kernel/context';
import { type Fact, tellAll } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { acknowledge, Hl7Error, type Hl7ErrorCode, type Message, parseMessage } from '#standards/hl7v2';
import { isMapped } from '#standards/v2-to-fhir';
import { findDigests, insertMessages, type RawMessage } from '../store/index.ts';

/** A message that waits to be kept, and what its sender is told then. */
interface Waiting {
  raw: RawMessage;
  message: Message | undefined;
  error: Hl7Error | undefined;
  /** PID-3.1, so that the messages about one patient are heard in their order. */
  patient: string;
  settle(receipt: Receipt): void;
}

/** What became of a message once it is on disk. */
export interface Receipt {
  outcome: RawMessage['outcome'];
  /** True when the very same message was there already: nothing new was kept. */
  repeated: boolean;
  part: string;
  id: string;
  reason?: string;
  /** The answer to send; undefined when the sender wants none. */
  answer: string | undefined;
}

interface Origin {
  channel: RawMessage['channel'];
  /** Network address or file. */
  origin: string;
  /** Set when the bytes are to be kept but not taken, whatever they say. */
  refusal?: Hl7Error;
}

export interface Receiver {
  /** Resolves when the message is on disk, whatever the database went through meanwhile. */
  receive(bytes: Uint8Array, from: Origin): Promise<Receipt>;
  /** Messages that wait to be kept. */
  readonly waiting: number;
  /** Why messages cannot be kept now; undefined while they can. */
  readonly trouble: string | undefined;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

export interface ReceiverOptions {
  /** Messages kept by one transaction at the most. */
  batch?: number;
  /** How long the first message of a batch waits for company. */
  gatherMs?: number;
}

/**
 * Keeps messages, many by one commit: what arrives on all lines while a commit is under way is kept by the next one.
 * A sender is answered only after the commit that keeps its message.
 */
export function startReceiver(ctx: Context, { batch = 128, gatherMs = 2 }: ReceiverOptions = {}): Receiver {
  const queue: Waiting[] = [];
  let working: Promise<void> | undefined;
  let trouble: string | undefined;
  const note = (now: string | undefined): void => {
    trouble = now;
  };

  const work = async (): Promise<void> => {
    while (queue.length > 0) {
      if (queue.length < batch && gatherMs > 0) await sleep(gatherMs);
      const taken = queue.splice(0, batch);
      for (const [index, receipt] of (await keepSurely(ctx, taken, note)).entries()) taken[index]!.settle(receipt);
    }
    working = undefined;
  };

  return {
    receive(bytes, from) {
      return new Promise((settle) => {
        queue.push({ ...look(bytes, ctx.now(), from), settle });
        working ??= work();
      });
    },
    get waiting() {
      return queue.length;
    },
    get trouble() {
      return trouble;
    },
    async idle() {
      while (working !== undefined) await working;
    },
  };
}

/** Reads as much of a message as is needed to keep and answer it. */
function look(bytes: Uint8Array, receivedAt: Date, { channel, origin, refusal }: Origin): Omit<Waiting, 'settle'> {
  const digest = createHash('sha256').update(bytes).digest();
  const { message, error = refusal } = refusal === undefined ? readable(bytes) : headerOf(bytes);
  const sender = [nameOf(message?.header.text(3)), nameOf(message?.header.text(4))];
  const part = sender.join('|') === '|' ? '' : sender.join('|');
  const controlId = nameOf(message?.controlId);
  const outcome = error === undefined ? 'accepted' : 'refused';
  // A control id is unique for its sender only: without a sender, and where the message is refused, its content names it.
  const sameness = outcome === 'accepted' && part !== '' ? controlId : `${controlId}#${digest.toString('hex')}`;
  return {
    raw: {
      part,
      id: idOf(outcome, sameness),
      controlId,
      digest,
      receivedAt,
      channel,
      origin,
      type: message === undefined ? '' : `${nameOf(message.type)}^${nameOf(message.event)}`,
      outcome,
      reason: error?.message ?? null,
      raw: bytes,
    },
    message,
    error,
    patient: nameOf(message?.segment('PID')?.text(3)),
  };
}

/** The longest sender or control id that is taken; version 2.9 has 227 for the one and 199 for the other. */
const LONGEST_NAME = 250;

/** A name as PostgreSQL's texts and keys hold it: without NUL, and not too long. The message itself is kept byte for byte. */
function nameOf(text = ''): string {
  return text.slice(0, LONGEST_NAME).replaceAll('\0', '\uFFFD').toWellFormed();
}

function idOf(outcome: string, sameness: string): string {
  return createHash('sha256').update(`${outcome}\n${sameness}`).digest('base64url').slice(0, 27);
}

function conflictId({ controlId, digest }: RawMessage): string {
  return idOf('conflict', `${controlId}#${Buffer.from(digest).toString('hex')}`);
}

function readable(bytes: Uint8Array): { message?: Message; error?: Hl7Error } {
  let message: Message;
  try {
    message = parseMessage(bytes);
  } catch (error) {
    if (!(error instanceof Hl7Error)) throw error;
    return { ...headerOf(bytes), error };
  }
  const error = refusalOf(message);
  return error === undefined ? { message } : { message, error };
}

/** The first line alone, so that the sender of an unreadable message still learns which one it was. */
function headerOf(bytes: Uint8Array): { message?: Message; error?: Hl7Error } {
  const [line = ''] = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096))
    .toString('latin1')
    .split(/[\r\n]/);
  try {
    return { message: parseMessage(line) };
  } catch {
    // Not even a header: nobody can be named.
    return {};
  }
}

function refusalOf(message: Message): Hl7Error | undefined {
  const at = (field: number, component?: number) => ({
    segment: 'MSH',
    sequence: 1,
    field,
    ...(component !== undefined && { component }),
  });
  const refuse = (code: Hl7ErrorCode, text: string, place: ReturnType<typeof at>) => new Hl7Error(code, text, place);
  for (const field of [3, 4, 9, 10])
    if ((message.header.fields[field]?.length ?? 0) > LONGEST_NAME)
      return refuse('102', 'a field that names the message or its sender is too long', at(field));
  if (message.controlId === '') return refuse('101', 'MSH-10 is empty: the message cannot be told from others', at(10));
  if (message.type === '') return refuse('101', 'MSH-9 is empty: the message does not say what it is', at(9));
  if (!/^2(\.\d+)*$/.test(message.version)) return refuse('203', 'MSH-12 is no version 2 of HL7', at(12));
  if (!isMapped(message.type)) return refuse('200', 'messages of this type are not taken', at(9, 1));
  if (!isMapped(message.type, message.event)) return refuse('201', 'this event is not taken', at(9, 2));
  return undefined;
}

/**
 * Tries until the batch is kept: while the database is away, or full, nobody is answered, and every sender waits. A message that
 * no further try can keep stops neither its companions nor the senders behind it: its own sender is told.
 */
async function keepSurely(
  ctx: Context,
  batch: readonly Waiting[],
  note: (trouble: string | undefined) => void,
): Promise<Receipt[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      const receipts = await keep(ctx, batch);
      note(undefined);
      return receipts;
    } catch (error) {
      const raced = (error as { code?: string }).code === '23505';
      if (!raced && isHopeless(error)) return keepSingly(ctx, batch, note, error);
      if (!raced) note(`messages wait and are not acknowledged: ${(error as Error).message}`);
      if (!raced) ctx.log.warn({ error, messages: batch.length }, 'messages wait: they could not be kept');
      await sleep(raced ? 0 : Math.min(5_000, 100 * 2 ** attempt));
    }
  }
}

async function keepSingly(
  ctx: Context,
  batch: readonly Waiting[],
  note: (trouble: string | undefined) => void,
  error: unknown,
): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  const [only] = batch;
  note(undefined);
  if (batch.length === 1 && only !== undefined) return [notKept(ctx, only, error)];
  for (const waiting of batch) receipts.push(...(await keepSurely(ctx, [waiting], note)));
  return receipts;
}

/** The content is to blame, or a bug of ours: unlike a database that is away, time heals neither. */
function isHopeless(error: unknown): boolean {
  if (error instanceof Problem) return error.kind !== 'unavailable';
  return (
    error instanceof TypeError || error instanceof RangeError || HOPELESS.test((error as { code?: string }).code ?? '')
  );
}
/** SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded. */
const HOPELESS = /^(22|23|54)/;

function notKept(ctx: Context, { raw }: Waiting, error: unknown): Receipt {
  ctx.log.error(
    { error, origin: raw.origin, bytes: raw.raw.byteLength },
    'a message cannot be kept: its sender was told',
  );
  const reason = 'the message cannot be kept';
  const answer = acknowledge(undefined, {
    outcome: 'failed',
    at: ctx.now(),
    controlId: raw.id.slice(0, 20),
    error: new Hl7Error('207', reason),
  });
  return { part: raw.part, id: raw.id, outcome: 'refused', repeated: false, answer, reason };
}

function keep(ctx: Context, batch: readonly Waiting[]): Promise<Receipt[]> {
  return ctx.db.transaction(async (tx) => {
    const keys = batch.flatMap(({ raw }) => [raw.id, conflictId(raw)].map((id) => ({ part: raw.part, id })));
    const known = await findDigests(tx, keys);
    const fresh: RawMessage[] = [];
    const facts: Fact[] = [];
    const receipts = batch.map((waiting): Receipt => {
      const { raw, message } = waiting;
      const before = known.get(keyOf(raw));
      if (before !== undefined && !before.equals(raw.digest)) return conflict(ctx, waiting, known, fresh);
      if (before === undefined) {
        known.set(keyOf(raw), Buffer.from(raw.digest));
        fresh.push(raw);
        if (raw.outcome === 'accepted')
          facts.push({
            type: 'records.message-received',
            subject: `${raw.part}|${waiting.patient}`,
            data: { part: raw.part, id: raw.id },
          });
      }
      return receiptOf(ctx, raw, message, waiting.error, before !== undefined);
    });
    await insertMessages(tx, fresh);
    await tellAll(tx, facts);
    return receipts;
  });
}

/** The control id was used for another message: kept beside it, refused, and the first one stays. */
function conflict(ctx: Context, { raw, message }: Waiting, known: Map<string, Buffer>, fresh: RawMessage[]): Receipt {
  const error = new Hl7Error('205', 'this control id came before with another content', {
    segment: 'MSH',
    sequence: 1,
    field: 10,
  });
  const kept: RawMessage = { ...raw, id: conflictId(raw), outcome: 'conflict', reason: error.message };
  const repeated = known.has(keyOf(kept));
  if (!repeated) {
    known.set(keyOf(kept), Buffer.from(raw.digest));
    fresh.push(kept);
  }
  return receiptOf(ctx, kept, message, error, repeated);
}

function receiptOf(
  ctx: Context,
  raw: RawMessage,
  message: Message | undefined,
  error: Hl7Error | undefined,
  repeated: boolean,
): Receipt {
  const { part, id, outcome } = raw;
  const answer = acknowledge(message, {
    outcome: outcome === 'accepted' ? 'accepted' : 'rejected',
    at: ctx.now(),
    // The same for every repetition of the message, as is the rest of the answer but its time.
    controlId: id.slice(0, 20),
    ...(error === undefined ? {} : { error }),
  });
  return { part, id, outcome, repeated, answer, ...(raw.reason === null ? {} : { reason: raw.reason }) };
}

function keyOf({ part, id }: { part: string; id: string }): string {
  return `${part}\n${id}`;
}

/** @throws Problem `invalid` when the text is no fact of ours */
export function receivedOf(data: unknown): { part: string; id: string } {
  const { part, id } = (data ?? {}) as { part?: unknown; id?: unknown };
  if (typeof part === 'string' && typeof id === 'string') return { part, id };
  throw new Problem('invalid', 'the fact names no message');
}
