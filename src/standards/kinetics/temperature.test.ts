import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exposureOf, meanKineticTemperature } from './index.ts';

const span = (temperatureC: number, minutes = 60) => ({ temperatureC, minutes });

/**
 * Goal: the formula of USP <1160> is transcribed without error.
 * Method: vectors worked out outside this program, then properties that no wrong constant or sign survives.
 */
describe('mean kinetic temperature', () => {
  test.each([
    ['constant 5', [span(5), span(5)], 5.0],
    ['2 and 8', [span(2), span(8)], 5.536],
    ['23 h at 5, 1 h at 25', [span(5, 23 * 60), span(25, 60)], 7.756],
    ['12 h at 20, 12 h at 30', [span(20, 720), span(30, 720)], 26.26],
    ['a freeze it does not see', [span(-10), span(5), span(5), span(5)], 3.112],
  ])('%s', (_, spans, expected) => {
    expect(meanKineticTemperature(spans)).toBeCloseTo(expected, 3);
  });

  const spans = fc.array(
    fc.record({
      temperatureC: fc.double({ min: -90, max: 90, noNaN: true }),
      minutes: fc.double({ min: 0.1, max: 1e5, noNaN: true }),
    }),
    { minLength: 1, maxLength: 50 },
  );

  test('it lies between the mean and the warmest, and splitting a span changes nothing', () => {
    fc.assert(
      fc.property(spans, (course) => {
        const mkt = meanKineticTemperature(course)!;
        const total = course.reduce((sum, { minutes }) => sum + minutes, 0);
        const mean = course.reduce((sum, { temperatureC, minutes }) => sum + temperatureC * minutes, 0) / total;
        expect(mkt).toBeGreaterThanOrEqual(mean - 1e-6);
        expect(mkt).toBeLessThanOrEqual(Math.max(...course.map(({ temperatureC }) => temperatureC)) + 1e-6);
        const split = course.flatMap(({ temperatureC, minutes }) => [
          span(temperatureC, minutes / 3),
          span(temperatureC, (minutes * 2) / 3),
        ]);
        expect(meanKineticTemperature(split)).toBeCloseTo(mkt, 6);
      }),
    );
  });

  test('nothing measured has no temperature', () => {
    expect(meanKineticTemperature([])).toBeUndefined();
    expect(meanKineticTemperature([span(5, 0)])).toBeUndefined();
  });
});

describe('exposure to limits', () => {
  test('a limit itself is within', () => {
    expect(exposureOf([span(2, 1), span(8, 2), span(8.1, 4), span(1.9, 8)], { lowC: 2, highC: 8 })).toEqual({
      minutesAbove: 4,
      minutesBelow: 8,
      minutesWithin: 3,
    });
  });
});
