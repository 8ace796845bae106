import { Problem } from '#kernel/problem';
import type { Input } from './input.ts';

/** Reads what it is given and computes; `undefined`, NaN and infinities in its answer are the printer's concern. */
export type Method = (input: Input) => unknown;

/** Each is loaded when it is asked for. */
const METHODS: Readonly<Record<string, () => Promise<Method>>> = {};

export function methodNames(): string[] {
  return Object.keys(METHODS).sort();
}

/** @throws Problem `not-found` */
export async function findMethod(name: string): Promise<Method> {
  const load = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (load === undefined) throw new Problem('not-found', 'there is no such method', { method: name });
  return load();
}
