/**
 * Amounts in the common metric units brought to base units, so that 5 mmol/L and 0.005 mol/L are found by each other.
 *
 * Only units that are a plain factor away from their base are known: no temperatures, no logarithms, no arbitrary units other
 * than as themselves. What is not known keeps its own code and is compared within that code.
 *
 * Source: UCUM 2.1, ucum.org/ucum, table 1 (prefixes) and the unit atoms named below.
 */

/** The factor to the base and the base's code: `mg/dL` is 10 g.m-3. */
export interface BaseUnit {
  factor: number;
  code: string;
}

/** Nothing when the code holds a unit that is not known here. The codes of equal dimensions are equal texts. */
export function baseUnitOf(code: string): BaseUnit | undefined {
  if (known.has(code)) return known.get(code);
  const found = read(code);
  if (known.size < MOST_KNOWN) known.set(code, found);
  return found;
}

const known = new Map<string, BaseUnit | undefined>();
/** Codes come from outside, so what is remembered of them is bounded. */
const MOST_KNOWN = 10_000;

/** Atoms: power of ten and factor apart, so that metric conversions are exact; dimensions by base symbol. */
const ATOMS: Record<string, { factor: number; dimensions: Record<string, number>; metric: boolean }> = {
  g: { factor: 1, dimensions: { g: 1 }, metric: true },
  m: { factor: 1, dimensions: { m: 1 }, metric: true },
  L: { factor: 1e-3, dimensions: { m: 3 }, metric: true },
  l: { factor: 1e-3, dimensions: { m: 3 }, metric: true },
  s: { factor: 1, dimensions: { s: 1 }, metric: true },
  min: { factor: 60, dimensions: { s: 1 }, metric: false },
  h: { factor: 3600, dimensions: { s: 1 }, metric: false },
  d: { factor: 86_400, dimensions: { s: 1 }, metric: false },
  wk: { factor: 604_800, dimensions: { s: 1 }, metric: false },
  mo: { factor: 2_629_800, dimensions: { s: 1 }, metric: false },
  a: { factor: 31_557_600, dimensions: { s: 1 }, metric: false },
  mol: { factor: 1, dimensions: { mol: 1 }, metric: true },
  eq: { factor: 1, dimensions: { mol: 1 }, metric: true },
  osm: { factor: 1, dimensions: { mol: 1 }, metric: true },
  kat: { factor: 1, dimensions: { mol: 1, s: -1 }, metric: true },
  U: { factor: 1e-6 / 60, dimensions: { mol: 1, s: -1 }, metric: true },
  '[IU]': { factor: 1, dimensions: { '[iU]': 1 }, metric: true },
  '[iU]': { factor: 1, dimensions: { '[iU]': 1 }, metric: true },
  Pa: { factor: 1e3, dimensions: { g: 1, m: -1, s: -2 }, metric: true },
  bar: { factor: 1e8, dimensions: { g: 1, m: -1, s: -2 }, metric: true },
  'm[Hg]': { factor: 133_322_000, dimensions: { g: 1, m: -1, s: -2 }, metric: true },
  J: { factor: 1e3, dimensions: { g: 1, m: 2, s: -2 }, metric: true },
  W: { factor: 1e3, dimensions: { g: 1, m: 2, s: -3 }, metric: true },
  Hz: { factor: 1, dimensions: { s: -1 }, metric: true },
  K: { factor: 1, dimensions: { K: 1 }, metric: true },
  '%': { factor: 1e-2, dimensions: {}, metric: false },
  '[ppth]': { factor: 1e-3, dimensions: {}, metric: false },
  '[ppm]': { factor: 1e-6, dimensions: {}, metric: false },
  '[in_i]': { factor: 0.0254, dimensions: { m: 1 }, metric: false },
  '[ft_i]': { factor: 0.3048, dimensions: { m: 1 }, metric: false },
  '[lb_av]': { factor: 453.59237, dimensions: { g: 1 }, metric: false },
  '[oz_av]': { factor: 28.349523125, dimensions: { g: 1 }, metric: false },
};

const PREFIXES: Record<string, number> = {
  T: 1e12,
  G: 1e9,
  M: 1e6,
  k: 1e3,
  h: 1e2,
  da: 1e1,
  d: 1e-1,
  c: 1e-2,
  m: 1e-3,
  u: 1e-6,
  n: 1e-9,
  p: 1e-12,
  f: 1e-15,
};

const TERM = /^(?:10\*(-?\d+)|(\d+)|((?:[A-Za-z]+|%)?(?:\[[^\]]+\])?)([+-]?\d+)?)(?:\{[^}]*\})?$/;

function read(code: string): BaseUnit | undefined {
  const dimensions: Record<string, number> = {};
  let factor = 1;
  let sign = 1;
  for (const part of code.split(/([./])/)) {
    if (part === '.') sign = 1;
    else if (part === '/') sign = -1;
    // `/min` begins with nothing, and an annotation alone, as in `{beats}/min`, counts as one.
    else if (part !== '' && !/^\{[^}]*\}$/.test(part)) {
      const term = readTerm(part);
      if (!term) return undefined;
      factor *= term.factor ** sign;
      for (const [base, power] of Object.entries(term.dimensions))
        dimensions[base] = (dimensions[base] ?? 0) + sign * power;
    }
  }
  const bases = Object.entries(dimensions)
    .filter(([, power]) => power !== 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([base, power]) => (power === 1 ? base : `${base}${power}`));
  return { factor, code: bases.join('.') || '1' };
}

function readTerm(text: string): { factor: number; dimensions: Record<string, number> } | undefined {
  const parts = TERM.exec(text);
  if (!parts) return undefined;
  const [, power, number, symbol, exponent] = parts;
  if (power !== undefined) return { factor: 10 ** Number(power), dimensions: {} };
  if (number !== undefined) return { factor: Number(number), dimensions: {} };
  const unit = readSymbol(symbol ?? '');
  if (!unit) return undefined;
  const times = exponent === undefined ? 1 : Number(exponent);
  const dimensions = Object.entries(unit.dimensions).map(([base, one]) => [base, one * times]);
  return { factor: unit.factor ** times, dimensions: Object.fromEntries(dimensions) };
}

function readSymbol(symbol: string): { factor: number; dimensions: Record<string, number> } | undefined {
  if (Object.hasOwn(ATOMS, symbol)) return ATOMS[symbol];
  for (const [prefix, factor] of Object.entries(PREFIXES)) {
    const rest = symbol.slice(prefix.length);
    if (!symbol.startsWith(prefix) || !Object.hasOwn(ATOMS, rest)) continue;
    const atom = ATOMS[rest];
    if (atom?.metric) return { factor: factor * atom.factor, dimensions: atom.dimensions };
  }
  return undefined;
}
