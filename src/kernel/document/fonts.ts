import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { unpackWoff } from './woff.ts';

const { resolve } = createRequire(import.meta.url);

/** Noto Sans SC (SIL Open Font License 1.1): Latin and Chinese letters of one design. */
export function readFonts(): { regular: Buffer; bold: Buffer } {
  const read = (weight: number): Buffer =>
    unpackWoff(
      readFileSync(resolve(`@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-${weight}-normal.woff`)),
    );
  return { regular: read(400), bold: read(700) };
}

/** What the font has no sign for, written with others. */
const SPELLED: Readonly<Record<string, string>> = {
  '≤': '<=',
  '≥': '>=',
  '≠': '<>',
  '→': '–>',
  '✓': '×',
  α: 'alpha',
  β: 'beta',
  λ: 'lambda',
  μ: 'µ',
  σ: 'sigma',
  χ: 'chi',
};

/** The mark that printers set for a sign they do not have: nothing is left out silently. */
const ABSENT = '〓';

/** All texts of something, with the signs that the font has. */
export function writable<T>(said: T, has: (point: number) => boolean): T {
  if (typeof said === 'string') return write(said, has) as T;
  if (Array.isArray(said)) return said.map((each) => writable(each, has)) as T;
  if (typeof said !== 'object' || said === null || said instanceof Date) return said;
  return Object.fromEntries(Object.entries(said).map(([name, each]) => [name, writable(each, has)])) as T;
}

function write(text: string, has: (point: number) => boolean): string {
  let written = '';
  for (const sign of text)
    written += sign === '\n' || has(sign.codePointAt(0)!) ? sign : (SPELLED[sign] ?? (/\s/.test(sign) ? ' ' : ABSENT));
  return written;
}
