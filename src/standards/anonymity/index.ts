export { anonymise } from './anonymise.ts';
export type {
  Aggregate,
  AttackerRisk,
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
