/**
 * A quasi-Poisson regression on the logarithm, y ~ season [+ trend] [+ offset], fitted again and again in the same memory.
 *
 * Seasons are levels of one factor, so that the normal equations are diagonal with a border: each step of the iteration is one pass over the points and no matrix is factorised.
 * It iterates exactly as R's `glm.fit` does (start, stopping rule, and the weights of the last step as those of the covariance), because the published results of the method depend on that in
 * their last digits, and on the number of steps where all counts are zero.
 *
 * Source: McCullagh and Nelder, Generalized Linear Models, 1989, 2.5; the stopping rule: R 4.2.2, `glm.control`.
 */
export class SeasonFit {
  /** How many points there are; the arrays are longer. */
  points = 0;
  readonly y: Float64Array;
  readonly time: Float64Array;
  readonly season: Uint16Array;
  readonly offset: Float64Array;
  /** What each point counts for. */
  readonly prior: Float64Array;

  /** Expected counts. */
  readonly mu: Float64Array;
  /** Working weights of the last step. */
  readonly working: Float64Array;
  /** The logarithm of each season's level at `centre`. */
  readonly level: Float64Array;
  slope = 0;
  converged = false;
  /** Degrees of freedom that are left. */
  df = 0;

  private readonly eta: Float64Array;
  private readonly seasons: number;
  private readonly weight: Float64Array;
  private readonly weightTime: Float64Array;
  private readonly weightZ: Float64Array;
  private readonly weightTimeTime: Float64Array;
  private readonly weightTimeZ: Float64Array;
  /** Sum of squares of time within the seasons; 0 without a trend. */
  private timeSquares = 0;
  /** Times are counted from here, so that sums of squares keep their digits. */
  private centre = 0;

  constructor(mostPoints: number, seasons: number) {
    const column = (): Float64Array => new Float64Array(mostPoints);
    const row = (): Float64Array => new Float64Array(seasons);
    [this.y, this.time, this.offset, this.prior] = [column(), column(), column(), column()];
    [this.mu, this.working, this.eta] = [column(), column(), column()];
    this.season = new Uint16Array(mostPoints);
    this.seasons = seasons;
    [this.level, this.weight, this.weightTime, this.weightZ] = [row(), row(), row(), row()];
    [this.weightTimeTime, this.weightTimeZ] = [row(), row()];
  }

  /** Fits the points that stand in `y`, `time`, `season`, `offset` and `prior`. */
  fit(trend: boolean): void {
    this.start();
    let before = this.deviance();
    this.converged = false;
    for (let step = 0; step < MOST_STEPS && !this.converged; step += 1) {
      this.gather();
      this.solve(trend);
      this.predict();
      const now = this.deviance();
      if (!Number.isFinite(now)) break;
      this.converged = Math.abs(now - before) / (Math.abs(now) + 0.1) < EPSILON;
      before = now;
    }
    this.df = this.points - this.usedSeasons() - (this.timeSquares > 0 ? 1 : 0);
  }

  get hasTrend(): boolean {
    return this.timeSquares > 0;
  }

  /** The logarithm of the expected count, without an offset. */
  linearAt(time: number, season: number): number {
    return this.level[season]! + this.slope * (time - this.centre);
  }

  /** Its variance, in units of the dispersion. */
  varianceAt(time: number, season: number): number {
    const away = time - this.centre - this.weightTime[season]! / this.weight[season]!;
    return 1 / this.weight[season]! + (this.hasTrend ? (away * away) / this.timeSquares : 0);
  }

  /** Variance of the slope, in units of the dispersion. */
  get slopeVariance(): number {
    return 1 / this.timeSquares;
  }

  /** How far the point's own count moves its own expectation. */
  leverageOf(point: number): number {
    return this.working[point]! * this.varianceAt(this.time[point]!, this.season[point]!);
  }

  /** Pearson's chi-square over the degrees of freedom. */
  get dispersion(): number {
    return this.scaledSquares(this.working);
  }

  /** Squares of the working residuals, weighted so, over the degrees of freedom. */
  scaledSquares(weights: Float64Array): number {
    let sum = 0;
    for (let at = 0; at < this.points; at += 1) {
      const residual = (this.y[at]! - this.mu[at]!) / this.mu[at]!;
      sum += weights[at]! * residual * residual;
    }
    return sum / this.df;
  }

  private start(): void {
    let times = 0;
    for (let at = 0; at < this.points; at += 1) {
      times += this.time[at]!;
      const mu = this.y[at]! + 0.1;
      this.mu[at] = mu;
      this.eta[at] = Math.log(mu);
    }
    this.centre = times / this.points;
  }

  /** Sums of the working weights, times and responses in each season. */
  private gather(): void {
    const { y, time, season, offset, prior, mu, eta, working, centre } = this;
    const { weight, weightTime, weightZ, weightTimeTime, weightTimeZ } = this;
    weight.fill(0);
    weightTime.fill(0);
    weightZ.fill(0);
    weightTimeTime.fill(0);
    weightTimeZ.fill(0);
    for (let at = 0; at < this.points; at += 1) {
      const expected = mu[at]!;
      const w = prior[at]! * expected;
      const z = eta[at]! - offset[at]! + (y[at]! - expected) / expected;
      const t = time[at]! - centre;
      const group = season[at]!;
      working[at] = w;
      weight[group]! += w;
      weightTime[group]! += w * t;
      weightZ[group]! += w * z;
      weightTimeTime[group]! += w * t * t;
      weightTimeZ[group]! += w * t * z;
    }
  }

  /** The trend from what varies within the seasons, then each season's level. */
  private solve(trend: boolean): void {
    const { weight, weightTime, weightZ, weightTimeTime, weightTimeZ, level } = this;
    let squares = 0;
    let products = 0;
    let total = 0;
    if (trend)
      for (let group = 0; group < this.seasons; group += 1) {
        const w = weight[group]!;
        if (w === 0) continue;
        const mean = weightTime[group]! / w;
        squares += weightTimeTime[group]! - weightTime[group]! * mean;
        products += weightTimeZ[group]! - weightZ[group]! * mean;
        total += weightTimeTime[group]!;
      }
    // A trend that the seasons already tell cannot be told apart from them.
    const told = squares > total * ALIASED;
    this.timeSquares = told ? squares : 0;
    this.slope = told ? products / squares : 0;
    for (let group = 0; group < this.seasons; group += 1)
      level[group] = (weightZ[group]! - this.slope * weightTime[group]!) / weight[group]!;
  }

  private predict(): void {
    const { time, season, offset, mu, eta, level, slope, centre } = this;
    for (let at = 0; at < this.points; at += 1) {
      const linear = level[season[at]!]! + slope * (time[at]! - centre) + offset[at]!;
      eta[at] = linear;
      mu[at] = Math.max(Math.exp(linear), Number.EPSILON);
    }
  }

  private deviance(): number {
    const { y, prior, mu, eta } = this;
    let sum = 0;
    for (let at = 0; at < this.points; at += 1) {
      const count = y[at]!;
      const expected = mu[at]!;
      const unit = count > 0 ? count * (logOf(count) - eta[at]!) - (count - expected) : expected;
      sum += prior[at]! * unit;
    }
    return 2 * sum;
  }

  private usedSeasons(): number {
    let used = 0;
    for (let group = 0; group < this.seasons; group += 1) used += Number(this.weight[group]! > 0);
    return used;
  }
}

const EPSILON = 1e-8;
const MOST_STEPS = 25;
const ALIASED = 1e-14;

const LOGS = Float64Array.from({ length: 1024 }, (_, count) => Math.log(count));

/** Most counts are small whole numbers, whose logarithms are known. */
function logOf(count: number): number {
  return (count < 1024 ? LOGS[count] : undefined) ?? Math.log(count);
}
