import { describe, expect, test } from 'vitest';
import { DspError, type MessageType, parseMessage, writeMessage } from '#standards/dataspace';
import { loadSchemas, readExamples, schemasPresent } from '../support/dsp-schemas.ts';

const TYPES: readonly MessageType[] = [
  'CatalogRequestMessage',
  'DatasetRequestMessage',
  'ContractRequestMessage',
  'ContractOfferMessage',
  'ContractAgreementMessage',
  'ContractAgreementVerificationMessage',
  'ContractNegotiationEventMessage',
  'ContractNegotiationTerminationMessage',
  'TransferRequestMessage',
  'TransferStartMessage',
  'TransferCompletionMessage',
  'TransferSuspensionMessage',
  'TransferTerminationMessage',
];
type Json = Record<string, unknown>;

/**
 * Goal: messages are read as strictly as the protocol's own schemas have it.
 * Method: each example of the specification is taken apart: every member of it is left out and replaced by things of other kinds, at every
 * depth; what the schema refuses, ours must refuse, and what ours takes comes back out as the schema likes it.
 */
describe.skipIf(!schemasPresent)('messages of the Dataspace Protocol', () => {
  const schemas = schemasPresent ? loadSchemas() : new Map();
  const examples = schemasPresent
    ? readExamples().filter(({ json }) => TYPES.some((type) => type === json['@type']))
    : [];

  test('every type has an example', () => {
    expect(new Set(examples.map(({ json }) => json['@type']))).toEqual(new Set(TYPES));
  });

  test.each(examples)('$name', ({ json }) => {
    const type = json['@type'] as MessageType;
    const validate = schemas.get(type);
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    const read = parseMessage(json, type);
    expect(validate(writeMessage(read)), JSON.stringify(validate.errors)).toBe(true);

    let refused = 0;
    for (const broken of brokenOf(json)) {
      const taken = tryParse(broken, type);
      if (validate(broken)) {
        if (taken !== undefined) expect(validate(writeMessage(taken)), JSON.stringify(taken)).toBe(true);
        continue;
      }
      expect(taken, `taken, though the schema refuses it: ${JSON.stringify(broken)}`).toBeUndefined();
      refused += 1;
    }
    expect(refused).toBeGreaterThan(5);
  });
});

function tryParse(json: Json, type: MessageType): ReturnType<typeof parseMessage> | undefined {
  try {
    return parseMessage(json, type);
  } catch (error) {
    if (error instanceof DspError) return undefined;
    throw error;
  }
}

/** The message with each of its members left out, and replaced. */
function* brokenOf(json: Json): Generator<Json> {
  for (const path of pathsOf(json)) {
    for (const value of [undefined, 7, '', 'else', null, [], {}, [7]]) {
      const copy = structuredClone(json);
      let node = copy as Record<string, unknown>;
      for (const part of path.slice(0, -1)) node = node[part] as Record<string, unknown>;
      const last = path.at(-1) ?? '';
      if (value === undefined && Array.isArray(node)) node.splice(Number(last), 1);
      else if (value === undefined) delete node[last];
      else node[last] = value;
      yield copy;
    }
  }
}

function* pathsOf(node: unknown, above: string[] = []): Generator<string[]> {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, inner] of Object.entries(node)) {
    yield [...above, name];
    yield* pathsOf(inner, [...above, name]);
  }
}
