export type { Fault } from './compile.ts';
export { type Ask, compileModels, type Decisions, type Description, type Outcome } from './decisions.ts';
export type { Field } from './fields.ts';
export type {
  Aggregation,
  Decision,
  HitPolicy,
  InputData,
  Logic,
  Model,
  ModelElement,
  Rule,
  Table,
  TableInput,
  TableOutput,
} from './model.ts';
export { readModel } from './read.ts';
export type { TableTrace } from './trace.ts';
export { usesOf } from './uses.ts';
export { DmnError } from './xml.ts';
