import { expect, test } from 'vitest';
import { random, uuidOf } from './random.ts';

/**
 * Goal: streams are the same for the same name, different for different names, and have the shapes they claim.
 * Method: repetition; then means of many draws within five standard errors of their true values.
 */
test('the same name gives the same stream, another name another', () => {
  const draws = (name: string): number[] =>
    Array.from(
      { length: 5 },
      (
        (stream) => () =>
          stream.bits()
      )(random(name)),
    );
  expect(draws('a')).toEqual(draws('a'));
  expect(draws('a')).not.toEqual(draws('b'));
  expect(uuidOf('a')).toBe(uuidOf('a'));
  expect(uuidOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each([
  { shape: 'fraction', draw: (r: ReturnType<typeof random>) => r.fraction(), mean: 0.5, sd: Math.sqrt(1 / 12) },
  { shape: 'normal', draw: (r: ReturnType<typeof random>) => r.normal(), mean: 0, sd: 1 },
  { shape: 'poisson 3', draw: (r: ReturnType<typeof random>) => r.poisson(3), mean: 3, sd: Math.sqrt(3) },
  { shape: 'poisson 120', draw: (r: ReturnType<typeof random>) => r.poisson(120), mean: 120, sd: Math.sqrt(120) },
])('$shape has its mean and spread', ({ shape, draw, mean, sd }) => {
  const n = 40_000;
  const stream = random('shape', shape);
  const values = Array.from({ length: n }, () => draw(stream));
  const average = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / n;
  expect(Math.abs(average - mean)).toBeLessThan((5 * sd) / Math.sqrt(n));
  expect(Math.sqrt(variance) / sd).toBeGreaterThan(0.97);
  expect(Math.sqrt(variance) / sd).toBeLessThan(1.03);
});
