import { Problem } from '#kernel/problem';
import facts from '../../../../../facts/exchange/release-gate.json' with { type: 'json' };
import { type CheckKey, GATE_METHODS, type GateCheck, type GateSettings } from '../../model.ts';

const { limits, checks, budget } = facts;

export const BUDGET = budget;
export const LIKELY_SHARE = limits.likelyShare.value;
export const UNIQUE_SHARE = limits.uniqueShare.value;

/** What the gate asks for by itself. */
const USUAL: GateSettings = {
  method: 'auto',
  k: limits.k.value,
  suppressionLimit: limits.suppressionLimit.value,
  l: limits.l.value,
  t: limits.t.value,
  dominance: { n: limits.dominanceN.value, percent: limits.dominancePercent.value },
  pPercent: limits.pPercent.value,
  contributions: [],
  margins: false,
  localRecoding: false,
  population: 'region',
  rowsPerPerson: 1,
  bounds: {},
};

/**
 * The settings of a definition: what it does not say is the gate's own, and less protection than that is refused.
 *
 * @throws Problem `invalid` with the setting's name
 */
export function parseGateSettings(given: Readonly<Record<string, unknown>>): GateSettings {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(USUAL, name));
  if (unknown !== undefined) throw wrong(unknown);
  const has = (name: keyof GateSettings): boolean => given[name] !== undefined && given[name] !== null;
  const number = (name: string, value: unknown, { least, most }: { least: number; most: number }): number => {
    if (typeof value !== 'number' || !(value >= least && value <= most)) throw wrong(name, { least, most });
    return value;
  };
  const whole = (name: string, value: unknown, range: { least: number; most: number }): number => {
    if (!Number.isInteger(value)) throw wrong(name, range);
    return number(name, value, range);
  };
  const flag = (name: 'margins' | 'localRecoding'): boolean => {
    if (!has(name)) return USUAL[name];
    if (typeof given[name] !== 'boolean') throw wrong(name);
    return given[name];
  };
  const dominance = has('dominance') ? record('dominance', given['dominance']) : USUAL.dominance;
  return {
    method: has('method') ? oneOf('method', given['method'], ['auto', ...GATE_METHODS] as const) : USUAL.method,
    k: has('k') ? whole('k', given['k'], limits.k) : USUAL.k,
    suppressionLimit: has('suppressionLimit')
      ? number('suppressionLimit', given['suppressionLimit'], limits.suppressionLimit)
      : USUAL.suppressionLimit,
    l: has('l') ? whole('l', given['l'], limits.l) : USUAL.l,
    t: has('t') ? number('t', given['t'], limits.t) : USUAL.t,
    dominance: {
      n: whole('dominance', dominance['n'], limits.dominanceN),
      percent: number('dominance', dominance['percent'], limits.dominancePercent),
    },
    pPercent: has('pPercent') ? number('pPercent', given['pPercent'], limits.pPercent) : USUAL.pPercent,
    contributions: has('contributions') ? names('contributions', given['contributions']) : [],
    margins: flag('margins'),
    localRecoding: flag('localRecoding'),
    population: has('population') ? population(given['population']) : USUAL.population,
    rowsPerPerson: has('rowsPerPerson')
      ? whole('rowsPerPerson', given['rowsPerPerson'], { least: 1, most: 1_000 })
      : USUAL.rowsPerPerson,
    bounds: has('bounds') ? bounds(given['bounds']) : {},
  };
}

/** A check with its words; the numbers and places are the caller's. */
export function check(
  key: CheckKey,
  found: Partial<Pick<GateCheck, 'numbers' | 'where'>> & Pick<GateCheck, 'verdict'>,
): GateCheck {
  const { what, mend, method, source } = checks[key];
  return { key, numbers: [], where: [], what, mend, method, source, ...found };
}

function wrong(setting: string, range: { least?: number; most?: number } = {}): Problem {
  return new Problem('invalid', 'a setting of the release gate is unknown or out of its range', { setting, ...range });
}

function record(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name);
  return value as Record<string, unknown>;
}

function oneOf<const T extends string>(name: string, value: unknown, of: readonly T[]): T {
  const found = of.find((each) => each === value);
  if (found === undefined) throw wrong(name);
  return found;
}

function names(name: string, value: unknown): string[] {
  if (!Array.isArray(value) || value.length > 10 || value.some((each) => typeof each !== 'string')) throw wrong(name);
  return value;
}

function population(value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(value)) throw wrong('population');
  return value;
}

function bounds(value: unknown): GateSettings['bounds'] {
  const entries = Object.entries(record('bounds', value));
  if (entries.length > 50) throw wrong('bounds', { most: 50 });
  return Object.fromEntries(
    entries.map(([column, range]) => {
      const { low, high } = record('bounds', range);
      if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || !(Number(low) < Number(high)))
        throw wrong('bounds');
      return [column, { low: Number(low), high: Number(high) }];
    }),
  );
}
