import type { Relation, Source, Statement, ThingName } from './record.ts';

export const PRODUCT_CLASSES = ['drug', 'device', 'diagnostic', 'equipment'] as const;
export type ProductClass = (typeof PRODUCT_CLASSES)[number];
export const LIST_STATUSES = ['applied', 'listed', 'not-listed', 'removed'] as const;

/** Lists a product can be in, and the classes that each is for. The names are properties of products. */
export const CATALOGUE_LISTS = {
  'innovative-list': ['drug', 'device', 'diagnostic'],
  'first-of-kind-list': ['device', 'equipment'],
  'insurance-list': ['drug', 'device', 'diagnostic'],
  'essential-list': ['drug'],
} as const satisfies Readonly<Record<string, readonly ProductClass[]>>;
export type CatalogueList = keyof typeof CATALOGUE_LISTS;

export interface CatalogueLine {
  thing: ThingName;
  /** By property the statement to reckon with; what is not here nobody has said. */
  said: Readonly<Record<string, Statement & { disputed: boolean }>>;
  /** Where it is used, since when, by which source. */
  uses: readonly (Relation & { at: ThingName })[];
  makers: readonly ThingName[];
  /** Approved, and in these lists by no statement: said to be out of them, or nobody has said. */
  gaps: readonly { list: CatalogueList; known: boolean }[];
}

export interface CataloguePage {
  lines: readonly CatalogueLine[];
  sources: Readonly<Record<string, Source>>;
  /** Things that the actor may name as the maker of a product. */
  makers: readonly ThingName[];
  mayEnter: boolean;
  /** There are more than are shown. */
  isCut: boolean;
}
