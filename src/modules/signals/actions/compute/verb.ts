import { text } from 'node:stream/consumers';
import type { Verb } from '#kernel/cli';
import { Problem } from '#kernel/problem';
import { Input } from './input.ts';
import { findMethod, methodNames } from './methods.ts';
import { printable } from './output.ts';

/** `npm run -s banyan -- compute <method> < input.json`: any method of the signals, to be held against another program. */
export const computeVerb: Verb = {
  name: 'compute',
  summary: 'compute one statistical method on JSON from standard input',
  usage: `
npm run -s banyan -- compute <method> < input.json

Reads the method's input as JSON (null for a missing number, "Inf" for infinity) and prints its answer as JSON.
docs/signals-methods.md tells what each method takes and gives.

${methodNames().join(' ')}
`,
  async run(args, { out }) {
    const [name, ...rest] = args;
    if (name === undefined || rest.length > 0)
      throw new Problem('invalid', 'name one method', { see: 'compute --help' });
    const method = await findMethod(name);
    out(JSON.stringify(printable(method(new Input(parseJson(await text(process.stdin)))))));
    return 0;
  },
};

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch (cause) {
    throw new Problem('invalid', 'the input is no JSON', { because: (cause as Error).message }, { cause });
  }
}
