/** In a thread of its own: what a model holds, and what it decides. Neither may hold up the event loop, whoever wrote the model. */
import { parentPort, workerData } from 'node:worker_threads';
import { compileModels, DmnError, readModel } from '#standards/dmn';
import { FeelLimitError, formatValue, parseDateTime, toHost } from '#standards/feel';
import type { DrawnElement, DrawnModel, Trial } from '../model/decisions.ts';

export type Asked = { content: string } & (
  | { act: 'draw' }
  | { act: 'try'; inputs: Record<string, unknown>; now: string }
);

export type Answered<T> =
  | { answer: T }
  | { refusal: { kind: 'invalid' | 'too-costly'; because: string; line?: number } };

const asked = workerData as Asked;
parentPort?.postMessage(answered());

function answered(): Answered<unknown> {
  try {
    return { answer: asked.act === 'draw' ? draw(asked.content) : tryOut(asked) };
  } catch (error) {
    if (error instanceof FeelLimitError) return { refusal: { kind: 'too-costly', because: error.message } };
    if (!(error instanceof DmnError)) throw error;
    const { message: because, line } = error;
    return { refusal: { kind: 'invalid', because, ...(line !== undefined && { line }) } };
  }
}

function draw(content: string): DrawnModel {
  const model = readModel(content);
  const decisions = compileModels([model]);
  const { inputs, nodes } = decisions.describe();
  const elements = nodes.map(({ key, name, kind, needs }, index): DrawnElement => {
    const element = model.elements[index];
    const logic = element?.kind === 'decision' || element?.kind === 'knowledge' ? element.logic : undefined;
    const type = element?.variable.typeRef;
    const question = element?.kind === 'decision' ? element.question : undefined;
    return {
      key,
      name,
      kind,
      needs: [...needs],
      ...(question !== undefined && { question }),
      ...(type !== undefined && { type }),
      ...(logic !== undefined && { logic }),
    };
  });
  return { name: model.name, inputs, elements, faults: decisions.faults };
}

function tryOut({ content, inputs, now }: Asked & { act: 'try' }): Omit<Trial, 'version'> {
  const at = parseDateTime(now);
  if (at === undefined) throw new Error('the time is no moment');
  const { results, notes, tables, steps } = compileModels([readModel(content)]).evaluate({ inputs, now: at });
  return {
    results: [...results].map(([name, value]) => ({ name, value: toHost(value) })),
    notes: [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()],
    tables: tables.map(({ element, inputs: given, matched }) => ({
      element,
      inputs: given.map((value) => formatValue(value)),
      matched: [...matched],
    })),
    steps,
  };
}
