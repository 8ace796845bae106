import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import env from '@zazuko/env';
import { Parser } from 'n3';
import Validator from 'rdf-validate-shacl';
import { CONFORMANCE } from './scores.ts';

const SUITE = join(CONFORMANCE, 'dcat');

/** Whether SEMIC's shapes are at hand. */
export const hasShapes = existsSync(SUITE);
if (!hasShapes) process.stderr.write(`DCAT-AP shapes skipped: ${SUITE} is absent\n`);

/** The shapes whose violations count. `mdr-vocabularies` needs vocabularies that are not at hand. */
export const SHAPES = [
  'shacl/shapes.ttl',
  'shacl/range.ttl',
  'shacl/deprecateduris.ttl',
  'shacl/shapes_recommended.ttl',
  'shacl-full/dcat-ap-SHACL.ttl',
  'shacl-full/ranges.ttl',
];

/** Without what they import: each file that counts is named above. */
const shapesOf = (file: string) => {
  const quads = new Parser().parse(readFileSync(join(SUITE, file), 'utf8'));
  return env.dataset(quads.filter(({ predicate }) => !predicate.value.endsWith('#imports')) as never);
};
const judges = hasShapes
  ? SHAPES.map((file) => ({ file, judge: new Validator(shapesOf(file), { factory: env as never }) }))
  : [];

/** What in a Turtle document breaks a shape of DCAT-AP 3.0.1, recommended ones too. */
export async function findViolations(turtle: string): Promise<string[]> {
  const data = env.dataset(new Parser().parse(turtle) as never);
  const found: string[] = [];
  for (const { file, judge } of judges) {
    for (const { severity, path, focusNode, message } of (await judge.validate(data)).results) {
      if (severity?.value.endsWith('Violation') !== true) continue;
      found.push(`${file} ${focusNode?.value} ${JSON.stringify(path)} ${message[0]?.value}`);
    }
  }
  return found;
}
