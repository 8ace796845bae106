import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import { CONFORMANCE } from './scores.ts';

const FOLDER = join(CONFORMANCE, 'dsp/artifacts');

export const schemasPresent = existsSync(FOLDER);

/** The protocol's own JSON schemas, with the slash that three of them lack after a hash. */
export function loadSchemas(): Map<string, ValidateFunction> {
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  const schemas = ['catalog', 'common', 'negotiation', 'transfer'].flatMap((folder) =>
    readdirSync(join(FOLDER, folder))
      .filter((name) => name.endsWith('-schema.json'))
      .map((name) => ({
        name,
        json: JSON.parse(
          readFileSync(join(FOLDER, folder, name), 'utf8').replaceAll('#definitions/', '#/definitions/'),
        ),
      })),
  );
  for (const { json } of schemas) ajv.addSchema(json);
  const found = new Map<string, ValidateFunction>();
  for (const { name, json } of schemas) {
    const validate = ajv.getSchema(json.$id);
    if (validate !== undefined) found.set(typeOf(name), validate);
  }
  return found;
}

/** `contract-offer-message-schema.json` is for messages of the type ContractOfferMessage. */
function typeOf(name: string): string {
  return name
    .replace('-schema.json', '')
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

/** Examples of the specification by file name. */
export function readExamples(): { name: string; json: Record<string, unknown> }[] {
  return ['catalog', 'negotiation', 'transfer'].flatMap((folder) =>
    readdirSync(join(FOLDER, folder, 'example')).map((name) => ({
      name,
      json: JSON.parse(readFileSync(join(FOLDER, folder, 'example', name), 'utf8')) as Record<string, unknown>,
    })),
  );
}
