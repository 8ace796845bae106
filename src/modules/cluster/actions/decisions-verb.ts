import { readFile } from 'node:fs/promises';
import { stdin } from 'node:process';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Verb, VerbIo } from '#kernel/cli';
import { Problem } from '#kernel/problem';
import { compileModels, type Decisions, DmnError, type Fault, type Model, readModel } from '#standards/dmn';
import {
  type FeelDateTime,
  FeelLimitError,
  formatNum,
  type Num,
  parseDateTime,
  parseNum,
  toHost,
  type Value,
} from '#standards/feel';

export const dmnVerb: Verb = {
  name: 'dmn',
  summary: 'evaluates a DMN decision model, without a server',
  usage: `dmn evaluate MODEL INPUT [--import FILE ...] [--result NAME ...] [--trace] [--at MOMENT]
dmn check MODEL [--import FILE ...]

Prints the decisions' results as one line of JSON, and why something is null.
  MODEL          a model of DMN 1.1 to 1.5 as XML
  INPUT          a JSON object with a member for each input of the model; - for stdin
  --import FILE  a model that MODEL imports
  --result NAME  a decision, decision service or knowledge model; all decisions if not said
  --trace        the decision tables that were asked, too, each with its inputs and the numbers of the rules that matched
  --at MOMENT    what now() and today() say, as 2026-07-01T12:00:00+08:00; the clock if not said
Exit code 0: all expressions could be read; 1: a model or an input is not sound, or some expressions are not, and stderr says which;
2: mistyped.`,

  async run(args: readonly string[], io: VerbIo): Promise<number> {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        import: { type: 'string', multiple: true, default: [] },
        result: { type: 'string', multiple: true },
        trace: { type: 'boolean', default: false },
        at: { type: 'string' },
      },
    });
    const [act, model, input] = positionals;
    const at = parseDateTime(values.at ?? new Date().toISOString());
    const complete = act === 'check' ? positionals.length === 2 : act === 'evaluate' && positionals.length === 3;
    if (!complete || model === undefined || at?.time.zone === undefined) {
      io.progress(`${complete ? '--at needs a moment with its zone' : 'mistyped'}\n${dmnVerb.usage}`);
      return 2;
    }
    const decisions = await load([model, ...values.import]);
    for (const fault of decisions.faults) io.progress(faultLine(fault));
    if (act === 'check') io.out(JSON.stringify({ name: decisions.model.name, ...decisions.describe() }));
    else io.out(evaluate(decisions, await readInput(input ?? '-'), { ...values, at }));
    return decisions.faults.length === 0 ? 0 : 1;
  },
};

function faultLine({ element, line, message, text }: Fault): string {
  return `line ${line}, "${element}": ${message}: ${text.slice(0, 200)}`;
}

async function load(files: readonly string[]): Promise<Decisions> {
  const models: Model[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Problem('not-found', 'there is no such file', { file }, { cause });
    });
    models.push(told(() => readModel(text), file));
  }
  return told(() => compileModels(models), files[0] ?? '');
}

/** What the model's author can mend, as a Problem. */
function told<T>(act: () => T, file: string): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof FeelLimitError)
      throw new Problem('too-costly', 'the model takes too much', { limit: cause.limit }, { cause });
    if (!(cause instanceof DmnError)) throw cause;
    const { message: because, line } = cause;
    throw new Problem(
      'invalid',
      'the model or its input cannot be used',
      { file, because, ...(line !== undefined && { line }) },
      { cause },
    );
  }
}

async function readInput(file: string): Promise<Record<string, unknown>> {
  const text =
    file === '-'
      ? await textOf(stdin)
      : await readFile(file, 'utf8').catch((cause: unknown) => {
          throw new Problem('not-found', 'there is no such file', { file }, { cause });
        });
  try {
    const found: unknown = JSON.parse(text, exact);
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new Problem('invalid', 'the input is a JSON object with a member for each input of the model', { file });
}

/** A number keeps the digits it is written with. */
function exact(_: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? (parseNum(context.source) ?? value) : value;
}

function evaluate(
  decisions: Decisions,
  inputs: Record<string, unknown>,
  { result, trace, at }: { result?: string[] | undefined; trace: boolean; at: FeelDateTime },
): string {
  return told(() => {
    const { results, notes, tables } = decisions.evaluate({
      inputs,
      now: at,
      ...(result !== undefined && { results: result }),
    });
    return JSON.stringify({
      results: Object.fromEntries([...results].map(([name, value]) => [name, plain(value)])),
      notes,
      ...(trace && {
        tables: tables.map((table) => ({
          element: table.element,
          inputs: table.inputs.map(plain),
          rules: table.matched.map((index) => index + 1),
          result: plain(table.result),
        })),
      }),
    });
  }, decisions.model.name);
}

function plain(value: Value): unknown {
  return toHost(value, (num: Num) => RAW_JSON(formatNum(num)));
}

/** Of Node 22 and newer: text that JSON.stringify puts as it is. */
const RAW_JSON = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;
