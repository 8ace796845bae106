import { parentPort } from 'node:worker_threads';
import { Problem } from '#kernel/problem';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

/** One question to the thread, and what it answers. */
export interface Question {
  id: number;
  method: string;
  input: unknown;
}

export type Answer =
  | { id: number; answer: unknown }
  | { id: number; refusal: { kind: Problem['kind']; message: string; facts: Record<string, unknown> } }
  | { id: number; failure: string };

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker only');

port.on('message', async ({ id, method, input }: Question) => {
  port.postMessage(await answerTo(id, method, input));
});

async function answerTo(id: number, method: string, input: unknown): Promise<Answer> {
  try {
    const compute = await findMethod(method);
    return { id, answer: printable(compute(new Input(input))) };
  } catch (error) {
    if (!(error instanceof Problem)) return { id, failure: String((error as Error)?.stack ?? error) };
    return { id, refusal: { kind: error.kind, message: error.message, facts: { ...error.facts } } };
  }
}
