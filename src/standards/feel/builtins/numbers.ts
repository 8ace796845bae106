import { exp, isWhole, ln, modulo, negate, type ROUNDING, roundTo, signOf, sqrt, toNumber } from '../decimal.ts';
import { DaysDuration, MonthsDuration } from '../temporal.ts';
import { define } from './define.ts';

export const NUMBERS = [
  rounding('decimal', 'half-even', 'n: number, scale: number'),
  rounding('floor', 'floor', 'n: number, scale?: number'),
  rounding('ceiling', 'ceiling', 'n: number, scale?: number'),
  rounding('round up', 'up', 'n: number, scale: number'),
  rounding('round down', 'down', 'n: number, scale: number'),
  rounding('round half up', 'half-up', 'n: number, scale: number'),
  rounding('round half down', 'half-down', 'n: number, scale: number'),
  define('abs', [
    'n: number|days|months',
    ([n]) => {
      if (n instanceof DaysDuration) return n.nanos < 0n ? new DaysDuration(-n.nanos) : n;
      if (n instanceof MonthsDuration) return new MonthsDuration(Math.abs(n.months));
      return signOf(n) < 0 ? negate(n) : n;
    },
  ]),
  define('modulo', ['dividend: number, divisor: number', ([dividend, divisor]) => modulo(dividend, divisor)]),
  define('sqrt', ['number: number', ([number]) => sqrt(number)]),
  define('log', ['number: number', ([number]) => ln(number)]),
  define('exp', ['number: number', ([number]) => exp(number)]),
  define('odd', ['number: number', ([number]) => isWhole(number) && signOf(modulo(number, 2) ?? 0) !== 0]),
  define('even', ['number: number', ([number]) => modulo(number, 2) === 0]),
];

const LEAST_SCALE = -6111;
const MOST_SCALE = 6176;

function rounding(name: string, mode: keyof typeof ROUNDING, signature: string) {
  return define(name, [
    signature,
    ([n, scale]) => {
      const digits = Math.trunc(toNumber(scale ?? 0));
      return digits < LEAST_SCALE || digits > MOST_SCALE ? undefined : roundTo(n, digits, mode);
    },
  ]);
}
