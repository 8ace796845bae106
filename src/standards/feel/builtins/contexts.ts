import { type Act, type Context, isContext, isList, spend, type Value } from '../values.ts';
import { define } from './define.ts';

export const CONTEXTS = [
  define('get value', ['m: context, key: string', ([m, key]) => m.get(key) ?? null]),
  define('get entries', [
    'm: context',
    ([m], act) => {
      spend(act, m.size);
      return [...m].map(
        ([key, value]) =>
          new Map<string, Value>([
            ['key', key],
            ['value', value],
          ]),
      );
    },
  ]),
  define(
    'context put',
    ['context: context, key: string, value: any~', ([context, key, value], act) => put(context, [key], value, act)],
    ['context: context, keys: list, value: any~', ([context, keys, value], act) => put(context, keys, value, act)],
  ),
  define('context merge', [
    'contexts: list',
    ([contexts], act) => {
      const merged = new Map<string, Value>();
      for (const context of contexts) {
        if (!isContext(context)) return undefined;
        spend(act, context.size);
        for (const [key, value] of context) merged.set(key, value);
      }
      return merged;
    },
  ]),
];

/** What is on the way and no context yet becomes one. */
function put(context: Context, keys: readonly Value[], value: Value, act: Act): Value | undefined {
  spend(act, context.size);
  const [key, ...rest] = keys;
  if (typeof key !== 'string') return undefined;
  if (rest.length === 0) return new Map([...context, [key, value]]);
  const inner = context.get(key) ?? new Map();
  if (!isContext(inner) || isList(inner)) return undefined;
  const changed = put(inner, rest, value, act);
  return changed === undefined ? undefined : new Map([...context, [key, changed]]);
}
