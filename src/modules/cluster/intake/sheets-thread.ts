import { parentPort, workerData } from 'node:worker_threads';
import { readSheet } from 'read-excel-file/node';
import writeExcelFile from 'write-excel-file/node';
import { Problem } from '#kernel/problem';
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
  const rows = await readSheet(Buffer.from(file)).catch((error) => {
    throw new Problem('invalid', 'the file is no workbook that can be read', {}, { cause: error });
  });
  if (rows.length > mostRows) throw new Problem('too-large', 'the file has too many rows', { most: mostRows });
  return rows.map((row) => row.map(told));
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
