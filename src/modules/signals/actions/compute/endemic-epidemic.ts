import {
  type Component,
  type Covariate,
  type EndemicEpidemicModel,
  type EpidemicComponent,
  endemicEpidemic,
  type NeighbourWeights,
  type WeightMatrix,
} from '#standards/epidemic-dynamics';
import {
  INTERCEPT,
  perUnit,
  readFormula,
  readUnitGrid,
  readWaves,
  type Scene,
  TREND,
  unitName,
} from './endemic-effects.ts';
import type { Input } from './input.ts';
import { either, only } from './options.ts';

const FIELDS = [
  ...['observed', 'population', 'adjacency', 'neighbourhood', 'subset', 'S', 'period', 'freq', 'trend', 'family'],
  ...['ar', 'ne', 'end', 'data', 'unitNames', 'start', 'optimizer'],
];
const PART_FIELDS = ['f', 'offset', 'lag', 'S', 'trend', 'weights', 'scale', 'normalize', 'unitSpecific'];

/** A part of the model, and the names of its coefficients. */
interface Part {
  component: EpidemicComponent;
  names: string[];
}

/**
 * `surveillance::hhh4` 1.20 without random intercepts.
 *
 * `ar`, `ne` and `end` are each true or false, a formula in text, or an object of R's fields. Left out, they are `~1`, `~1` over the neighbours, and `~1 + t` with
 * `S` pairs of waves.
 */
export function hhh4(input: Input): object {
  only(input, FIELDS);
  const observed = readCounts(input.field('observed'));
  const scene: Scene = { input, times: observed.length, units: observed[0]?.length ?? 0, period: readPeriod(input) };
  const own = readPart(scene, 'ar', true);
  const hasNeighbours = input.has('adjacency') || input.has('neighbourhood') || weightsOf(input) !== undefined;
  const near = readPart(scene, 'ne', hasNeighbours && scene.units > 1);
  const endemic = readPart(scene, 'end', true);
  const weights = near && readWeights(scene);
  const dispersion = readDispersion(scene);
  const model: EndemicEpidemicModel = {
    counts: observed,
    times: readSubset(scene),
    own: own?.component,
    neighbours: near && weights && { ...near.component, weights },
    endemic: endemic?.component,
    overdispersion: dispersion?.groups,
  };
  const fit = endemicEpidemic(model);
  const names = [own, near, endemic].flatMap((part) => part?.names ?? []);
  if (weights !== undefined && 'orders' in weights) names.push('neweights.d');
  const size = fit.coefficients.length;
  const coefNames = [...names, ...(dispersion?.names ?? [])];
  return {
    coefNames,
    coef: fit.coefficients,
    se: fit.standardErrors,
    loglik: fit.logLikelihood,
    cov: fit.covariance,
    aic: 2 * size - 2 * fit.logLikelihood,
    bic: Math.log(fit.observations) * size - 2 * fit.logLikelihood,
    nObs: fit.observations,
    unbounded: fit.unbounded.map((at) => coefNames[at]),
  };
}

function readCounts(input: Input): number[][] {
  const rows = input.items({ least: 3 });
  if (!Array.isArray(rows[0]!.value)) return input.numbersOrNaN({ least: 0 }).map((count) => [count]);
  return rows.map((row) => row.numbersOrNaN({ least: 0 }));
}

function readPeriod(input: Input): number {
  return either(input, 'period', 'freq').or(52, (period) => period.number({ above: 0 }));
}

/** First and last, or each; counted from 1. */
function readSubset({ input, times }: Scene): number[] {
  const given = input
    .field('subset')
    .or([2, times], (subset) => subset.items({ least: 1 }).map((time) => time.whole({ least: 1, most: times })));
  if (given.length !== 2) return given.map((time) => time - 1);
  const [first, last] = [given[0]!, given[1]!];
  if (first > last) throw input.field('subset').wrong('the first time comes after the last');
  return Array.from({ length: last - first + 1 }, (_, at) => first - 1 + at);
}

type PartName = 'ar' | 'ne' | 'end';

function readPart(scene: Scene, name: PartName, usual: boolean): Part | undefined {
  const input = scene.input.field(name);
  if (input.isAbsent ? !usual : input.value === false) return undefined;
  const fields = input.isAbsent || typeof input.value !== 'object' ? undefined : input;
  if (fields !== undefined) only(fields, PART_FIELDS);
  const formula = typeof input.value === 'string' ? input : fields?.field('f');
  const written = formula === undefined || formula.isAbsent ? undefined : formula;
  const covariates = written === undefined ? usualEffects(scene, name, fields) : readFormula(scene, written);
  if (written !== undefined && fields?.has('trend')) throw fields.field('trend').wrong('the formula says it');
  if (covariates.length === 0) return undefined;
  const isPerUnit = fields?.field('unitSpecific').or(false, (flag) => flag.flag()) ?? false;
  const effects = covariates
    .flatMap((effect) => (isPerUnit && effect === INTERCEPT ? perUnit(scene, effect) : [effect]))
    .concat(readWaves(scene, fields?.has('S') || name !== 'end' ? fields?.field('S') : scene.input.field('S')));
  const component: EpidemicComponent = {
    covariates: effects,
    offset: readOffset(scene, name, fields),
    lag: fields?.field('lag').or(1, (lag) => lag.whole({ least: name === 'ar' ? 1 : 0 })),
  };
  return { component, names: effects.map((effect) => `${name}.${effect.name}`) };
}

function usualEffects({ input }: Scene, name: PartName, fields: Input | undefined): Covariate[] {
  const trend = fields !== undefined ? fields.field('trend') : name === 'end' ? input.field('trend') : undefined;
  return (trend?.or(name === 'end', (flag) => flag.flag()) ?? false) ? [INTERCEPT, TREND] : [INTERCEPT];
}

function readOffset(scene: Scene, name: PartName, fields: Input | undefined): Component['offset'] {
  const given = fields?.has('offset') ? fields.field('offset') : undefined;
  if (given !== undefined) return readUnitGrid(scene, given);
  return name === 'end' && scene.input.has('population')
    ? readUnitGrid(scene, scene.input.field('population'))
    : undefined;
}

function weightsOf(input: Input): Input | undefined {
  const part = input.field('ne');
  if (part.isAbsent || typeof part.value !== 'object') return undefined;
  return part.has('weights') ? part.field('weights') : undefined;
}

/** A matrix, or `{ powerlaw: { maxlag, normalize, log, initial } }`; else the adjacency's first-order neighbours. */
function readWeights(scene: Scene): NeighbourWeights {
  const { input } = scene;
  const given = weightsOf(input);
  const orders = either(input, 'adjacency', 'neighbourhood');
  if (given === undefined)
    return scaled(
      scene,
      orders.matrix().map((row) => row.map((order) => Number(order === 1))),
    );
  if (Array.isArray(given.value)) return scaled(scene, given.matrix());
  const law = given.field('powerlaw');
  const ne = input.field('ne');
  if (ne.has('scale') || ne.has('normalize'))
    throw ne.wrong('weights that decay are normalised by their own field, and not scaled');
  const logarithmic = law.field('log').or(false, (flag) => flag.flag());
  return {
    orders: orders.matrix({ least: 0 }),
    most: law.field('maxlag').whole({ least: 1 }),
    normalised: law.field('normalize').or(true, (flag) => flag.flag()),
    logarithmic,
    start: law.field('initial').or(logarithmic ? 0 : 1, (start) => start.number()),
  };
}

function scaled({ input, units }: Scene, weights: number[][]): WeightMatrix {
  const part = input.field('ne');
  if (part.isAbsent || typeof part.value !== 'object') return weights;
  const scale = part.field('scale');
  const factors = scale.isAbsent
    ? undefined
    : Array.isArray((scale.value as unknown[])[0])
      ? scale.matrix()
      : (Array.isArray(scale.value)
          ? scale.numbers({ length: units })
          : new Array<number>(units).fill(scale.number())
        ).map((each) => new Array<number>(units).fill(each));
  const raw = weights.map((row, from) => row.map((weight, to) => weight * (factors?.[from]?.[to] ?? 1)));
  if (!part.field('normalize').or(false, (flag) => flag.flag())) return raw;
  return raw.map((row) => {
    const sum = row.reduce((total, weight) => total + weight, 0);
    if (!(sum > 0)) throw part.field('normalize').wrong('a unit without neighbours cannot be normalised');
    return row.map((weight) => weight / sum);
  });
}

/** `Poisson`, `NegBin1` (one overdispersion), `NegBinM` (one for each unit), or a group's name for each unit. */
function readDispersion({ input, units }: Scene): { groups: number[]; names: string[] } | undefined {
  const family = input.field('family');
  if (Array.isArray(family.value)) {
    const given = family.items({ least: units, most: units }).map((group) => String(group.value));
    const levels = [...new Set(given)].sort();
    return { groups: given.map((group) => levels.indexOf(group)), names: overdispersions(levels) };
  }
  switch (family.or('Poisson', (kind) => kind.choice(['Poisson', 'NegBin1', 'NegBinM']))) {
    case 'Poisson':
      return undefined;
    case 'NegBin1':
      return { groups: new Array<number>(units).fill(0), names: ['overdisp'] };
    case 'NegBinM': {
      const all = Array.from({ length: units }, (_, unit) => unit);
      return { groups: all, names: overdispersions(all.map((unit) => unitName(input, unit))) };
    }
  }
}

function overdispersions(groups: readonly string[]): string[] {
  return groups.length === 1 ? ['overdisp'] : groups.map((group) => `overdisp.${group}`);
}
