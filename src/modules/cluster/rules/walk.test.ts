import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meet, spread } from './walk.ts';

/**
 * Goal: ways are shortest, and what is cut is said.
 * Method: random graphs, held against a plain breadth-first search from one end.
 */
type Edge = { subject: string; predicate: string; object: string };
const lookIn = (edges: readonly Edge[]) => async (ids: readonly string[]) =>
  edges.filter(({ subject, object }) => ids.includes(subject) || ids.includes(object));

function distances(edges: readonly Edge[], from: string): Map<string, number> {
  const found = new Map([[from, 0]]);
  for (const [id, step] of found)
    for (const { subject, object } of edges) {
      const other = subject === id ? object : object === id ? subject : undefined;
      if (other !== undefined && !found.has(other)) found.set(other, step + 1);
    }
  return found;
}

const graphs = fc
  .array(fc.tuple(fc.nat(14), fc.nat(14)), { maxLength: 40 })
  .map((pairs) => pairs.map(([one, two]) => ({ subject: `n${one}`, predicate: 'supplies', object: `n${two}` })));

describe('a way', () => {
  test('is as short as can be, of at most so many steps, and each of its steps is a relation', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(14), fc.nat(14), async (edges, one, two) => {
        const [from, to] = [`n${one}`, `n${two}`];
        const way = await meet(from, to, { steps: 6, mostSeen: 1000 }, lookIn(edges));
        const length = distances(edges, from).get(to);
        if (length === undefined || length > 6) {
          expect(way.steps.size).toBe(0);
          return;
        }
        const ids = [...way.steps.keys()];
        expect(ids).toHaveLength(length + 1);
        expect([ids[0], ids.at(-1)]).toEqual([from, to]);
        for (const [at, { subject, object }] of way.edges.entries())
          expect(new Set([subject, object])).toEqual(new Set([ids[at], ids[at + 1]]));
      }),
    );
  });

  test('through too many things is refused', async () => {
    const star = Array.from({ length: 50 }, (_, at) => ({ subject: 'hub', predicate: 'hosts', object: `n${at}` }));
    await expect(
      meet(
        'n1',
        'nowhere',
        { steps: 6, mostSeen: 20 },
        lookIn([...star, { subject: 'nowhere', predicate: 'hosts', object: 'else' }]),
      ),
    ).rejects.toThrow('too many things');
  });
});

describe('what is around', () => {
  test('is everything within so many steps', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(14), fc.integer({ min: 1, max: 3 }), async (edges, one, steps) => {
        const found = await spread(`n${one}`, { steps, mostNodes: 1000 }, lookIn(edges));
        const expected = [...distances(edges, `n${one}`)].filter(([, step]) => step <= steps);
        expect(new Map(found.steps)).toEqual(new Map(expected));
        expect(found.cut).toBe(false);
      }),
    );
  });

  test('is cut at a bound, and says so', async () => {
    const star = Array.from({ length: 50 }, (_, at) => ({ subject: 'hub', predicate: 'hosts', object: `n${at}` }));
    const { steps, edges, cut } = await spread('hub', { steps: 1, mostNodes: 10 }, lookIn(star));
    expect([steps.size, edges.length, cut]).toEqual([10, 9, true]);
  });
});
