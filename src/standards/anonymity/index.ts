/**
 * Anonymity of microdata: generalisation hierarchies, the optimal generalisation that keeps privacy models, risks and utility.
 *
 * Pure: rows come as codes into dictionaries, time comes from the caller, and what cannot be judged is a RangeError that says why.
 */
export { anonymise, searchTuples } from './anonymise.ts';
export {
  dateHierarchy,
  flatHierarchy,
  intervalHierarchy,
  ladderOf,
  makeHierarchy,
  maskHierarchy,
  parseHierarchy,
  placeHierarchy,
} from './hierarchy.ts';
export type {
  Aggregate,
  AttackerRisk,
  Codes,
  Column,
  Costs,
  Hierarchy,
  Metric,
  Outcome,
  Population,
  PopulationModel,
  PrivacyModel,
  Risks,
  Settings,
  Solution,
  Subset,
  Table,
  Utility,
} from './model.ts';
export { TupleCounter } from './tuples.ts';
