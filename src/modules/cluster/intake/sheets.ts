import { inThread } from '#kernel/child';
import { Problem, type ProblemKind } from '#kernel/problem';
import { parseCsv } from '#modules/exchange';

type SheetCell = string | number | null;
export interface Sheet {
  name: string;
  /** The first row is its head. */
  rows: readonly (readonly SheetCell[])[];
  /** In characters, by column. */
  widths?: readonly number[];
}

/** What goes to the thread, and what comes back: a Problem does not come through as one. */
export type SheetTask =
  | { read: Uint8Array; mostRows: number }
  | { works: string; kind: 'paper' | 'patent'; mostRows: number }
  | { write: readonly Sheet[] };
export type SheetAnswer =
  | { rows: string[][] }
  | { file: Uint8Array }
  | { refusal: { kind: ProblemKind; message: string; facts: Readonly<Record<string, unknown>> } };

/** An entry of BibTeX or a record of RIS begins a line. */
const WORKS = /^\uFEFF?\s*(?:@[a-z]+\s*[{(]|TY {0,2}- )/im;
const LIMITS = { mostMs: 20_000, memoryMb: 512 };

async function ask(task: SheetTask): Promise<Exclude<SheetAnswer, { refusal: unknown }>> {
  const answer = await inThread<SheetAnswer>(new URL('./sheets-thread.ts', import.meta.url), task, LIMITS);
  if (!('refusal' in answer)) return answer;
  const { kind, message, facts } = answer.refusal;
  throw new Problem(kind, message, facts);
}

/**
 * The rows of a CSV file, of a workbook's first sheet, or of a BibTeX or RIS file of papers or patents, as texts; dates as YYYY-MM-DD. A workbook is read in a thread of its own.
 *
 * @throws Problem `invalid` where it is neither, `too-large` over so many rows, `too-costly` where it takes too long
 */
export async function readSheet(
  file: Uint8Array,
  { mostRows, kind }: { mostRows: number; kind?: string },
): Promise<string[][]> {
  // A workbook is a zip archive.
  const isWorkbook = file[0] === 0x50 && file[1] === 0x4b;
  const text = isWorkbook ? '' : decode(file);
  const isWorks = (kind === 'paper' || kind === 'patent') && WORKS.test(text.slice(0, 5_000));
  if (!isWorkbook && !isWorks) return parseCsv(text, mostRows);
  const answer = await ask(isWorks ? { works: text, kind, mostRows } : { read: file, mostRows });
  return 'rows' in answer ? answer.rows : [];
}

/** UTF-8, else what Chinese spreadsheet programs write. */
function decode(file: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    return new TextDecoder('gb18030').decode(file);
  }
}

/** The sheets as a workbook (.xlsx), made in a thread of its own. */
export async function writeWorkbook(sheets: readonly Sheet[]): Promise<Buffer> {
  const answer = await ask({ write: sheets });
  return Buffer.from('file' in answer ? answer.file : []);
}
