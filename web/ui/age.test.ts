import { expect, test } from 'vitest';
import { ageAt } from './age.ts';

/** Goal: an age is never a day early. Method: the day before, of and after a birthday, and the coarser dates FHIR allows. */
test.each([
  ['1980-05-17', '2026-05-16', 45, 551],
  ['1980-05-17', '2026-05-17', 46, 552],
  ['2026-04-30', '2026-05-29', 0, 0],
  ['1980', '2026-01-01', 46, 552],
])('born %s is on %s %d years, %d months', (born, now, years, months) => {
  expect(ageAt(born, new Date(`${now}T12:00:00Z`))).toEqual({ years, months });
});

test.each(['2027-01-01', 'unknown', ''])('%j gives no age', (born) => {
  expect(ageAt(born, new Date('2026-05-17T12:00:00Z'))).toBeUndefined();
});
