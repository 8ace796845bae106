/** A linear program, integers where asked. Its solver comes from outside: this code does no I/O and loads no machine code. */
export interface LinearProgram {
  sense: 'min' | 'max';
  variables: readonly LinearVariable[];
  rows: readonly LinearRow[];
}
export interface LinearVariable {
  cost: number;
  low: number;
  high: number;
  integer?: boolean;
}
/** low <= sum of coefficient times variable <= high. */
export interface LinearRow {
  variables: readonly number[];
  coefficients: readonly number[];
  low: number;
  high: number;
}

export interface LinearSolution {
  status: 'optimal' | 'infeasible' | 'unbounded' | 'stopped';
  objective: number;
  /** Of each variable; of the best found where it was stopped, empty where there is none. */
  values: readonly number[];
  /** Of each row, where there are no integers; their sign may be either convention. */
  duals: readonly number[];
}

export type Solver = (program: LinearProgram) => LinearSolution;
