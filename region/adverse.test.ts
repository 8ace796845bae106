import { describe, expect, test } from 'vitest';
import { parseBatch, validateBatch, validateReport } from '#standards/e2b';
import { Script } from './acts.ts';
import { caseReport, listedReactions, pastReports, planReports } from './adverse.ts';
import { type Fault, makeFault } from './faults.ts';
import { dayAfter, dayOf, startOfDay } from './time.ts';
import { makeWorld } from './world.ts';

const day = '2026-11-18';
const world = makeWorld({ seed: 1, scale: 1 });

/**
 * Goal: hospitals report what they would, in messages that a receiver takes, and the same reports whenever they are asked.
 * Method: planned twice; every message held against the standard's rules; the fault told from the ordinary by its lot.
 */
describe('case reports', () => {
  test('of a day are the same for the same world and day, and others in another world', () => {
    expect(planReports(makeWorld({ seed: 1, scale: 1 }), day)).toEqual(planReports(world, day));
    const days = Array.from({ length: 30 }, (_, back) => dayAfter(day, -back));
    const all = days.flatMap((each) => planReports(world, each));
    expect(all.length / days.length).toBeGreaterThan(2);
    expect(all.length / days.length).toBeLessThan(4);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const other = days.flatMap((each) => planReports(makeWorld({ seed: 2, scale: 1 }), each));
    expect(other.map(({ id }) => id)).not.toEqual(all.map(({ id }) => id));
  });

  test('of two years are some 300 in a few batches, and every one is sound', () => {
    const batches = pastReports(world, day);
    const texts = batches.map((batch) => batch.make());
    expect(pastReports(world, day).map((batch) => batch.make())).toEqual(texts);
    const read = texts.map((text) => parseBatch(text));
    const reports = read.flatMap((each) => each.reports);
    expect(reports.length).toBeGreaterThan(240);
    expect(reports.length).toBeLessThan(360);
    expect(new Set(reports.map(({ identification }) => identification.safetyReportId)).size).toBe(reports.length);
    expect(read.flatMap(({ batch, issues }) => [...issues, ...validateBatch(batch, { today: day })])).toEqual([]);
    expect(reports.flatMap((report) => validateReport(report, { today: day, previous: null }))).toEqual([]);
    expect(reports.every(({ drugs }) => drugs[0]?.dosages?.[0]?.lot !== undefined)).toBe(true);
    expect(new Set(reports.map(({ drugs }) => drugs[0]?.name)).size).toBeGreaterThanOrEqual(10);
    const told = reports.map(({ narrative }) => String(narrative.text));
    expect(told.some((text) => text.includes('细胞因子释放综合征') && text.includes('ASTCT'))).toBe(true);
  });
});

describe('a bad lot', () => {
  const first = startOfDay(dayAfter(day, -6));
  const play = (faults: readonly Fault[], when: string) => planReports(world, when, faults);

  test('brings ever more reports of one reaction to one lot in one city, and leaves the ordinary ones as they are', () => {
    const fault = makeFault(world, 'bad-lot', first);
    const days = Array.from({ length: 7 }, (_, index) => dayAfter(dayOf(first), index));
    const counts = days.map((each) => play([fault], each).filter(({ cause }) => cause === fault.id).length);
    const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);
    expect(sum(counts.slice(4))).toBeGreaterThan(sum(counts.slice(0, 3)));
    const caused = days.flatMap((each) => play([fault], each)).filter(({ cause }) => cause !== undefined);
    expect(new Set(caused.map(({ lot }) => lot))).toEqual(new Set([fault.lot]));
    expect(new Set(caused.map(({ reaction }) => reaction.key)).size).toBe(1);
    expect(new Set(caused.map(({ site }) => site.place.city))).toEqual(new Set(['foshan']));
    expect(play([fault], day).filter(({ cause }) => cause === undefined)).toEqual(play([], day));
    expect(caused.flatMap((each) => validateReport(caseReport(each), { today: day, previous: null }))).toEqual([]);
  });

  test('is told in messages that bear the lot, and owned up to in the truth', () => {
    const fault = makeFault(world, 'bad-lot', first, { product: 'iohexol', lot: 'IOH-BAD', perDay: 6, days: 7 });
    const acts = new Script(world, [fault])
      .between(startOfDay(day), startOfDay(dayAfter(day)))
      .filter((act) => act.cause === fault.id);
    expect(acts.length).toBeGreaterThan(3);
    for (const act of acts) {
      expect(act.truth).toMatchObject({ fault: fault.id, detail: { lot: 'IOH-BAD', product: 'iohexol' } });
      const [report] = parseBatch(String(act.make())).reports;
      expect(report?.drugs[0]?.dosages?.[0]?.lot).toBe('IOH-BAD');
      expect(act.truth?.id).toBe(`lot-${report?.identification.safetyReportId}`);
    }
    expect(play([fault], dayAfter(day)).every(({ cause }) => cause === undefined)).toBe(true);
  });

  test('of a product that is not there is refused', () => {
    expect(() => makeFault(world, 'bad-lot', first, { product: 'tea' })).toThrow(RangeError);
  });
});

test('what the bad lot brings about is listed of no product; what is common is', () => {
  const listed = listedReactions();
  expect(listed.flatMap(({ reactions }) => reactions.map(({ name }) => name))).not.toContain('接种部位无菌性脓肿');
  expect(listed.every(({ reactions }) => reactions.length >= 3)).toBe(true);
});
