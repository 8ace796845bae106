import { parentPort, workerData } from 'node:worker_threads';
import { readSheet } from 'read-excel-file/node';
import writeExcelFile from 'write-excel-file/node';
import { Problem } from '#kernel/problem';
import { parseCsv } from '#modules/exchange';
import type { Sheet, SheetAnswer, SheetTask } from './sheets.ts';

async function answer(task: SheetTask): Promise<SheetAnswer> {
  try {
    return 'read' in task ? { rows: await read(task) } : { file: await write(task.write) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { refusal: { kind: error.kind, message: error.message, facts: error.facts } };
  }
}

async function read({ read: file, mostRows }: Extract<SheetTask, { read: Uint8Array }>): Promise<string[][]> {
  // A workbook is a zip archive.
  if (file[0] !== 0x50 || file[1] !== 0x4b) return parseCsv(decode(file), mostRows);
  const rows = await readSheet(Buffer.from(file)).catch((error) => {
    throw new Problem('invalid', 'the file is no workbook that can be read', {}, { cause: error });
  });
  if (rows.length > mostRows) throw new Problem('too-large', 'the file has too many rows', { most: mostRows });
  return rows.map((row) => row.map(told));
}

/** UTF-8, else what Chinese spreadsheet programs write. */
function decode(file: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    return new TextDecoder('gb18030').decode(file);
  }
}

function told(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  return cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell);
}

async function write(sheets: readonly Sheet[]): Promise<Uint8Array> {
  return writeExcelFile(
    sheets.map(({ name, rows, widths = [] }) => ({
      sheet: name,
      stickyRowsCount: 1,
      columns: widths.map((width) => ({ width })),
      data: rows.map((row, at) =>
        row.map((value) => (at === 0 && value !== null ? { value, fontWeight: 'bold' as const } : value)),
      ),
    })),
  ).toBuffer();
}

parentPort?.postMessage(await answer(workerData as SheetTask));
