import { proportionInterval } from '#standards/comparison';
import { normal } from '#standards/statistics';
import { cumulativeIncidences, curveQuantiles, type IncidenceCurve, survivalCurves } from '#standards/survival';
import {
  ALL_STAGES,
  type IncidencePoint,
  PROJECT_STAGES,
  type ProjectLine,
  type ProjectStage,
  type StageConversion,
  type StallReason,
} from '../model.ts';
import { daysBetween } from './days.ts';

/** Four of five have left a stage by then: who is there longer is surfaced. */
const USUAL_SHARE = 0.8;
const SIGNED = PROJECT_STAGES.indexOf('signed');

export function rankOf(stage: ProjectStage): number {
  return stage === 'lost' ? -1 : PROJECT_STAGES.indexOf(stage);
}

/** Where a project may go from a stage: onward by any number of steps, back or lost with a reason; what was lost may come back before its signing. */
export function nextStages(from: ProjectStage): ProjectStage[] {
  if (from === 'lost') return PROJECT_STAGES.slice(0, SIGNED);
  return ALL_STAGES.filter((to) => to !== from);
}

export function needsReason(from: ProjectStage, to: ProjectStage): boolean {
  return to === 'lost' || from === 'lost' || rankOf(to) < rankOf(from);
}

/** A stay in a stage, with where it led; `next` is absent while it lasts. Days count from any fixed day. */
export interface Spell {
  project: string;
  stage: ProjectStage;
  from: number;
  to: number;
  next?: ProjectStage;
}

/** @param moves of many projects, each in its own order; @param today the day up to which is observed */
export function spellsOf(moves: readonly { project: string; to: ProjectStage; on: string }[], today: string): Spell[] {
  const spells: Spell[] = [];
  const open = new Map<string, Spell>();
  for (const { project, to, on } of moves) {
    const day = daysBetween('2000-01-01', on);
    const before = open.get(project);
    if (before !== undefined) Object.assign(before, { to: day, next: to });
    const spell = { project, stage: to, from: day, to: daysBetween('2000-01-01', today) };
    open.set(project, spell);
    spells.push(spell);
  }
  return spells;
}

/** How each stage was left: Wilson's interval for the share that went on, Kaplan and Meier's curve for the days. */
export function conversionsOf(spells: readonly Spell[], level = 0.95): StageConversion[] {
  const signing = signingChances(spells);
  return PROJECT_STAGES.slice(0, -1).map((stage) => {
    const of = spells.filter((spell) => spell.stage === stage);
    const ended = of.flatMap(({ next }) => next ?? []);
    const forward = ended.filter((next) => rankOf(next) > rankOf(stage)).length;
    const lost = ended.filter((next) => next === 'lost').length;
    const [low, high] = proportionInterval.wilson({ x: forward, n: Math.max(1, ended.length) }, level);
    const [medianDays = null, usualDays = null] = daysIn(of);
    return {
      stage,
      entered: of.length,
      forward,
      lost,
      back: ended.length - forward - lost,
      open: of.length - ended.length,
      share: ended.length === 0 ? null : { value: forward / ended.length, low, high },
      medianDays,
      usualDays,
      signing: signing.get(stage) as number,
    };
  });
}

function daysIn(spells: readonly Spell[]): (number | null)[] {
  if (spells.length === 0) return [null, null];
  const [curve] = survivalCurves({
    time: Float64Array.from(spells, ({ from, to }) => to - from),
    event: Uint8Array.from(spells, ({ next }) => Number(next !== undefined)),
  });
  const found = curveQuantiles(curve!.time, curve!.survival, [0.5, USUAL_SHARE]);
  return found.map((days) => (Number.isNaN(days) ? null : days));
}

/**
 * The chance of ever being signed from each stage: of the chain of stages whose steps are as often as they were, each step that leads onward, back or
 * to loss counted half a time more (Jeffreys' prior), so that few cases are never certain.
 */
export function signingChances(spells: readonly Spell[]): Map<ProjectStage, number> {
  const chances = new Map<ProjectStage, number>(
    PROJECT_STAGES.map((stage) => [stage, Number(rankOf(stage) >= SIGNED)]),
  );
  const shares = PROJECT_STAGES.slice(0, SIGNED).map((stage) => ({ stage, to: destinationsOf(spells, stage) }));
  // Gauss and Seidel; each round at least a tenth of what is open is decided, as loss is never impossible.
  for (let round = 0; round < 300; round += 1) {
    for (const { stage, to } of shares) {
      const total = to.reduce((sum, { weight }) => sum + weight, 0);
      const chance = to.reduce((sum, { next, weight }) => sum + weight * (chances.get(next) ?? 0), 0) / total;
      chances.set(stage, chance);
    }
  }
  return chances;
}

/** Where a stage leads, as counts with half a case more for the step onward, the step back and loss. */
export function destinationsOf(
  spells: readonly Spell[],
  stage: ProjectStage,
): { next: ProjectStage; weight: number }[] {
  const rank = rankOf(stage);
  return ALL_STAGES.flatMap((next) => {
    if (next === stage) return [];
    const count = spells.filter((spell) => spell.stage === stage && spell.next === next).length;
    const isNear = next === 'lost' || Math.abs(rankOf(next) - rank) === 1;
    const weight = count + (isNear ? 0.5 : 0);
    return weight === 0 ? [] : [{ next, weight }];
  });
}

const MOST_POINTS = 200;

/**
 * Signed against lost over the days since a project became known (Aalen and Johansen), the first of both counting; limits on the log(-log) scale.
 */
export function incidenceOf(spells: readonly Spell[], level = 0.95): IncidencePoint[] {
  const projects = [...Map.groupBy(spells, ({ project }) => project).values()];
  if (projects.length === 0) return [];
  const ends = projects.map((own) => {
    const decided = own.find(({ stage }) => stage === 'lost' || rankOf(stage) >= SIGNED);
    const days = (decided?.from ?? own.at(-1)!.to) - own[0]!.from;
    return { days, kind: decided === undefined ? 0 : decided.stage === 'lost' ? 2 : 1 };
  });
  const rows = { time: Float64Array.from(ends, ({ days }) => days), kind: Uint32Array.from(ends, ({ kind }) => kind) };
  const [signed, lost] = cumulativeIncidences(rows, 2).map(([curve]) => curve as IncidenceCurve);
  const days = [...new Set([0, ...signed!.time, ...lost!.time, signed!.until])].sort((one, two) => one - two);
  const every = Math.ceil(days.length / MOST_POINTS);
  const z = normal.quantile((1 + level) / 2);
  return days
    .filter((_, at) => at % every === 0 || at === days.length - 1)
    .map((day) => {
      const { value, variance } = valueAt(signed!, day);
      const width = value > 0 && value < 1 ? (z * Math.sqrt(variance)) / (value * Math.log(value)) : 0;
      return {
        day,
        signed: value,
        lost: valueAt(lost!, day).value,
        signedLow: value ** Math.exp(-width),
        signedHigh: value ** Math.exp(width),
      };
    });
}

function valueAt({ time, incidence, variance }: IncidenceCurve, day: number): { value: number; variance: number } {
  const at = time.findLastIndex((step) => step <= day);
  return at < 0 ? { value: 0, variance: 0 } : { value: incidence[at]!, variance: variance[at]! };
}

/** Why a project is surfaced; what is decided never is. */
export function stallsOf(
  project: Pick<ProjectLine, 'stage' | 'days' | 'nextDue' | 'nextStep'>,
  usualDays: number | null,
  today: string,
): StallReason[] {
  const { stage, days, nextDue, nextStep } = project;
  if (stage === 'lost' || stage === 'producing') return [];
  const isSlow = usualDays !== null && days > usualDays;
  const isOverdue = nextDue !== null && nextDue < today;
  return [
    ...(isSlow ? (['slow'] as const) : []),
    ...(isOverdue ? (['overdue'] as const) : []),
    ...(nextStep === null ? (['no-step'] as const) : []),
  ];
}
