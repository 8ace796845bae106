/** What is wrong with an identifier, and where. */
export interface Fault {
  part: 'length' | 'characters' | 'district' | 'organization-check' | 'check';
  /** Counted from 1, as people count. */
  at?: number;
  found?: string;
  /** What would be right there if all else is. */
  expected?: string;
}

/** An identifier as it was understood; it holds when there are no faults. */
export interface Reading<Parts> {
  /** Without blanks, hyphens and what cannot be seen, in capitals. */
  code: string;
  faults: Fault[];
  /** Absent where length or characters forbid taking it apart. */
  parts?: Parts;
}

/** Full-width characters of Chinese keyboards are what they look like; an apostrophe before is how a spreadsheet says that a number is a text. */
export function tidy(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/^['’]|[\s\p{Pd}\p{Cf}]/gu, '')
    .toUpperCase();
}
