import { type Fault, type Reading, tidy } from './model.ts';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const LENGTH = 18;
const ORGANIZATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** First two digits of a place in GB/T 2260; 10 stands for registration by the State itself. */
const PROVINCES = new Set(
  '10 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 91 99'.split(
    ' ',
  ),
);

interface UsccParts {
  registrar: string;
  category: string;
  /** Six digits of GB/T 2260. */
  district: string;
  /** Nine characters of GB 11714. */
  organizationCode: string;
}

/**
 * Takes a unified social credit code apart and says what is wrong with it.
 *
 * One wrong character in the organization's part breaks both check characters, one elsewhere only the last:
 * so two faults point at positions 9 to 17, one at the rest.
 *
 * Source: GB 32100-2015 (weights 3^i modulo 31) and GB 11714-1997 for positions 9 to 17.
 */
export function readUscc(text: string): Reading<UsccParts> {
  const code = tidy(text);
  if (code.length !== LENGTH)
    return { code, faults: [{ part: 'length', found: String(code.length), expected: String(LENGTH) }] };

  const faults: Fault[] = [];
  for (const [at, found] of [...code].entries())
    if (!(at >= 2 && at < 8 ? /\d/.test(found) : ALPHABET.includes(found)))
      faults.push({ part: 'characters', at: at + 1, found });
  if (faults.length > 0) return { code, faults };

  const parts = {
    registrar: code[0]!,
    category: code[1]!,
    district: code.slice(2, 8),
    organizationCode: code.slice(8, 17),
  };
  if (!PROVINCES.has(parts.district.slice(0, 2)))
    faults.push({ part: 'district', at: 3, found: parts.district.slice(0, 2) });
  const organizationCheck = checkOfOrganizationCode(parts.organizationCode.slice(0, 8));
  if (organizationCheck !== code[16])
    faults.push({ part: 'organization-check', at: 17, found: code[16]!, expected: organizationCheck });
  const check = checkOf(code);
  if (check !== code[17]) faults.push({ part: 'check', at: 18, found: code[17]!, expected: check });
  return { code, faults, parts };
}

const ORGANIZATION_LENGTH = 9;

/** Checks an organization code that stands alone. Source: GB 11714-1997, where, unlike in a credit code, every letter may stand. */
export function readOrganizationCode(text: string): Reading<never> {
  const code = tidy(text);
  if (code.length !== ORGANIZATION_LENGTH)
    return { code, faults: [{ part: 'length', found: String(code.length), expected: String(ORGANIZATION_LENGTH) }] };
  const faults: Fault[] = [];
  for (const [at, found] of [...code].entries())
    if (!(at < 8 ? /[0-9A-Z]/ : /[0-9X]/).test(found)) faults.push({ part: 'characters', at: at + 1, found });
  if (faults.length > 0) return { code, faults };
  const expected = checkOfOrganizationCode(code.slice(0, 8));
  if (expected !== code[8]) faults.push({ part: 'organization-check', at: 9, found: code[8]!, expected });
  return { code, faults };
}

function checkOf(code: string): string {
  let [sum, weight] = [0, 1];
  for (let at = 0; at < LENGTH - 1; at += 1) {
    sum += ALPHABET.indexOf(code[at]!) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET[(31 - (sum % 31)) % 31]!;
}

/** The ninth character of an organization code, from its first eight. Source: GB 11714-1997. */
export function checkOfOrganizationCode(body: string): string {
  const sum = ORGANIZATION_WEIGHTS.reduce((total, weight, at) => total + weight * Number.parseInt(body[at]!, 36), 0);
  return '0X987654321'[sum % 11]!;
}
