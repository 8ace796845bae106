import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import type { ProjectStage } from '../model.ts';
import { forecastPipeline } from './forecast.ts';
import { conversionsOf, incidenceOf, needsReason, nextStages, signingChances, spellsOf, stallsOf } from './projects.ts';

const move = (project: string, to: ProjectStage, on: string) => ({ project, to, on });

/**
 * Goal: a pipeline's history is counted as it was.
 * Method: a history small enough to be counted by hand; Wilson's limits of 2 of 3 from the published formula, worked out outside this program.
 */
describe('conversion', () => {
  const spells = spellsOf(
    [
      ...[move('a', 'reserved', '2026-01-01'), move('a', 'negotiating', '2026-01-11'), move('a', 'lost', '2026-02-10')],
      ...[
        move('b', 'reserved', '2026-01-01'),
        move('b', 'negotiating', '2026-01-21'),
        move('b', 'signed', '2026-03-01'),
      ],
      ...[move('c', 'reserved', '2026-01-01'), move('c', 'lost', '2026-01-31')],
      ...[move('d', 'reserved', '2026-02-01')],
    ],
    '2026-03-03',
  );
  const of = (stage: ProjectStage) => conversionsOf(spells).find((each) => each.stage === stage)!;

  test('counts who entered, went on, was lost and is still there', () => {
    expect(of('reserved')).toMatchObject({ entered: 4, forward: 2, lost: 1, back: 0, open: 1 });
    expect(of('negotiating')).toMatchObject({ entered: 2, forward: 1, lost: 1, back: 0, open: 0 });
    expect(of('key')).toMatchObject({ entered: 0, open: 0, share: null, medianDays: null });
  });

  test('gives the share that went on with Wilson’s interval', () => {
    const { share } = of('reserved');
    expect(share?.value).toBeCloseTo(2 / 3, 12);
    expect(share?.low).toBeCloseTo(0.2077, 4);
    expect(share?.high).toBeCloseTo(0.9385, 4);
  });

  test('knows the median stay by Kaplan and Meier, who is still there counting as longer', () => {
    // Stays of 10, 20 and 30 days that ended, and 30 days that have not: survival 3/4, 1/2, 1/4.
    expect(of('reserved').medianDays).toBe(25);
  });

  test('adds to one: signed, lost, open', () => {
    const last = incidenceOf(spells).at(-1)!;
    expect(last.signed + last.lost).toBeLessThanOrEqual(1);
    // By hand: losses at days 30 and 40, one signing at day 59; at risk 4 (the open one until 30), then 2, then 1.
    expect(last.lost).toBeCloseTo(1 / 4 + (3 / 4) * (1 / 2), 12);
    expect(last.signed).toBeCloseTo((3 / 4) * (1 / 2), 12);
    expect(last.signedLow).toBeLessThan(last.signed);
    expect(last.signedHigh).toBeGreaterThan(last.signed);
  });

  test('a chance of being signed is never certain from few cases, and grows along the way', () => {
    const chances = signingChances(spells);
    const [reserved, key] = [chances.get('reserved')!, chances.get('key')!];
    expect(reserved).toBeGreaterThan(0);
    expect(key).toBeLessThan(1);
    expect(signingChances([]).get('key')!).toBeGreaterThan(signingChances([]).get('reserved')!);
  });
});

test('a step back, a loss and a return ask for a reason; a step onward does not', () => {
  expect(needsReason('negotiating', 'reserved')).toBe(true);
  expect(needsReason('negotiating', 'lost')).toBe(true);
  expect(needsReason('lost', 'reserved')).toBe(true);
  expect(needsReason('negotiating', 'signed')).toBe(false);
  expect(nextStages('lost')).toEqual(['reserved', 'negotiating', 'key']);
});

test('a project is surfaced for each reason there is, and not once it is decided', () => {
  const late = { stage: 'key', days: 100, nextDue: '2026-01-01', nextStep: 'call' } as const;
  expect(stallsOf(late, 90, '2026-01-02')).toEqual(['slow', 'overdue']);
  expect(stallsOf({ ...late, nextStep: null, nextDue: null }, null, '2026-01-02')).toEqual(['no-step']);
  expect(stallsOf({ ...late, stage: 'lost' }, 90, '2026-01-02')).toEqual([]);
});

/**
 * Goal: what the forecast calls an 80 % interval holds what then happens about as often.
 * Method: pipelines whose true rates are known live for three years, are forecast, and live on for one more; seed in the name.
 */
describe('forecast', () => {
  const SEED = 7;
  const TRUE: Record<string, { rate: number; to: [ProjectStage, number][] }> = {
    reserved: {
      rate: 1 / 150,
      to: [
        ['negotiating', 0.6],
        ['lost', 0.4],
      ],
    },
    negotiating: {
      rate: 1 / 200,
      to: [
        ['key', 0.5],
        ['reserved', 0.1],
        ['lost', 0.4],
      ],
    },
    key: {
      rate: 1 / 120,
      to: [
        ['signed', 0.7],
        ['negotiating', 0.1],
        ['lost', 0.2],
      ],
    },
    signed: {
      rate: 1 / 250,
      to: [
        ['building', 0.95],
        ['lost', 0.05],
      ],
    },
    building: {
      rate: 1 / 400,
      to: [
        ['producing', 0.97],
        ['lost', 0.03],
      ],
    },
  };
  const dayText = (day: number) => new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);

  function live(random: Random, id: string, end: number) {
    const moves = [];
    let stage: ProjectStage = 'reserved';
    for (let day = random.whole(1_000); day <= end; ) {
      moves.push({ project: id, to: stage, on: dayText(Math.floor(day)), day });
      const chance: (typeof TRUE)[string] | undefined = TRUE[stage];
      if (chance === undefined) break;
      const { to }: { to: [ProjectStage, number][] } = chance;
      day += random.exponential(chance.rate);
      const drawn = random.next();
      const upTo = (at: number): number => to.slice(0, at + 1).reduce((sum, [, share]) => sum + share, 0);
      stage = to.find((_, at) => drawn <= upTo(at))?.[0] ?? to.at(-1)![0];
    }
    return moves;
  }
  const stageOn = (moves: { to: ProjectStage; day: number }[], day: number) =>
    moves.findLast((each) => each.day <= day)?.to;
  const isSigned = (stage: ProjectStage | undefined) => ['signed', 'building', 'producing'].includes(stage ?? '');

  test(`covers the truth about four times of five (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const [today, date] = [1_095, 1_460];
    const rounds = 120;
    let covered = 0;
    for (let round = 0; round < rounds; round += 1) {
      const lives = Array.from({ length: 60 }, (_, at) => live(random, `p${at}`, date)).filter(
        (moves) => (moves[0]?.day ?? date) <= today,
      );
      const known = lives.map((moves) => moves.filter(({ day }) => day <= today));
      const forecast = forecastPipeline({
        spells: spellsOf(known.flat(), dayText(today)),
        projects: known.map((moves) => ({
          stage: moves.at(-1)!.to,
          probability: null,
          investmentFen: 1,
          outputFen: null,
          jobs: null,
        })),
        today: dayText(today),
        date: dayText(date),
        draws: 200,
        seed: round,
        level: 0.8,
      });
      const truth = lives.filter((moves) => isSigned(stageOn(moves, date))).length;
      const { low, high } = forecast.measures[0]!;
      if (truth >= low && truth <= high) covered += 1;
    }
    expect(covered / rounds).toBeGreaterThan(0.7);
    expect(covered / rounds).toBeLessThan(0.93);
  });

  const question = {
    spells: spellsOf([move('a', 'reserved', '2026-01-01')], '2026-02-01'),
    today: '2026-02-01',
    date: '2027-02-01',
    draws: 400,
    seed: 1,
    level: 0.8,
  };
  const project = { stage: 'key', probability: null, investmentFen: 500, outputFen: null, jobs: 3 } as const;

  test('is the same for the same seed', () => {
    const projects = [project, { ...project, probability: 0.3 }];
    expect(forecastPipeline({ ...question, projects })).toEqual(forecastPipeline({ ...question, projects }));
  });

  test('what is signed already stays counted, what is unknown is told and adds nothing', () => {
    const { measures } = forecastPipeline({
      ...question,
      projects: [
        { ...project, stage: 'producing' },
        { ...project, stage: 'lost' },
      ],
    });
    expect(measures.map(({ measure, low, high, unknown }) => [measure, low, high, unknown])).toEqual([
      ['signed', 1, 1, 0],
      ['investmentFen', 500, 500, 0],
      ['outputFen', 0, 0, 1],
      ['jobs', 3, 3, 0],
    ]);
  });

  test('a leader’s own probability decides: none signed at 0, and the more the higher it is', () => {
    const signed = (probability: number) => {
      const projects = Array.from({ length: 20 }, () => ({ ...project, probability }));
      return forecastPipeline({ ...question, projects }).measures[0]!.median;
    };
    expect(signed(0)).toBe(0);
    expect(signed(1)).toBeGreaterThan(signed(0.3));
  });
});
