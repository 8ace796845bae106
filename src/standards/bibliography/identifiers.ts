/** @returns the DOI in small letters, without its resolver; undefined where it is none. Source: ISO 26324, DOI Handbook section 2 (not sensitive to case). */
export function readDoi(text: string): string | undefined {
  const plain = text
    .trim()
    .replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:?\s*)/i, '')
    .replace(/[.,;]+$/, '');
  return /^10\.\d{4,9}(?:\.\d+)*\/\S+$/.test(plain) ? plain.toLowerCase() : undefined;
}

export interface PatentNumber {
  country: 'CN' | 'US' | 'WO' | 'EP';
  /** An application is numbered when it is handed in, a publication when it is laid open or granted. */
  stage: 'application' | 'publication';
  /** In one form whatever way it was written, e.g. CN202010123456.7, CN112345678B, WO2021123456A1. */
  text: string;
  /** Without its kind: two publications of one application often share it. */
  base: string;
  /** WIPO ST.16. */
  kindCode: string | null;
  form: 'invention' | 'utility-model' | 'design' | null;
  /** The check digit of a Chinese application is right; null where there is none to check. */
  isChecked: boolean | null;
  /** The check digit that would be right. */
  expected: string | null;
}

/**
 * A patent's number as people write it, taken apart; undefined where it is none of these.
 *
 * Chinese applications: year (2 digits to 2003, then 4), form (1 and 8 invention, 2 and 9 utility model, 3 design), serial, point, check digit: weights 2 to 9
 * repeated over the digits, modulo 11, 10 is X (ZC 0006-2003). Kinds of publications: WIPO ST.16 with the offices' own.
 */
export function readPatentNumber(text: string): PatentNumber | undefined {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s,/-]/g, '')
    .replace(/^(?:专利号:?|申请号:?|公开号:?|公告号:?|NO\.?)/, '');
  return readChinese(plain) ?? readOther(plain);
}

const FORMS = { 1: 'invention', 8: 'invention', 2: 'utility-model', 9: 'utility-model', 3: 'design' } as const;

function readChinese(plain: string): PatentNumber | undefined {
  const application = /^(?:ZL|CN)?((?:19|20)\d{2}[12389]\d{7}|[089]\d[12389]\d{5})\.?([0-9X])?$/.exec(plain);
  // Without the point a publication of nine digits looks alike: an application of eight says ZL or has its point.
  const [, digits, check] = application ?? [];
  const isLong = digits?.length === 12;
  if (digits !== undefined && (isLong || plain.startsWith('ZL') || plain.includes('.'))) {
    const expected = checkDigitOf(digits);
    return {
      country: 'CN',
      stage: 'application',
      kindCode: null,
      base: `CN${digits}`,
      expected,
      text: `CN${digits}.${check ?? expected}`,
      form: FORMS[digits[isLong ? 4 : 2] as unknown as keyof typeof FORMS],
      isChecked: check === undefined ? null : check === expected,
    };
  }
  const [, number, kindCode] = /^CN(\d{7,9})([ABCUYS]\d?)$/.exec(plain) ?? [];
  if (number === undefined || kindCode === undefined) return undefined;
  const letter = kindCode[0]!;
  const form = letter === 'S' ? 'design' : letter === 'U' || letter === 'Y' ? 'utility-model' : 'invention';
  return { ...PUBLISHED, country: 'CN', text: `CN${number}${kindCode}`, base: `CN${number}`, kindCode, form };
}

const PUBLISHED = { stage: 'publication', isChecked: null, expected: null } as const;

function checkDigitOf(digits: string): string {
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * ((at % 8) + 2), 0);
  return sum % 11 === 10 ? 'X' : String(sum % 11);
}

const OTHERS = [
  { country: 'US', pattern: /^US(20\d{2}\d{7})(A[1-9])$/, form: 'invention' },
  { country: 'US', pattern: /^US(\d{6,8})([AB]\d?)?$/, form: 'invention' },
  { country: 'US', pattern: /^US(D\d{5,7})(S\d?)?$/, form: 'design' },
  { country: 'EP', pattern: /^EP(\d{7})([AB]\d)?$/, form: 'invention' },
  { country: 'WO', pattern: /^WO((?:19|20)\d{2}\d{6}|\d{2}\d{5})([A][1-9])?$/, form: 'invention' },
] as const;

function readOther(plain: string): PatentNumber | undefined {
  for (const { country, pattern, form } of OTHERS) {
    const [, number, kindCode = null] = pattern.exec(plain) ?? [];
    if (number !== undefined)
      return {
        ...PUBLISHED,
        country,
        text: `${country}${number}${kindCode ?? ''}`,
        base: `${country}${number}`,
        kindCode,
        form,
      };
  }
  return undefined;
}
