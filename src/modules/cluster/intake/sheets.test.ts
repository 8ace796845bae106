import { expect, test } from 'vitest';
import { readSheet, writeWorkbook } from './index.ts';

/** Goal: a small file cannot fill the machine's memory. Method: a true workbook whose directory promises more than there is, or less. */
const SHEET = 'xl/worksheets/sheet1.xml';

async function bookPromising(bytes: number | undefined): Promise<Buffer> {
  const book = await writeWorkbook([{ name: 'S', rows: [['name'], ['=cmd|calc'], ['正禾'.repeat(2_000)]] }]);
  // The last mention of a file is the one in the directory, 46 bytes after its start.
  const entry = book.lastIndexOf(SHEET) - 46;
  expect(book.readUInt32LE(entry)).toBe(0x02014b50);
  if (bytes !== undefined) book.writeUInt32LE(bytes, entry + 24);
  return book;
}

test('a workbook is read as it was written', async () => {
  const rows = await readSheet(await bookPromising(undefined), { mostRows: 10 });
  expect(rows.slice(0, 2)).toEqual([['name'], ['=cmd|calc']]);
});

test('a workbook that unpacks to too much is not unpacked', async () => {
  await expect(readSheet(await bookPromising(0xf000_0000), { mostRows: 10 })).rejects.toMatchObject({
    kind: 'too-large',
  });
});

test('a workbook that says it is smaller than it is gets no more room', async () => {
  await expect(readSheet(await bookPromising(100), { mostRows: 10 })).rejects.toMatchObject({ kind: 'invalid' });
});
