import { Attacker, type Layer, NEARLY } from './attack.ts';
import type { Relation } from './frame.ts';
import type { LinearRow, Solver } from './linear.ts';
import type { Protection } from './primary.ts';

export interface SuppressionProblem {
  relations: readonly Relation[];
  layers: readonly Layer[];
  /** What it costs to hide a cell; infinite for one that cannot be hidden. */
  costs: Float64Array;
}

export interface SuppressionOptions {
  solve: Solver;
  /** Up to so many cells the cheapest pattern of all is looked for, else a sound one. */
  mostOptimal?: number;
  /** Time comes in from outside; after `untilMs` the best pattern found so far stands. */
  now?: () => number;
  untilMs?: number;
  onProgress?: (done: number) => void;
}

export interface Pattern {
  hidden: ReadonlySet<number>;
  cost: number;
  optimal: boolean;
}

/**
 * Which cells to hide so that the sensitive ones are hidden well enough from the attacker of every layer.
 *
 * Optimal: Fischetti and Salazar-González, Management Science 2001;47:1008: a program over the cells, with a cut for each attack that still succeeds. Sound: each sensitive
 * cell in turn gets the cheapest table that deviates far enough (after Castro, Comput Oper Res 2002;29:1439), then whatever is hidden needlessly is told again.
 *
 * @returns undefined where even hiding everything that may be hidden is not enough
 */
export function suppress(problem: SuppressionProblem, options: SuppressionOptions): Pattern | undefined {
  const { layers, costs } = problem;
  const primaries = primariesOf(layers);
  if (primaries.size === 0 && !isExposed(problem, primaries, options.solve))
    return { hidden: primaries, cost: 0, optimal: true };
  if ([...primaries].some((cell) => !Number.isFinite(costs[cell]))) return undefined;
  const sound = soundPattern(problem, primaries, options);
  if (sound === undefined) return undefined;
  const lean = unpick(problem, primaries, sound, options);
  if (costs.length > (options.mostOptimal ?? 400) || isLate(options)) return patternOf(problem, lean, false);
  return optimalPattern(problem, primaries, lean, options);
}

/** Sensitive cells that were not hidden anyhow: these must be hidden at any price. */
function primariesOf(layers: readonly Layer[]): Set<number> {
  return new Set(
    layers.flatMap(({ needs, hiddenAnyhow }) => [...needs.keys()].filter((cell) => hiddenAnyhow?.has(cell) !== true)),
  );
}

/** Sensitive cells, with the layer whose attacker succeeds. */
export function exposed(
  { relations, layers }: SuppressionProblem,
  hidden: ReadonlySet<number>,
  solve: Solver,
): { layer: Layer; cell: number; attacker: Attacker; need: Protection }[] {
  return layers.flatMap((layer) => {
    const attacker = new Attacker(layer, relations, hidden, solve);
    return [...layer.needs]
      .filter(([cell, need]) => !attacker.keeps(cell, need))
      .map(([cell, need]) => ({ layer, cell, attacker, need }));
  });
}

function isExposed({ relations, layers }: SuppressionProblem, hidden: ReadonlySet<number>, solve: Solver): boolean {
  return layers.some((layer) => {
    const attacker = new Attacker(layer, relations, hidden, solve);
    return [...layer.needs].some(([cell, need]) => !attacker.keeps(cell, need));
  });
}

function soundPattern(
  problem: SuppressionProblem,
  primaries: ReadonlySet<number>,
  { solve, onProgress }: SuppressionOptions,
): Set<number> | undefined {
  const hidden = new Set(primaries);
  for (;;) {
    const left = exposed(problem, hidden, solve).sort((a, b) => b.need.width - a.need.width || a.cell - b.cell);
    if (left.length === 0) return hidden;
    onProgress?.(1 - left.length / Math.max(left.length, primaries.size));
    const before = hidden.size;
    for (const { layer, cell, need, attacker } of left) {
      // What an earlier one brought may be enough for this one.
      const now = hidden.size === before ? attacker : new Attacker(layer, problem.relations, hidden, solve);
      if (hidden.size !== before && now.keeps(cell, need)) continue;
      const added = cheapestCover(problem, layer, hidden, { cell, need, attacker: now, solve });
      if (added === undefined) return undefined;
      for (const other of added) hidden.add(other);
    }
    if (hidden.size === before) return undefined;
  }
}

/** Cells of the cheapest tables that deviate far enough at the cell, up and down. */
function cheapestCover(
  problem: SuppressionProblem,
  layer: Layer,
  hidden: ReadonlySet<number>,
  { cell, need, attacker, solve }: { cell: number; need: Protection; attacker: Attacker; solve: Solver },
): number[] | undefined {
  const room = layer.values[cell]! - layer.low[cell]!;
  const down = Math.min(room, Math.max(need.lower, -attacker.furthest(cell, -1).deviation));
  if (need.lower > room + NEARLY) return undefined;
  const up = Math.max(need.upper, need.width - down);
  const cells = new Set<number>();
  for (const [direction, least] of [
    [1, up],
    [-1, need.lower],
  ] as const) {
    if (least <= NEARLY) continue;
    const found = cheapestDeviation(problem, layer, hidden, { cell, direction, least, solve });
    if (found === undefined) return undefined;
    for (const other of found) cells.add(other);
  }
  return [...cells];
}

function cheapestDeviation(
  { relations: usual, costs }: SuppressionProblem,
  { values, low, high, hiddenAnyhow, relations = usual }: Layer,
  hidden: ReadonlySet<number>,
  { cell, direction, least, solve }: { cell: number; direction: 1 | -1; least: number; solve: Solver },
): number[] | undefined {
  // A cell that is hidden already costs next to nothing; one beyond those that can be hidden was told for good.
  const price = (other: number): number =>
    hidden.has(other) || hiddenAnyhow?.has(other) ? 1e-6 : (costs[other] ?? Number.POSITIVE_INFINITY);
  const movable = Array.from(values.keys()).filter((other) => Number.isFinite(price(other)));
  const size = movable.length;
  const places = new Map(movable.map((other, at) => [other, at]));
  const bound = (other: number, way: 1 | -1): number => {
    if (other === cell && way !== direction) return 0;
    return way > 0 ? high[other]! - values[other]! : values[other]! - low[other]!;
  };
  // Up and down apart, so that each costs.
  const variables = [1, -1].flatMap((way) =>
    movable.map((other) => {
      const most = bound(other, way as 1 | -1);
      const isTarget = other === cell && way === direction;
      return { cost: isTarget || most === 0 ? 0 : price(other), low: isTarget ? Math.min(least, most) : 0, high: most };
    }),
  );
  if (!places.has(cell) || bound(cell, direction) < least - NEARLY) return undefined;
  const rows: LinearRow[] = relations.flatMap(({ total, parts }) => {
    const cells = [...parts, total].filter((other) => places.has(other));
    if (cells.length === 0) return [];
    const at = cells.map((other) => places.get(other)!);
    const signs = cells.map((other) => (other === total ? -1 : 1));
    return {
      variables: [...at, ...at.map((place) => place + size)],
      coefficients: [...signs, ...signs.map((sign) => -sign)],
      low: 0,
      high: 0,
    };
  });
  const solution = solve({ sense: 'min', variables, rows });
  if (solution.status !== 'optimal') return undefined;
  return movable.filter(
    (other, at) =>
      solution.values[at]! + solution.values[at + size]! > NEARLY && !hidden.has(other) && !hiddenAnyhow?.has(other),
  );
}

/** Tells again, the dearest first, what is hidden without need. */
function unpick(
  problem: SuppressionProblem,
  primaries: ReadonlySet<number>,
  pattern: ReadonlySet<number>,
  options: SuppressionOptions,
): Set<number> {
  const hidden = new Set(pattern);
  const secondary = [...pattern]
    .filter((cell) => !primaries.has(cell))
    .sort((a, b) => problem.costs[b]! - problem.costs[a]! || a - b);
  for (const cell of secondary) {
    if (isLate(options)) break;
    hidden.delete(cell);
    if (isExposed(problem, hidden, options.solve)) hidden.add(cell);
  }
  return hidden;
}

function optimalPattern(
  problem: SuppressionProblem,
  primaries: ReadonlySet<number>,
  known: ReadonlySet<number>,
  options: SuppressionOptions,
): Pattern {
  const { relations, layers, costs } = problem;
  const cuts: LinearRow[] = [];
  /** Adds `sum of coefficient of hidden cells >= need`; cells that are hidden anyhow have paid already. */
  const cut = (layer: Layer, need: number, weightOf: (cell: number) => number, cells: Iterable<number>): void => {
    let rest = need;
    const variables: number[] = [];
    const coefficients: number[] = [];
    for (const cell of cells) {
      const weight = Math.min(need, weightOf(cell));
      if (weight <= 1e-9) continue;
      if (costs[cell] === undefined && layer.hiddenAnyhow?.has(cell) !== true) continue;
      if (primaries.has(cell) || layer.hiddenAnyhow?.has(cell)) rest -= weight;
      else {
        variables.push(cell);
        coefficients.push(weight);
      }
    }
    if (rest > NEARLY)
      cuts.push({
        variables,
        coefficients: coefficients.map((each) => Math.min(each, rest)),
        low: rest,
        high: Number.POSITIVE_INFINITY,
      });
  };
  for (const layer of layers) firstCuts(layer, relations, cut);

  for (;;) {
    if (isLate(options)) return patternOf(problem, known, false);
    const solution = options.solve({
      sense: 'min',
      variables: Array.from(costs, (cost, cell) => {
        const isFixed = primaries.has(cell);
        const may = Number.isFinite(cost);
        return { cost: may ? cost : 0, low: isFixed ? 1 : 0, high: may ? 1 : 0, integer: true };
      }),
      rows: cuts,
    });
    if (solution.status !== 'optimal') return patternOf(problem, known, false);
    const hidden = new Set(solution.values.flatMap((value, cell) => (value > 0.5 ? [cell] : [])));
    const succeeded = exposed(problem, hidden, options.solve);
    if (succeeded.length === 0) return patternOf(problem, hidden, true);
    const before = cuts.length;
    for (const { layer, cell, attacker, need } of succeeded)
      attackCuts(layer, relations, cell, { attacker, need, cut });
    // No attack is cut off any more, only by rounding: what is known to be sound stands.
    if (cuts.length === before) return patternOf(problem, known, false);
  }
}

type Cut = (layer: Layer, need: number, weightOf: (cell: number) => number, cells: Iterable<number>) => void;

/** In each sum with a sensitive cell, others must be able to make up for its deviation. */
function firstCuts(layer: Layer, usual: readonly Relation[], cut: Cut): void {
  const { needs, relations = usual } = layer;
  for (const { total, parts } of relations)
    for (const cell of [...parts, total]) {
      const need = needs.get(cell);
      if (need === undefined) continue;
      for (const [direction, least] of [
        [1, need.upper],
        [-1, need.lower],
      ] as const) {
        if (least <= NEARLY) continue;
        const others = [...parts, total].filter((other) => other !== cell);
        // A total moves with its part, parts against each other.
        const way = (other: number): 1 | -1 =>
          ((other === total) === (cell === total) ? -direction : direction) as 1 | -1;
        cut(layer, least, (other) => room(layer, other, way(other)), others);
      }
    }
}

function room({ values, low, high }: Layer, cell: number, way: 1 | -1): number {
  return way > 0 ? high[cell]! - values[cell]! : values[cell]! - low[cell]!;
}

/** The cuts that forbid an attack which succeeded, by the prices of its relations. */
function attackCuts(
  layer: Layer,
  relations: readonly Relation[],
  cell: number,
  { attacker, need, cut }: { attacker: Attacker; need: Protection; cut: Cut },
): void {
  const up = attacker.furthest(cell, 1);
  const down = attacker.furthest(cell, -1);
  const upWeights = priced(layer, relations, cell, { direction: 1, attacker, ...up });
  const downWeights = priced(layer, relations, cell, { direction: -1, attacker, ...down });
  if (up.deviation < need.upper - NEARLY)
    cut(layer, need.upper, (other) => upWeights.get(other) ?? 0, upWeights.keys());
  if (-down.deviation < need.lower - NEARLY)
    cut(layer, need.lower, (other) => downWeights.get(other) ?? 0, downWeights.keys());
  if (up.deviation - down.deviation < need.width - NEARLY) {
    const cells = new Set([...upWeights.keys(), ...downWeights.keys()]);
    cut(layer, need.width, (other) => (upWeights.get(other) ?? 0) + (downWeights.get(other) ?? 0), cells);
  }
}

/** What each cell could give to the deviation if it were hidden: the dual of the attack, whose sign both ways is tried. */
function priced(
  layer: Layer,
  relations: readonly Relation[],
  cell: number,
  {
    direction,
    deviation,
    prices,
    attacker,
  }: { direction: 1 | -1; deviation: number; prices: ReadonlyMap<number, number>; attacker: Attacker },
): Map<number, number> {
  let best: Map<number, number> | undefined;
  let error = Number.POSITIVE_INFINITY;
  for (const sign of [1, -1]) {
    const reduced = new Map<number, number>([[cell, direction]]);
    for (const [relation, price] of prices) {
      if (Math.abs(price) < 1e-9) continue;
      const { total, parts } = (layer.relations ?? relations)[relation]!;
      for (const part of parts) reduced.set(part, (reduced.get(part) ?? 0) - sign * price);
      reduced.set(total, (reduced.get(total) ?? 0) + sign * price);
    }
    const weights = new Map<number, number>();
    for (const [other, rate] of reduced) {
      if (Math.abs(rate) < 1e-7) continue;
      weights.set(other, Math.abs(rate) * room(layer, other, rate > 0 ? 1 : -1));
    }
    // By duality the cells that were hidden give just what the attack reached: this tells the sign.
    let given = 0;
    for (const [other, weight] of weights) if (attacker.isHidden(other)) given += weight;
    const off = Math.abs(given - Math.abs(deviation));
    if (off < error) {
      error = off;
      best = weights;
    }
  }
  return best ?? new Map();
}

function patternOf({ costs, layers }: SuppressionProblem, hidden: ReadonlySet<number>, optimal: boolean): Pattern {
  const needed = primariesOf(layers);
  let cost = 0;
  for (const cell of hidden) if (!needed.has(cell)) cost += costs[cell]!;
  return { hidden, cost, optimal };
}

function isLate({ now, untilMs }: SuppressionOptions): boolean {
  return now !== undefined && untilMs !== undefined && now() > untilMs;
}
