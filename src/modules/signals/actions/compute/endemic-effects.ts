import type { Covariate } from '#standards/epidemic-dynamics';
import type { Input } from './input.ts';

/** The data that effects are read for. */
export interface Scene {
  input: Input;
  times: number;
  units: number;
  /** Times in a year. */
  period: number;
}

export const INTERCEPT: Covariate = { name: '1', at: () => 1 };
export const TREND: Covariate = { name: 't', at: (time) => time };

/** Pairs of waves over the year: one number, or for each unit how many it has of its own. */
export function readWaves(scene: Scene, input: Input | undefined): Covariate[] {
  if (input === undefined || input.isAbsent) return [];
  const pairs = Array.isArray(input.value)
    ? input.items({ least: scene.units, most: scene.units }).map((each) => each.whole(PAIRS))
    : [input.whole(PAIRS)];
  const most = pairs.reduce((one, two) => Math.max(one, two), 0);
  return Array.from({ length: most }, (_, at) =>
    [wave('sin', 2 * (at + 1), scene.period), wave('cos', 2 * (at + 1), scene.period)].flatMap((each) =>
      Array.isArray(input.value)
        ? perUnit(
            scene,
            each,
            pairs.map((count) => at < count),
          )
        : [each],
    ),
  ).flat();
}

const PAIRS = { least: 0, most: 26 };

function wave(kind: 'sin' | 'cos', half: number, period: number): Covariate {
  return { name: `${kind}(${half} * pi * t/${period})`, at: (time) => Math[kind]((half * Math.PI * time) / period) };
}

/** The effect for each unit of its own, or for those flagged. */
export function perUnit({ input, units }: Scene, effect: Covariate, which?: readonly boolean[]): Covariate[] {
  return Array.from({ length: units }, (_, unit) => unit)
    .filter((unit) => which?.[unit] ?? true)
    .map((own) => ({
      name: `${effect.name}.${unitName(input, own)}`,
      at: (time, unit) => (unit === own ? effect.at(time, unit) : 0),
    }));
}

export function unitName(input: Input, unit: number): string {
  return input.field('unitNames').or(String(unit + 1), (names) => names.texts()[unit] ?? String(unit + 1));
}

/**
 * A formula as R's, of these terms: `1`, `-1`, `t`, waves `sin(2*pi*t/52)`, covariates of `data` or their `log()`, and any of them in `fe(.., unitSpecific = TRUE)`
 * or `fe(.., which = c(TRUE, FALSE))`.
 */
export function readFormula(scene: Scene, input: Input): Covariate[] {
  const text = input.text().replaceAll(/\s/g, '');
  if (!text.startsWith('~')) throw input.wrong('a formula beginning with ~ is expected');
  const terms = text
    .slice(1)
    .replaceAll(/-(?=[01]\b)/g, '+-')
    .split('+')
    .filter((term) => term !== '');
  const hasIntercept = !terms.includes('-1') && !terms.includes('0');
  const others = terms.filter((term) => !['1', '0', '-1'].includes(term));
  // R puts its special terms last.
  const [plain, special] = [false, true].map((wanted) => others.filter((term) => term.startsWith('fe(') === wanted));
  return [
    ...(hasIntercept ? [INTERCEPT] : []),
    ...plain!.map((term) => readTerm(scene, input, term)),
    ...special!.flatMap((term) => readSpecial(scene, input, term)),
  ];
}

function readSpecial(scene: Scene, input: Input, term: string): Covariate[] {
  const [, inner, , flags] = /^fe\((.+?)(,unitSpecific=T(?:RUE)?)?(?:,which=c\(([TRUEFALS,]+)\))?\)$/.exec(term) ?? [];
  if (inner === undefined) throw input.wrong('a term that is not understood', { term });
  const effect = inner === '1' ? INTERCEPT : readTerm(scene, input, inner);
  const which = flags?.split(',').map((flag) => flag.startsWith('T'));
  if (which !== undefined && which.length !== scene.units)
    throw input.wrong('a flag for each unit is expected', { term, units: scene.units });
  return which !== undefined || term.includes(',unitSpecific=T') ? perUnit(scene, effect, which) : [effect];
}

function readTerm(scene: Scene, input: Input, term: string): Covariate {
  if (term === 't' && !hasData(scene, 't')) return TREND;
  const found = /^(sin|cos)\((\d+)\*pi\*t\/([\d.]+)\)$/.exec(term);
  if (found !== null) return wave(found[1] as 'sin' | 'cos', Number(found[2]), Number(found[3]));
  const [, log, name] = /^(?:(log)\()?([\w.]+)\)?$/.exec(term) ?? [];
  if (name === undefined || !hasData(scene, name)) throw input.wrong('a term that is not understood', { term });
  const at = readGrid(scene, scene.input.field('data').field(name));
  return log === undefined ? { name, at } : { name: `log(${name})`, at: (time, unit) => Math.log(at(time, unit)) };
}

function hasData({ input }: Scene, name: string): boolean {
  return input.has('data') && input.field('data').has(name);
}

type Grid = (time: number, unit: number) => number;

/** One number, one for each time, one for each unit, or rows of times. */
function readGrid({ times, units }: Scene, input: Input): Grid {
  if (!Array.isArray(input.value)) {
    const value = input.number();
    return () => value;
  }
  if (!Array.isArray(input.value[0])) {
    const values = input.numbers();
    if (values.length === times) return (time) => values[time]!;
    if (values.length === units) return (_, unit) => values[unit]!;
    throw input.wrong('a number for each time or each unit is expected', { times, units });
  }
  const rows = input.matrix();
  if (rows.length !== times || rows[0]!.length !== units)
    throw input.wrong('times by units are expected', { times, units });
  return (time, unit) => rows[time]![unit]!;
}

/** As `readGrid`, but a list as long as there are units is by unit. */
export function readUnitGrid(scene: Scene, input: Input): Grid {
  const isByUnit = Array.isArray(input.value) && input.value.length === scene.units && !Array.isArray(input.value[0]);
  if (!isByUnit) return readGrid(scene, input);
  const values = input.numbers();
  return (_, unit) => values[unit]!;
}
