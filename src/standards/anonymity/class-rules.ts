import type { Classes, Levels } from './classes.ts';
import { closenessRule } from './closeness.ts';
import { entropyRule, recursiveRule } from './diversity.ts';
import { type Data, informationLoss, payoutOf } from './loss.ts';
import type { Column, Costs, PrivacyModel } from './model.ts';
import { type Secret, secretOf, type Values } from './secret.ts';

/** A rule that each class keeps by itself; a class that does not is suppressed. */
export interface ClassRule {
  keeps(classes: Classes, index: number, levels: Levels): boolean;
  /** A class that keeps it still does when joined with any other. */
  monotone: boolean;
  /** Two classes that both keep it still do when joined. */
  closed: boolean;
  /** A class without released records that breaks it cannot be suppressed, so that nothing can be released at all. */
  ofAll?: boolean;
}

/** The smallest size that a class must have, for models that ask for one; else 0. */
export function minimalSizeOf(model: PrivacyModel, { tuples }: Data): number {
  switch (model.model) {
    case 'k-anonymity':
      return model.k;
    case 'k-map':
      return 'subset' in model ? 0 : estimatedSize(model, tuples.releasedTotal);
    case 'profitability-prosecutor-no-attack':
      return unprofitableSize(model.costs);
    default:
      return 0;
  }
}

export function classRulesOf(model: PrivacyModel, data: Data, sensitive: readonly Column[]): ClassRule[] {
  switch (model.model) {
    case 'distinct-l-diversity':
      return [distinctRule(model.l, secretOf(model.attribute, sensitive, data))];
    case 'entropy-l-diversity':
    case 'recursive-c-l-diversity': {
      const secret = secretOf(model.attribute, sensitive, data);
      return [distinctRule(Math.floor(model.l), secret), ofValues(model, secret)];
    }
    case 't-closeness':
    case 'd-disclosure-privacy':
    case 'basic-beta-likeness':
    case 'enhanced-beta-likeness':
      return [ofValues(model, secretOf(model.attribute, sensitive, data))];
    case 'delta-presence':
      return [presenceRule(model)];
    case 'k-map':
      return 'subset' in model ? [sizeInPopulation(model.k)] : [];
    case 'profitability-journalist-no-attack':
      return [sizeInPopulation(unprofitableSize(model.costs))];
    case 'profitability-prosecutor':
    case 'profitability-journalist':
      return [profitable({ model: model.model, costs: model.costs }, data)];
    default:
      return [];
  }
}

/** Nergiz, Atzori and Clifton, SIGMOD 2007: how sure anyone can be that a person of the population is among those released. */
function presenceRule({ dMin, dMax, releasedOnly }: { dMin: number; dMax: number; releasedOnly?: boolean }): ClassRule {
  return {
    keeps: ({ released, population }, index) => {
      const share = released[index]! / population![index]!;
      return share >= dMin && share <= dMax;
    },
    monotone: false,
    closed: releasedOnly !== true,
    ofAll: releasedOnly !== true,
  };
}

/** All models of diversity come to this at least. */
function distinctRule(l: number, secret: Secret): ClassRule {
  return {
    keeps: ({ secrets }, index) =>
      secrets[secret.which]!.offsets[index + 1]! - secrets[secret.which]!.offsets[index]! >= l,
    monotone: true,
    closed: true,
  };
}

type Sensitive = Exclude<Extract<PrivacyModel, { attribute: string }>, { model: 'distinct-l-diversity' }>;

function ofValues(model: Sensitive, secret: Secret): ClassRule {
  const keeps = valuesRule(model, secret);
  return {
    keeps: (classes, index) => keeps(secret.valuesOf(classes, index)),
    monotone: false,
    closed: isClosed(model),
  };
}

/** A value that only one of two joined classes has becomes rarer, perhaps too rare; Grassberger's estimate need not be concave. */
function isClosed(model: Sensitive): boolean {
  return (
    model.model !== 'd-disclosure-privacy' &&
    !(model.model === 'entropy-l-diversity' && model.estimator === 'grassberger')
  );
}

function valuesRule(model: Sensitive, secret: Secret): (values: Values) => boolean {
  switch (model.model) {
    case 'entropy-l-diversity':
      return entropyRule(model);
    case 'recursive-c-l-diversity':
      return recursiveRule(model);
    case 't-closeness':
      return closenessRule(model, secret);
    case 'd-disclosure-privacy':
      return ratioRule(secret, (ratio) => Math.abs(Math.log2(ratio)) < model.d);
    case 'basic-beta-likeness':
      return ratioRule(secret, (ratio) => ratio - 1 <= model.beta);
    case 'enhanced-beta-likeness':
      return ratioRule(secret, (ratio, share) => ratio - 1 <= Math.min(model.beta, -Math.log(share)));
  }
}

/**
 * How frequent each value of a class is, against its share in the table. A value that a class lacks is passed over.
 *
 * Sources: Brickell and Shmatikov 2008 (disclosure privacy); Cao and Karras 2012 (likeness).
 */
function ratioRule(
  { totals, records }: Secret,
  holds: (ratio: number, share: number) => boolean,
): (values: Values) => boolean {
  return ({ codes, counts, from, until, size }) => {
    for (let pair = from; pair < until; pair += 1) {
      const share = totals[codes[pair]!]! / records;
      if (!holds(counts[pair]! / size / share, share)) return false;
    }
    return true;
  };
}

function sizeInPopulation(k: number): ClassRule {
  return { keeps: ({ population }, index) => population![index]! >= k, monotone: true, closed: true };
}

type Profitable = { model: 'profitability-prosecutor' | 'profitability-journalist'; costs: Costs };

/** A record is shown when its publisher gains by it, attacks reckoned with. More generalisation may gain less: nothing is doomed. */
function profitable({ model, costs }: Profitable, data: Data): ClassRule {
  const lossOf = informationLoss(data);
  return {
    keeps: (classes, index, levels) => {
      const released = classes.released[index]!;
      if (released === 0) return false;
      const population = model === 'profitability-journalist' ? (classes.population?.[index] ?? 0) : 0;
      return payoutOf(costs, lossOf(classes, index, levels), 1 / (population === 0 ? released : population)) > 0;
    },
    monotone: false,
    closed: false,
  };
}

/** The class size from which on an attack no longer pays. */
function unprofitableSize({ adversaryGain, adversaryCost }: Costs): number {
  if (adversaryGain === 0) return 1;
  return Math.floor(adversaryGain / adversaryCost) + 1;
}

type Estimated = Extract<PrivacyModel, { cellSizeEstimator: string }>;

/**
 * How large a class of the sample must be, so that the population has k like it: it is larger than k persons would leave
 * in the sample but for the significance level, by Poisson's law. Source: El Emam and Dankar, JAMIA 2008;15:627.
 */
function estimatedSize({ k, significanceLevel, population, cellSizeEstimator }: Estimated, records: number): number {
  const mean = (records / population.size) * k;
  const truncated = cellSizeEstimator === 'zero-truncated-poisson';
  const none = Math.exp(-mean);
  let size = truncated ? 1 : 0;
  let [chance, sum] = [truncated ? none * mean : none, 0];
  while (sum < 1 - significanceLevel) {
    sum += truncated ? chance / (1 - none) : chance;
    size += 1;
    chance *= mean / size;
    if (size >= k) break;
  }
  return Math.min(k, records, truncated ? size : size + 1);
}
