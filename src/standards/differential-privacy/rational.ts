/** An exact fraction; the denominator is above 0. */
export interface Rational {
  over: bigint;
  under: bigint;
}

/** @throws RangeError for a denominator that is not above 0 */
export function rational(over: bigint, under = 1n): Rational {
  if (!(under > 0n)) throw new RangeError('the denominator must be above 0');
  const divisor = gcd(over < 0n ? -over : over, under);
  return { over: over / divisor, under: under / divisor };
}

/** The decimal number as it is written, not as a float holds it: 0.1 is one tenth. */
export function decimal(text: string): Rational {
  const found = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (found === null) throw new RangeError('a decimal number is digits with a point');
  const [, whole = '0', part = ''] = found;
  return rational(BigInt(whole + part), 10n ** BigInt(part.length));
}

export function floor({ over, under }: Rational): bigint {
  const quotient = over / under;
  return over < 0n && quotient * under !== over ? quotient - 1n : quotient;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
