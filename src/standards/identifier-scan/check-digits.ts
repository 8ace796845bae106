import { readUscc } from '../identifiers/index.ts';

/** First two digits of a resident's number: the provinces of GB/T 2260, and 81 to 83 for residence permits of Hong Kong, Macao and Taiwan. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
);

/** 18 characters: place, birthday, sequence, check character. Source: GB 11643-1999, ISO 7064 MOD 11-2. */
export function isResidentId(text: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(text) || !isPlaceAndDay(text.slice(0, 2), text.slice(6, 14))) return false;
  let sum = 0;
  for (let at = 0; at < 17; at += 1) sum += Number(text[at]) * (2 ** (17 - at) % 11);
  return '10X98765432'[sum % 11] === text[17]!.toUpperCase();
}

/** The 15 digits of before 1999, which have no check digit. */
export function isOldResidentId(text: string): boolean {
  return /^\d{15}$/.test(text) && isPlaceAndDay(text.slice(0, 2), `19${text.slice(6, 12)}`);
}

function isPlaceAndDay(province: string, day: string): boolean {
  if (!PROVINCES.has(province)) return false;
  const [year, month, date] = [Number(day.slice(0, 4)), Number(day.slice(4, 6)), Number(day.slice(6))];
  if (year < 1880 || year > 2099) return false;
  const known = new Date(Date.UTC(year, month - 1, date));
  return known.getUTCMonth() === month - 1 && known.getUTCDate() === date;
}

/** One or two letters, six digits, a check character. Source: Hong Kong Immigration Department's scheme, weights 9 to 1 modulo 11, a space counts 36. */
export function isHongKongId(text: string): boolean {
  const found = /^([A-Z]{1,2})(\d{6})\(?([\dA])\)?$/.exec(text.toUpperCase());
  if (found === null) return false;
  const [, letters = '', digits = '', check = ''] = found;
  const values = [...letters.padStart(2, ' ')].map((letter) => (letter === ' ' ? 36 : letter.charCodeAt(0) - 55));
  const sum = [...values, ...[...digits].map(Number)].reduce((total, value, at) => total + value * (9 - at), 0);
  return (sum + (check === 'A' ? 10 : Number(check))) % 11 === 0;
}

/** An organization's unified social credit code, whatever the organization code in it. */
export function isUscc(text: string): boolean {
  return (
    /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(text) &&
    !readUscc(text).faults.some(({ part }) => part === 'check')
  );
}

/** Source: ISO/IEC 7812-1, annex B. */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const double = 2 * digit;
    sum += at % 2 === 0 ? digit : double > 9 ? double - 9 : double;
  }
  return sum % 10 === 0;
}
