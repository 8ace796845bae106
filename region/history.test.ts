import { describe, expect, test } from 'vitest';
import { caseHistory } from './history.ts';
import { stockCounts, stockMovements } from './stocks.ts';
import { makeWorld } from './world.ts';

const TODAY = '2026-11-22';
const world = makeWorld({ seed: 1, scale: 1 });

/**
 * Goal: the past that is made up is one: long enough for the detectors, the same each time, marked, and possible.
 * Method: what the generators give, without a server.
 */
describe('the past of the demonstration', () => {
  test('has five years of cases, more in summer, each result marked as an example and named for ever', () => {
    const entries = caseHistory(world, TODAY).flatMap((make) => make().entry);
    expect(caseHistory(world, TODAY).flatMap((make) => make().entry)).toEqual(entries);
    const results = entries.filter(({ resource }) => resource.resourceType === 'Observation');
    const names = results.map(({ request }) => request.ifNoneExist);
    expect(new Set(names).size).toBe(names.length);
    for (const { resource } of results) expect(resource['meta']).toMatchObject({ tag: [{ code: 'example' }] });
    const days = results.map(({ resource }) => String(resource['effectiveDateTime']).slice(0, 10)).sort();
    expect(days[0]! < '2021-11-22' && days.at(-1)! < TODAY).toBe(true);
    const of = (months: readonly string[]): number => days.filter((day) => months.includes(day.slice(5, 7))).length;
    expect(of(['06', '07', '08'])).toBeGreaterThan(2 * of(['12', '01', '02']));
  });

  test('issues from no lot more than was counted, and names every movement once', () => {
    const held = new Map(
      stockCounts(world, TODAY)
        .flat()
        .map(({ site, lot, quantity }) => [`${site} ${lot}`, quantity]),
    );
    const movements = stockMovements(world, TODAY);
    expect(new Set(movements.map(({ note }) => note)).size).toBe(movements.length);
    for (const { site, lot, kind, quantity } of movements.filter((each) => ['issued', 'wasted'].includes(each.kind))) {
      const left = held.get(`${site} ${lot}`)! - quantity;
      expect(left, `${site} ${lot} ${kind}`).toBeGreaterThanOrEqual(0);
      held.set(`${site} ${lot}`, left);
    }
  });
});
