import type { FastifyRequest } from 'fastify';
import { Problem } from '#kernel/problem';
import { FhirJsonError, parseFhirJson } from '#standards/fhir';

/** A parameter of an operation as it came: of a Parameters resource, or of the address, where all are texts. */
export interface Given {
  name: string;
  /** Of a Parameters resource: `String` of valueString; `text` of the address. */
  type?: string;
  value?: unknown;
  resource?: Record<string, unknown>;
  part?: readonly Given[];
}

const MOST_PARAMETERS = 20_000;

/**
 * The parameters of the address and of the body.
 *
 * @param allowed names of those that the operation knows
 * @throws Problem `invalid` with the name of one that it does not know
 */
export function givenIn(request: FastifyRequest, allowed: readonly string[]): Given[] {
  const at = request.url.indexOf('?');
  const address = [...new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))].map(
    ([name, value]): Given => ({ name, type: 'text', value }),
  );
  const given = [...address, ...bodyOf(request)];
  const unknown = given.find(({ name }) => !allowed.includes(name));
  if (unknown !== undefined) throw bad('the operation has no such parameter', unknown.name, 'not-supported');
  return given;
}

function bodyOf({ body }: FastifyRequest): Given[] {
  if (body === undefined || body === null || body === '') return [];
  const parameters = jsonOf(String(body)) as { resourceType?: string; parameter?: unknown };
  if (parameters?.resourceType !== 'Parameters')
    throw new Problem('invalid', 'the body of an operation is a Parameters resource');
  return readParameters(parameters);
}

/** Those of a Parameters resource. @throws Problem `invalid` */
export function readParameters({ parameter = [] }: { parameter?: unknown }): Given[] {
  if (!Array.isArray(parameter) || parameter.length > MOST_PARAMETERS)
    throw new Problem('invalid', 'the operation has too many parameters', { most: MOST_PARAMETERS });
  return parameter.map(readOne);
}

function readOne(parameter: unknown): Given {
  const { name, resource, part, ...rest } = (parameter ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string') throw new Problem('invalid', 'a parameter needs a name');
  const key = Object.keys(rest).find((each) => each.startsWith('value'));
  return {
    name,
    ...(key === undefined ? {} : { type: key.slice('value'.length), value: rest[key] }),
    ...(typeof resource === 'object' && resource !== null ? { resource: resource as Record<string, unknown> } : {}),
    ...(part === undefined ? {} : { part: readParameters({ parameter: part }) }),
  };
}

/** @throws Problem `invalid` */
export function jsonOf(text: string): unknown {
  try {
    return parseFhirJson(text);
  } catch (error) {
    if (!(error instanceof FhirJsonError)) throw error;
    const issues = [{ severity: 'fatal' as const, code: 'structure', message: error.message }];
    throw new Problem('invalid', 'the body is not FHIR JSON', {}, { issues, cause: error });
  }
}

/** The one of that name. @throws Problem `invalid` when there are several */
export function oneOf(given: readonly Given[], name: string): Given | undefined {
  const found = given.filter((each) => each.name === name);
  if (found.length > 1) throw bad('a parameter is given more than once', name);
  return found[0];
}

/** Its text, or the reference it makes. */
export function textOf(given: readonly Given[], name: string): string | undefined {
  const found = oneOf(given, name);
  return found === undefined ? undefined : textIn(found);
}

export function textIn({ name, value }: Given): string {
  const text =
    typeof value === 'object' && value !== null ? (value as { reference?: unknown }).reference : (value as unknown);
  if (typeof text === 'string' && text.trim() !== '') return text.trim();
  throw bad('the parameter is of another type', name);
}

export function booleanOf(given: readonly Given[], name: string): boolean | undefined {
  const value = oneOf(given, name)?.value;
  if (value === undefined) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw bad('the parameter is true or false', name);
}

export function integerOf(given: readonly Given[], name: string, most: number): number | undefined {
  const value = oneOf(given, name)?.value;
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (Number.isInteger(number) && (number as number) >= 0 && (number as number) <= most) return number as number;
  throw bad('the parameter is a whole number within its limit', name);
}

export function instantOf(given: readonly Given[], name: string): Date | undefined {
  const text = textOf(given, name);
  if (text === undefined) return undefined;
  const instant = new Date(text);
  if (/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(instant.getTime()))
    return instant;
  throw bad('an instant is written YYYY-MM-DDThh:mm:ss.sss with a zone, +08:00 or Z', name);
}

export function bad(message: string, expression: string, code = 'invalid'): Problem {
  return new Problem('invalid', message, {}, { issues: [{ severity: 'error', code, message, expression }] });
}
