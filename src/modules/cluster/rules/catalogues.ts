import {
  CATALOGUE_LISTS,
  type CatalogueLine,
  type CatalogueList,
  type Relation,
  type Statement,
  type ThingName,
} from '../model.ts';
import { isDisputed, sortSaid } from './statements.ts';

/** Of products and of clinical applications. */
export const CATALOGUED = [
  ...['product-class', 'approval-number', 'approved', ...Object.keys(CATALOGUE_LISTS)],
  ...['indication', 'stage', 'therapy', 'treated', 'recovered', 'recovery-rate'],
];

/** What a catalogue tells of a thing. */
export function catalogueLine(
  thing: ThingName,
  statements: readonly Statement[],
  relations: readonly Relation[],
  names: ReadonlyMap<string, ThingName>,
): CatalogueLine {
  const said: Record<string, Statement & { disputed: boolean }> = {};
  for (const [property, group] of Map.groupBy(statements, (each) => each.property)) {
    const [first] = sortSaid(group);
    if (first !== undefined) said[property] = { ...first, disputed: isDisputed(group) };
  }
  const nameOf = (id: string) => [names.get(id)].filter((name) => name !== undefined);
  return {
    thing,
    said,
    gaps: gapsOf(said),
    uses: relations
      .filter(({ subject, predicate }) => subject === thing.id && USES.has(predicate))
      .flatMap((use) => nameOf(use.object).map((at) => ({ ...use, at }))),
    makers: relations
      .filter(({ object, predicate }) => object === thing.id && predicate === 'develops')
      .flatMap(({ subject }) => nameOf(subject)),
  };
}
const USES = new Set(['used-at', 'carried-out-at']);

/** Lists for its class that an approved product is not in. That nobody has said it is no proof that it is out: `known` tells the two apart. */
function gapsOf(said: CatalogueLine['said']): CatalogueLine['gaps'] {
  const of = said['product-class']?.value;
  if (said['approved'] === undefined && said['approval-number'] === undefined) return [];
  return (Object.keys(CATALOGUE_LISTS) as CatalogueList[])
    .filter((list) => (CATALOGUE_LISTS[list] as readonly unknown[]).includes(of) && said[list]?.value !== 'listed')
    .map((list) => ({ list, known: said[list] !== undefined }));
}
