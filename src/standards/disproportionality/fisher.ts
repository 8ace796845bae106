/** What Fisher's exact test says of one table: chances given its margins. */
export interface FisherTest {
  /** As many or more with both. */
  greater: number;
  /** The same with half of the chance of just as many. */
  midP: number;
  /** Every table that is not likelier, as R's fisher.test sums them. */
  twoSided: number;
}

/** R takes tables as no likelier when they are up to this much likelier. */
const AS_LIKELY = 1 + 1e-7;

/**
 * Fisher's exact test of a two-by-two table, by its margins: the masses are found by their ratios from the likeliest table outwards, so that even chances of 1e-200 keep their digits.
 *
 * @throws RangeError for margins that cannot be
 */
export function fisherTest(both: number, product: number, event: number, all: number): FisherTest {
  const least = Math.max(0, product + event - all);
  const most = Math.min(product, event);
  if (![both, product, event, all].every(Number.isInteger) || both < least || both > most)
    throw new RangeError('whole counts are needed, and a table that its margins allow');
  const mode = Math.min(most, Math.max(least, Math.floor(((product + 1) * (event + 1)) / (all + 2))));
  const rise = (x: number) => ((product - x) * (event - x)) / ((x + 1) * (all - product - event + x + 1));
  const own = both >= mode ? massFrom(mode, both, rise) : 1 / massFrom(both, mode, rise);
  const limit = own * AS_LIKELY;
  let [sum, greater, twoSided] = [0, 0, 0];
  const add = (x: number, mass: number) => {
    sum += mass;
    if (x >= both) greater += mass;
    if (mass <= limit) twoSided += mass;
  };
  for (let x = mode, mass = 1; x <= most && (mass > 0 || x <= both); x += 1) {
    add(x, mass);
    mass *= rise(x);
  }
  for (let x = mode - 1, mass = 1; x >= least; x -= 1) {
    mass /= rise(x);
    if (!(mass > 0)) break;
    add(x, mass);
  }
  return { greater: clamp(greater / sum), midP: clamp((greater - own / 2) / sum), twoSided: clamp(twoSided / sum) };
}

/** The mass of `to` over that of `from`, to not below from. */
function massFrom(from: number, to: number, rise: (x: number) => number): number {
  let mass = 1;
  for (let x = from; x < to && mass > 0; x += 1) mass *= rise(x);
  return mass;
}

function clamp(p: number): number {
  return Math.min(1, Math.max(0, p));
}
