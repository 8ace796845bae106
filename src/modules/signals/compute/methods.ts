import { Problem } from '#kernel/problem';
import type { Input } from './input.ts';

/** Reads what it is given and computes; `undefined`, NaN and infinities in its answer are the printer's concern. */
export type Method = (input: Input) => unknown;

/** Each is loaded when it is asked for. */
const METHODS: Readonly<Record<string, () => Promise<Method>>> = {
  nowcast: async () => (await import('./epidemic.ts')).nowcast,
  backproj: async () => (await import('./epidemic.ts')).backproj,
  rt: async () => (await import('./epidemic.ts')).rt,
  'wallinga-teunis': async () => (await import('./epidemic.ts')).wallingaTeunis,
  'discrete-serial-interval': async () => (await import('./epidemic.ts')).discreteSerialIntervals,
  hhh4: async () => (await import('./endemic-epidemic.ts')).hhh4,
  knox: async () => (await import('./clusters.ts')).knox,
  stcd: async () => (await import('./clusters.ts')).stcd,
  'growth-rate': async () => (await import('./epidemic.ts')).growthRate,
  'epidemic-curve': async () => (await import('./epidemic.ts')).epidemicCurve,
};

export function methodNames(): string[] {
  return Object.keys(METHODS).sort();
}

/** @throws Problem `not-found`; the method itself throws `invalid` for a wrong input and `unprocessable` for data that it cannot answer from */
export async function findMethod(name: string): Promise<Method> {
  const load = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (load === undefined) throw new Problem('not-found', 'there is no such method', { method: name });
  const method = await load();
  return (input) => {
    try {
      return method(input);
    } catch (error) {
      // So the statistics refuse data, which know no Problem.
      if (error instanceof RangeError) throw new Problem('unprocessable', error.message, {}, { cause: error });
      throw error;
    }
  };
}
