import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import { populationUniques } from './population.ts';

const SEED = 424_242;
const PEOPLE = 200_000;

/**
 * Goal: how many people of a population are unique in it is estimated from a sample, so that a risk is neither made up nor hidden.
 * Method: populations are made, so that the truth is known, and sampled; each model must come near it where its authors say it does.
 */
describe('uniqueness in the population', () => {
  test.each([
    { model: 'PITMAN', share: 0.02, within: 0.35 },
    { model: 'PITMAN', share: 0.1, within: 0.25 },
    { model: 'DANKAR', share: 0.05, within: 0.3 },
    { model: 'SNB', share: 0.3, within: 0.35 },
    { model: 'ZAYATZ', share: 0.5, within: 0.35 },
    { model: 'DANKAR', share: 0.5, within: 0.35 },
  ] as const)('$model from a sample of $share is within $within of the truth', ({ model, share, within }) => {
    const { truth, sizes } = sampled(share);
    const estimate = populationUniques(sizes, PEOPLE, model);
    expect(Math.abs(estimate! / truth - 1), `seed ${SEED}, truth ${truth}`).toBeLessThan(within);
  });

  test('is none where the sample has none', () => {
    expect(populationUniques(Uint32Array.of(2, 3, 9), 100, 'PITMAN')).toBe(0);
  });

  test('is not told of a sample in which all are unique: any number would fit', () => {
    expect(populationUniques(new Uint32Array(50).fill(1), 1000, 'PITMAN')).toBeUndefined();
  });

  test('is refused for a population smaller than its sample', () => {
    expect(() => populationUniques(Uint32Array.of(1, 5), 5, 'PITMAN')).toThrow('at least as large');
  });
});

/** People in classes of very unequal size, by Pitman's own process, and how a sample of them falls into classes. */
function sampled(share: number): { truth: number; sizes: Uint32Array } {
  const random = new Random(SEED);
  const [theta, alpha] = [500, 0.5];
  const classes: number[] = [];
  const people: number[] = [];
  for (let person = 0; person < PEOPLE; person += 1) {
    // A newcomer founds a class, or joins that of an earlier one: then the class is chosen in proportion to its size less alpha.
    let joins: number | undefined;
    if (random.next() * (theta + person) >= theta + alpha * classes.length)
      do joins = people[random.whole(person)]!;
      while (random.next() < alpha / classes[joins]!);
    const number = joins ?? classes.length;
    classes[number] = (classes[number] ?? 0) + 1;
    people.push(number);
  }
  const drawn = new Map<number, number>();
  for (const number of people) if (random.next() < share) drawn.set(number, (drawn.get(number) ?? 0) + 1);
  const truth = classes.filter((size) => size === 1).length / PEOPLE;
  return { truth, sizes: Uint32Array.from(drawn.values()).sort() };
}
