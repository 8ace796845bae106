import { parentPort, workerData } from 'node:worker_threads';
import { readSheet } from 'read-excel-file/universal';
import writeExcelFile from 'write-excel-file/node';
import { Problem } from '#kernel/problem';
import { readBibtex, readRis } from '#standards/bibliography';
import type { Sheet, SheetAnswer, SheetTask } from './sheets.ts';

async function answer(task: SheetTask): Promise<SheetAnswer> {
  try {
    if ('works' in task) return { rows: worksOf(task) };
    return 'read' in task ? { rows: await read(task) } : { file: await write(task.write) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { refusal: { kind: error.kind, message: error.message, facts: error.facts } };
  }
}

async function read({ read: file, mostRows }: Extract<SheetTask, { read: Uint8Array }>): Promise<string[][]> {
  if (unpackedBytes(Buffer.from(file.buffer, file.byteOffset, file.byteLength)) > MOST_UNPACKED)
    throw new Problem('too-large', 'the workbook unpacks to too much', { mostBytes: MOST_UNPACKED });
  const rows = await readSheet(new Uint8Array(file).buffer).catch((error) => {
    throw new Problem('invalid', 'the file is no workbook that can be read', {}, { cause: error });
  });
  if (rows.length > mostRows) throw new Problem('too-large', 'the file has too many rows', { most: mostRows });
  return rows.map((row) => row.map(told));
}

/** A file of 2 MB may hold 2 GB of blanks. 100,000 rows of 20 columns are about 100 MB. */
const MOST_UNPACKED = 200 * 2 ** 20;

/**
 * What the archive's directory says of its entries; the reader makes room for no more than that. 0 without a directory, which the reader refuses.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.12 and 4.3.16; an entry of Zip64 has 4 GB or says so.
 */
function unpackedBytes(file: Buffer): number {
  const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 22 > file.length) return 0;
  let bytes = 0;
  for (let at = file.readUInt32LE(end + 16); at + 46 <= file.length && file.readUInt32LE(at) === 0x02014b50; ) {
    bytes += file.readUInt32LE(at + 24);
    at += 46 + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return bytes;
}

/** Each work a row; what could not be read and works of the other kind are rows without a name, so that nothing is dropped unseen. */
function worksOf({ works: text, kind, mostRows }: Extract<SheetTask, { works: string }>): string[][] {
  const { works, faults } = /^\uFEFF?\s*TY {0,2}- /m.test(text.slice(0, 5_000)) ? readRis(text) : readBibtex(text);
  if (works.length + faults.length > mostRows)
    throw new Problem('too-large', 'the file has too many rows', { most: mostRows });
  const rows = works.map((work) => {
    const { title, authors, applicants, date, journal, volume, issue, pages, doi, number, filed, url, abstract } = work;
    if (work.kind !== kind) return [...Array<string>(HEADS.length - 1).fill(''), `${work.kind}: ${title}`];
    const texts = [date, filed, journal, volume, issue, pages, doi, number, url, abstract?.slice(0, 4_000)];
    return [
      title,
      authors.join('; '),
      applicants.join('; '),
      ...texts.map((each) => each ?? ''),
      work.keywords.join('; '),
      '',
    ];
  });
  const unread = faults.map(({ line, what, found }) => [
    ...Array<string>(HEADS.length - 1).fill(''),
    `line ${line}: ${what} ${found}`,
  ]);
  return [HEADS, ...rows, ...unread];
}

const HEADS = [
  ...[
    'name',
    'authors',
    'applicants',
    'published',
    'filed',
    'journal',
    'volume',
    'issue',
    'pages',
    'doi',
    'patent-number',
  ],
  ...['website', 'description', 'keywords', 'not read'],
];

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
