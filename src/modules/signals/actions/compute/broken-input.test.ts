import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import { findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod, methodNames } from './methods.ts';
import { printable } from './output.ts';

const fixtures = findFixtures();

/** What JSON can have in the place of anything. */
const ODD = [null, true, -1, 0, 0.5, 2, 1e6, 1e15, 1e308, -1e308, 1e-300, 'Inf', '', 'x', '2020-01-01'].map((value) =>
  fc.constant<unknown>(value),
);
const broken = fc.oneof(...ODD, fc.jsonValue({ maxDepth: 2 }));
const changes = fc.array(fc.record({ place: fc.nat(), value: broken, all: fc.boolean() }), {
  minLength: 1,
  maxLength: 3,
});

/**
 * Goal: whatever a method is given, it answers or says by a Problem why not, in bounded time.
 * Method: reference inputs, cut short, with a few values replaced by odd ones, a whole list at once or one; and any JSON at all. fast-check prints the seed of what fails.
 */
describe('broken input', () => {
  test.each(methodNames())(
    '%s',
    async (name) => {
      const method = await findMethod(name);
      const bases = fixtures.filter((fixture) => fixture.method === name).map(({ input }) => shortened(input));
      const answers = (input: unknown): void => {
        const { user } = process.cpuUsage();
        try {
          JSON.stringify(printable(method(new Input(input))));
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          expect(['invalid', 'unprocessable', 'too-costly']).toContain((error as Problem).kind);
        }
        expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(20);
      };
      fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), answers), { numRuns: 10 });
      if (bases.length === 0) return;
      const some = fc.tuple(fc.constantFrom(...bases), changes);
      fc.assert(
        fc.property(some, ([base, wrongs]) => answers(wrongs.reduce(changed, structuredClone(base)))),
        { numRuns: 10 },
      );
    },
    60_000,
  );
});

/** Lists of many rows keep the first of them. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 50).map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shortened(each)]));
}

interface Change {
  place: number;
  value: unknown;
  all: boolean;
}

/** One value somewhere is another, or each of a list. */
function changed(input: unknown, { place, value, all }: Change): unknown {
  const places = placesIn(input);
  const { holder, name } = places[place % Math.max(1, places.length)] ?? {};
  if (holder === undefined || name === undefined) return value;
  const now = holder[name];
  holder[name] = all && Array.isArray(now) ? now.map(() => value) : value;
  return input;
}

interface Place {
  holder: Record<string, unknown>;
  name: string;
}

/** Members, and the first items of lists. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  const names = Object.keys(holder).slice(0, Array.isArray(value) ? 5 : undefined);
  return names.flatMap((name) => [{ holder, name }, ...placesIn(holder[name])]);
}
