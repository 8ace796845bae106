import loaded from 'highs';
import type { LinearProgram, LinearSolution, Solver } from '#standards/disclosure-control';

// The package describes its CommonJS form; what is loaded here is its module, whose default is the loader itself.
const loadHighs = loaded as unknown as typeof loaded.default;
type Highs = Awaited<ReturnType<typeof loadHighs>>;
type Model = ReturnType<Highs['createModel']>;

const STATUS: Record<string, LinearSolution['status']> = {
  optimal: 'optimal',
  infeasible: 'infeasible',
  unbounded: 'unbounded',
  unboundedOrInfeasible: 'unbounded',
};
/** Models whose last basis is kept, so that the next question about the same rows starts from it. */
const MOST_KEPT = 6;
const LONGEST_S = 20;

/** HiGHS, the same answer for the same program. It blocks its thread. */
export async function openSolver(): Promise<Solver> {
  const highs = await loadHighs();
  const names = new Map(Object.entries(highs.constants.modelStatus).map(([name, code]) => [code, name]));
  const kept = new Map<LinearProgram['rows'], { model: Model; costs: number[] }>();

  return (program) => {
    const { rows, variables, sense } = program;
    const isWhole = variables.some(({ integer }) => integer);
    const costs = variables.map(({ cost }) => cost);
    let known = isWhole ? undefined : kept.get(rows);
    if (known === undefined) {
      known = { model: highs.createModel(modelOf(highs, program)), costs };
      known.model.options.set({ output_flag: false, time_limit: LONGEST_S, mip_rel_gap: 0, mip_abs_gap: 1e-6 });
      if (!isWhole) {
        const [oldest] = kept.keys();
        if (kept.size >= MOST_KEPT && oldest !== undefined) {
          kept.get(oldest)?.model.dispose();
          kept.delete(oldest);
        }
        kept.set(rows, known);
      }
    } else {
      for (const [at, cost] of costs.entries()) if (cost !== known.costs[at]) known.model.changeColCost(at, cost);
      known.model.changeObjectiveSense(highs.constants.objectiveSense[sense === 'min' ? 'minimize' : 'maximize']);
      known.costs = costs;
    }
    const { model } = known;
    model.run();
    const status = STATUS[names.get(model.getModelStatus()) ?? ''] ?? 'stopped';
    const hasValues = status === 'optimal' || Number.isFinite(model.getObjectiveValue());
    const { colValue, rowDual } = model.getSolution();
    const solution: LinearSolution = {
      status,
      objective: model.getObjectiveValue(),
      values: (status === 'optimal' || (status === 'stopped' && isWhole)) && hasValues ? [...colValue] : [],
      duals: isWhole ? [] : [...rowDual],
    };
    if (isWhole) model.dispose();
    return solution;
  };
}

function modelOf(highs: Highs, { rows, variables, sense }: LinearProgram) {
  const infinite = (value: number): number => (Number.isFinite(value) ? value : Math.sign(value) * highs.infinity);
  const starts = new Int32Array(rows.length + 1);
  for (const [at, row] of rows.entries()) starts[at + 1] = starts[at]! + row.variables.length;
  const isWhole = variables.some(({ integer }) => integer);
  const { integer, continuous } = highs.constants.variableType;
  return {
    numCols: variables.length,
    numRows: rows.length,
    sense: highs.constants.objectiveSense[sense === 'min' ? ('minimize' as const) : ('maximize' as const)],
    colCost: variables.map(({ cost }) => cost),
    colLower: variables.map(({ low }) => infinite(low)),
    colUpper: variables.map(({ high }) => infinite(high)),
    rowLower: rows.map(({ low }) => infinite(low)),
    rowUpper: rows.map(({ high }) => infinite(high)),
    matrix: {
      format: 'csr' as const,
      numRows: rows.length,
      numCols: variables.length,
      starts,
      indices: Int32Array.from(rows.flatMap((row) => [...row.variables])),
      values: Float64Array.from(rows.flatMap((row) => [...row.coefficients])),
    },
    ...(isWhole && { integrality: variables.map((variable) => (variable.integer ? integer : continuous)) }),
  };
}
