import type { Outcome, Settings, Table } from './model.ts';

/** Finds the generalisation of least loss that keeps every model, and gives the table so generalised. */
export function anonymise(_table: Table, _settings: Settings): Outcome {
  throw new Error('the search lands next');
}
