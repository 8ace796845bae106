/**
 * FEEL's numbers: decimals of 34 significant digits, rounded half to even (IEEE 754-2008 decimal128, DMN 1.5 section 10.3.2.3.1).
 *
 * A whole number within 2^53 is kept as a plain JavaScript number, everything else as coefficient and exponent; each number has
 * exactly one of both forms, so that equal numbers are equal in form.
 */
class Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;

  constructor(coefficient: bigint, exponent: number) {
    this.coefficient = coefficient;
    this.exponent = exponent;
  }
}

export type Num = number | Decimal;

const DIGITS = 34;
const MOST_EXPONENT = 6144;
const LEAST_EXPONENT = -6176;
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

const POWERS: bigint[] = [1n];
function ten(power: number): bigint {
  if (power >= 256) return 10n ** BigInt(power);
  for (let at = POWERS.length; at <= power; at += 1) POWERS.push((POWERS[at - 1] as bigint) * 10n);
  return POWERS[power] as bigint;
}

export function isNum(value: unknown): value is Num {
  return typeof value === 'number' || value instanceof Decimal;
}

/** The number in its one form; undefined when it is too large for 34 digits and the exponent's range. */
export function makeNum(coefficient: bigint, exponent: number): Num | undefined {
  let c = coefficient;
  let e = exponent;
  if (c === 0n) return 0;
  const excess = Math.max(digitsOf(c) - DIGITS, LEAST_EXPONENT - e);
  if (excess > 0) {
    c = divideRounded(c, excess, halfEven);
    e += excess;
    if (c === 0n) return 0;
  }
  while (c % 10_000_000n === 0n) {
    c /= 10_000_000n;
    e += 7;
  }
  while (c % 10n === 0n) {
    c /= 10n;
    e += 1;
  }
  const digits = digitsOf(c);
  if (digits + e - 1 > MOST_EXPONENT) return undefined;
  if (e >= 0 && digits + e <= 16) {
    const whole = c * ten(e);
    if (whole <= SAFE && whole >= -SAFE) return Number(whole);
  }
  return new Decimal(c, e);
}

function digitsOf(c: bigint): number {
  return (c < 0n ? -c : c).toString().length;
}

const NUMBER = /^(-?)(\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,5}))?$/;
const MOST_TEXT = 7000;

/** Undefined when the text is no number. */
export function parseNum(text: string): Num | undefined {
  if (text.length > MOST_TEXT) return undefined;
  const found = NUMBER.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  if (whole === '' && fraction === '') return undefined;
  const c = BigInt(whole + fraction);
  return makeNum(sign === '-' ? -c : c, Number(exponent) - fraction.length);
}

/** Without an exponent, as FEEL's string() writes it. */
export function formatNum(num: Num): string {
  if (typeof num === 'number') return String(num);
  const { coefficient, exponent } = num;
  if (exponent >= 0) return `${coefficient}${'0'.repeat(exponent)}`;
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(1 - exponent, '0');
  return `${coefficient < 0n ? '-' : ''}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** The nearest JavaScript number: exact for whole numbers within 2^53. */
export function toNumber(num: Num): number {
  return typeof num === 'number' ? num : Number(`${num.coefficient}e${num.exponent}`);
}

/** Undefined for NaN and infinities. */
export function fromNumber(value: number): Num | undefined {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  return Number.isFinite(value) ? parseNum(String(value)) : undefined;
}

export function coefficientOf(num: Num): bigint {
  return typeof num === 'number' ? BigInt(num) : num.coefficient;
}

function exponentOf(num: Num): number {
  return typeof num === 'number' ? 0 : num.exponent;
}

export function isWhole(num: Num): boolean {
  return typeof num === 'number' || num.exponent >= 0;
}

export function signOf(num: Num): number {
  if (typeof num === 'number') return Math.sign(num);
  return num.coefficient < 0n ? -1 : 1;
}

export function negate(num: Num): Num {
  if (typeof num === 'number') return num === 0 ? 0 : -num;
  return new Decimal(-num.coefficient, num.exponent);
}

export function add(a: Num, b: Num): Num | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const ea = exponentOf(a);
  const eb = exponentOf(b);
  // What is more than 34 digits and a guard below the other cannot be seen in the sum.
  const gap = adjusted(a) - adjusted(b);
  if (gap > 2 * DIGITS + 2 && signOf(b) !== 0) return a;
  if (gap < -2 * DIGITS - 2 && signOf(a) !== 0) return b;
  const e = Math.min(ea, eb);
  return makeNum(coefficientOf(a) * ten(ea - e) + coefficientOf(b) * ten(eb - e), e);
}

/** The power of ten of the first digit. */
function adjusted(num: Num): number {
  return digitsOf(coefficientOf(num)) + exponentOf(num) - 1;
}

export function subtract(a: Num, b: Num): Num | undefined {
  return add(a, negate(b));
}

export function multiply(a: Num, b: Num): Num | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  return makeNum(coefficientOf(a) * coefficientOf(b), exponentOf(a) + exponentOf(b));
}

/** Undefined when the divisor is 0. */
export function divide(a: Num, b: Num): Num | undefined {
  if (signOf(b) === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') {
    const quotient = a / b;
    if (Number.isSafeInteger(quotient) && a % b === 0) return quotient === 0 ? 0 : quotient;
  }
  const ca = coefficientOf(a);
  const cb = coefficientOf(b);
  const shift = Math.max(0, DIGITS + 2 + digitsOf(cb) - digitsOf(ca));
  const scaled = ca * ten(shift);
  const quotient = scaled / cb;
  // One more digit tells a half from more than a half.
  const sticky = scaled % cb === 0n ? 0n : scaled < 0n !== cb < 0n ? -1n : 1n;
  return makeNum(quotient * 10n + sticky, exponentOf(a) - exponentOf(b) - shift - 1);
}

export function compareNums(a: Num, b: Num): number {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : a < b ? -1 : 1;
  const sign = signOf(a) - signOf(b);
  if (sign !== 0) return Math.sign(sign);
  const size = (adjusted(a) - adjusted(b)) * signOf(a);
  if (size !== 0) return Math.sign(size);
  const e = Math.min(exponentOf(a), exponentOf(b));
  const ca = coefficientOf(a) * ten(exponentOf(a) - e);
  const cb = coefficientOf(b) * ten(exponentOf(b) - e);
  return ca === cb ? 0 : ca < cb ? -1 : 1;
}

/** Away says whether |value| is rounded up, from the quotient and twice the remainder compared with the divisor (-1, 0, 1). */
type Away = (quotient: bigint, half: number, negative: boolean) => boolean;
const halfEven: Away = (quotient, half) => half > 0 || (half === 0 && quotient % 2n !== 0n);

export const ROUNDING = {
  'half-even': halfEven,
  'half-up': (_, half) => half >= 0,
  'half-down': (_, half) => half > 0,
  up: () => true,
  down: () => false,
  floor: (_, __, negative) => negative,
  ceiling: (_, __, negative) => !negative,
} as const satisfies Record<string, Away>;

function divideRounded(c: bigint, power: number, away: Away): bigint {
  const negative = c < 0n;
  const size = negative ? -c : c;
  // Beyond all digits only the sign and "not zero" are left.
  const divisor = ten(Math.min(power, digitsOf(size) + 1));
  const quotient = size / divisor;
  const rest = size % divisor;
  const twice = rest * 2n;
  const half = twice === divisor ? 0 : twice < divisor ? -1 : 1;
  const rounded = rest !== 0n && away(quotient, half, negative) ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** @param scale digits after the point; negative ones round to tens, hundreds ... */
export function roundTo(num: Num, scale: number, mode: keyof typeof ROUNDING): Num | undefined {
  const excess = -exponentOf(num) - scale;
  if (excess <= 0) return num;
  return makeNum(divideRounded(coefficientOf(num), excess, ROUNDING[mode]), -scale);
}

/** dividend - divisor * floor(dividend / divisor); undefined when the divisor is 0 or too much smaller to tell. */
export function modulo(a: Num, b: Num): Num | undefined {
  if (signOf(b) === 0) return undefined;
  if (Math.abs(adjusted(a) - adjusted(b)) > 2 * DIGITS + MOST_EXPONENT) return undefined;
  const e = Math.min(exponentOf(a), exponentOf(b));
  const ca = coefficientOf(a) * ten(exponentOf(a) - e);
  const cb = coefficientOf(b) * ten(exponentOf(b) - e);
  const rest = ca % cb;
  return makeNum(rest !== 0n && rest < 0n !== cb < 0n ? rest + cb : rest, e);
}

/** Digits that the functions below reckon with: 34, and as many as rounding, reduction and powers may cost. */
const WORK = 60;

/** Undefined for a negative number. */
export function sqrt(num: Num): Num | undefined {
  const sign = signOf(num);
  if (sign <= 0) return sign === 0 ? 0 : undefined;
  let shift = 2 * (DIGITS + 4);
  if ((exponentOf(num) - shift) % 2 !== 0) shift += 1;
  const scaled = coefficientOf(num) * ten(shift);
  const root = wholeRoot(scaled);
  const sticky = root * root === scaled ? 0n : 1n;
  return makeNum(root * 10n + sticky, (exponentOf(num) - shift) / 2 - 1);
}

function wholeRoot(n: bigint): bigint {
  let x = ten(Math.ceil(digitsOf(n) / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** Undefined when the result is too large. */
export function exp(num: Num): Num | undefined {
  return expOf(coefficientOf(num), exponentOf(num));
}

function expOf(coefficient: bigint, exponent: number): Num | undefined {
  if (coefficient === 0n) return 1;
  if (digitsOf(coefficient) + exponent > 5) return coefficient < 0n ? 0 : undefined;
  const scale = ten(WORK);
  const x = toFixed(coefficient, exponent);
  const ln10 = lnTen();
  const power = x / ln10;
  const rest = x - power * ln10;
  // e^rest = (e^(rest/2^k))^(2^k) would cost digits; |rest| < 2.31, so the series is short enough as it is.
  let term = scale;
  let sum = scale;
  for (let n = 1n; term !== 0n; n += 1n) {
    term = (term * rest) / scale / n;
    sum += term;
  }
  return makeNum(sum, Number(power) - WORK);
}

/** The natural logarithm; undefined unless the number is above 0. */
export function ln(num: Num): Num | undefined {
  if (signOf(num) <= 0) return undefined;
  const fixed = lnFixed(num);
  return makeNum(fixed, -WORK);
}

function lnFixed(num: Num): bigint {
  const power = adjusted(num);
  const mantissa = coefficientOf(num) * ten(WORK);
  const shift = digitsOf(coefficientOf(num)) - 1;
  const m = mantissa / ten(shift);
  return lnOfMantissa(m) + BigInt(power) * lnTen();
}

/** ln of m / 10^WORK, between 1 and 10: square roots bring it near 1, then 2 artanh((m-1)/(m+1)). */
function lnOfMantissa(m: bigint): bigint {
  const scale = ten(WORK);
  let x = m;
  let doublings = 1n;
  while (x - scale > scale / 8n) {
    x = wholeRoot(x * scale);
    doublings *= 2n;
  }
  const z = ((x - scale) * scale) / (x + scale);
  const square = (z * z) / scale;
  let term = z;
  let sum = 0n;
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += term / n;
    term = (term * square) / scale;
  }
  return 2n * sum * doublings;
}

let knownLnTen: bigint | undefined;
function lnTen(): bigint {
  knownLnTen ??= lnOfMantissa(ten(WORK) * 10n);
  return knownLnTen;
}

function toFixed(coefficient: bigint, exponent: number): bigint {
  const shift = exponent + WORK;
  return shift >= 0 ? coefficient * ten(shift) : coefficient / ten(Math.min(-shift, 10_000));
}

/** Undefined when the result is no real number or too large. */
export function power(base: Num, to: Num): Num | undefined {
  if (typeof to === 'number' && Math.abs(to) <= 1_000_000) return wholePower(base, to);
  const sign = signOf(base);
  if (sign === 0) return signOf(to) > 0 ? 0 : undefined;
  if (sign < 0) return undefined;
  if (base === 1) return 1;
  return expOf(lnFixed(base) * coefficientOf(to), exponentOf(to) - WORK);
}

function wholePower(base: Num, to: number): Num | undefined {
  if (to < 0) {
    const positive = wholePower(base, -to);
    return positive === undefined ? (signOf(base) === 0 ? undefined : 0) : divide(1, positive);
  }
  let result: Num | undefined = 1;
  let square: Num | undefined = base;
  for (let left = to; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = square === undefined ? undefined : multiply(result, square);
    if (result === undefined) return undefined;
    if (left > 1) square = square === undefined ? undefined : multiply(square, square);
  }
  return result;
}
