import { isDeepStrictEqual } from 'node:util';
import { Problem } from '#kernel/problem';

/** One operation of a JSON Patch. Source: RFC 6902. */
interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

type Json = Record<string, unknown> | unknown[];

const MOST_OPERATIONS = 1000;

/**
 * Applies a JSON Patch to a document, which may be changed on the way even when an operation fails.
 *
 * @throws Problem `invalid` when the patch is none, `unprocessable` when an operation does not fit the document
 */
export function patchJson(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new Problem('invalid', 'a JSON Patch is a list of operations');
  if (operations.length > MOST_OPERATIONS)
    throw new Problem('too-costly', 'the patch has too many operations', { most: MOST_OPERATIONS });
  // Under a root of its own, so that the whole document is a place like any other.
  const root = { '': document };
  operations.forEach((operation: Operation, at) => {
    try {
      apply(root, operation);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const message = `operation ${at} (${operation?.op} ${operation?.path}): ${error.message}`;
      const issues = [{ severity: 'error' as const, code: 'processing', message }];
      throw new Problem('unprocessable', 'the patch does not fit the resource', { operation: at }, { issues });
    }
  });
  return root[''];
}

class Misfit extends Error {}

function apply(root: Json, operation: Operation): void {
  const { op, path, from } = operation ?? {};
  if (op === 'add') add(root, path, givenValue(operation));
  else if (op === 'remove') take(root, path);
  else if (op === 'replace') replace(root, path, givenValue(operation));
  else if (op === 'move') {
    if (`${path}/`.startsWith(`${from}/`) && path !== from) throw new Misfit('a place cannot be moved into itself');
    add(root, path, take(root, from));
  } else if (op === 'copy') add(root, path, structuredClone(get(root, from)));
  else if (op !== 'test') throw new Misfit('op is add, remove, replace, move, copy or test');
  else if (!isDeepStrictEqual(get(root, path), givenValue(operation))) throw new Misfit('the value is another one');
}

function givenValue(operation: Operation): unknown {
  if (!('value' in operation)) throw new Misfit('a value is missing');
  return operation.value;
}

/** The holder of a place and the key in it. */
function locate(root: Json, pointer: unknown): { holder: Json; key: string } {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')))
    throw new Misfit('a path is empty or begins with /');
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = keys.pop()!;
  let holder: unknown = root;
  for (const step of keys) holder = child(holder, step);
  if (typeof holder !== 'object' || holder === null) throw new Misfit('the path does not exist');
  return { holder: holder as Json, key };
}

function child(holder: unknown, key: string): unknown {
  if (Array.isArray(holder)) return holder[placeIn(holder, key, holder.length - 1)];
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key))
    throw new Misfit('the path does not exist');
  return (holder as Record<string, unknown>)[key];
}

function placeIn(list: readonly unknown[], key: string, last: number): number {
  if (!/^(0|[1-9]\d*)$/.test(key)) throw new Misfit('a place in a list is a number');
  const place = Number(key);
  if (place > last) throw new Misfit(`the list has ${list.length} items`);
  return place;
}

function get(root: Json, pointer: unknown): unknown {
  const { holder, key } = locate(root, pointer);
  return child(holder, key);
}

function add(root: Json, pointer: unknown, value: unknown): void {
  const { holder, key } = locate(root, pointer);
  if (Array.isArray(holder)) holder.splice(key === '-' ? holder.length : placeIn(holder, key, holder.length), 0, value);
  else set(holder, key, value);
}

function replace(root: Json, pointer: unknown, value: unknown): void {
  const { holder, key } = locate(root, pointer);
  child(holder, key);
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else set(holder, key, value);
}

function set(holder: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') throw new Misfit('a property must not be named __proto__');
  holder[key] = value;
}

function take(root: Json, pointer: unknown): unknown {
  const { holder, key } = locate(root, pointer);
  const value = child(holder, key);
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
  return value;
}
