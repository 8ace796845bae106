/**
 * Statistical disclosure control of tables: sensitive cells, which others to hide with them, and what an attacker still concludes.
 *
 * Pure. The linear programs are solved by what the caller passes in. What cannot be judged throws RangeError.
 */
export { Attacker, type Interval, type Layer } from './attack.ts';
export { determined, type Statement } from './determined.ts';
export { type Code, type Dimension, type Frame, flatDimension, makeFrame, type Relation } from './frame.ts';
export type { LinearProgram, LinearSolution, Solver } from './linear.ts';
export { type Contributions, type PrimaryRule, type Protection, primary } from './primary.ts';
export { differenceLayer, type Earlier, jointLayer, type ToldBefore } from './series.ts';
export { exposed, type Pattern, type SuppressionOptions, type SuppressionProblem, suppress } from './suppress.ts';
