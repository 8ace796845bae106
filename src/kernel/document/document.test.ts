import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { writable } from './fonts.ts';
import { type Block, type PrintedDocument, printPdf } from './index.ts';
import { unpackWoff } from './woff.ts';

/**
 * Goal: what is printed is a whole PDF of the expected pages, small because only the letters used are embedded, the same for the same input.
 * Method: the file's own structure is read: its pages, its fonts, its title; the font's tables by the checksums that the format keeps.
 */
const document = (blocks: readonly Block[], parts: Partial<PrintedDocument> = {}): PrintedDocument => ({
  title: 'A report',
  language: 'en',
  at: new Date('2026-11-22T04:00:00Z'),
  about: 'Alarm 1',
  blocks,
  ...parts,
});
const pagesOf = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
const table = (rows: number): Block => ({
  kind: 'table',
  columns: [{ title: 'Case' }, { title: '区县', share: 2 }, { title: 'n', isEnd: true }],
  rows: Array.from({ length: rows }, (_, at) => [`case ${at}`, '白云区', String(at)]),
});

describe('printing', () => {
  test('gives one file of A4 pages with its fonts in it, and the same one again', async () => {
    const asked = document([{ kind: 'heading', text: '麻疹' }, table(3)], { language: 'zh' });
    const pdf = await printPdf(asked);
    const text = pdf.toString('latin1');
    expect(text.slice(0, 8)).toBe('%PDF-1.7');
    expect(text.trimEnd().endsWith('%%EOF')).toBe(true);
    expect(text).toContain('/MediaBox [0 0 595.28 841.89]');
    expect(text.match(/\/FontFile2/g)).toHaveLength(2);
    expect(text).toContain('/Lang (zh-CN)');
    expect(pdf.length).toBeLessThan(100_000);
    expect(pdf.equals(await printPdf(asked))).toBe(true);
    expect(pdf.equals(await printPdf(document([{ kind: 'heading', text: '麻疹' }, table(4)])))).toBe(false);
  });

  test('begins as many pages as the rows need', async () => {
    expect(pagesOf(await printPdf(document([table(20)])))).toBe(1);
    expect(pagesOf(await printPdf(document([table(200)])))).toBe(6);
  });

  test('a row that is taller than a page takes one page, and what follows is still printed', async () => {
    const long: Block = {
      kind: 'table',
      columns: [{ title: 'a' }, { title: 'b' }],
      rows: [
        ['x', 'word '.repeat(8_000)],
        ['y', 'z'],
      ],
    };
    expect(pagesOf(await printPdf(document([long])))).toBeLessThan(5);
  });

  test('a plot without a value and one with none but gaps are drawn', async () => {
    const empty: Block = { kind: 'plot', title: 'p', labels: [], lines: [] };
    const gaps: Block = {
      kind: 'plot',
      title: 'p',
      labels: ['a', 'b'],
      bars: { name: 'n', values: [0, 0] },
      lines: [{ name: 'l', values: [null, null] }],
    };
    expect(pagesOf(await printPdf(document([empty, gaps])))).toBe(1);
  });

  test('no more wait than there is room for', async () => {
    const asked = Array.from({ length: 25 }, () => printPdf(document([])));
    const told = await Promise.allSettled(asked);
    const refused = told.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).toHaveLength(5);
    expect(refused[0]!.reason).toMatchObject({ kind: 'too-many' });
  });
});

describe('letters', () => {
  test('that the font lacks are spelled, or marked, never left out', () => {
    const has = (point: number) => point < 128;
    expect(writable({ text: 'α ≤ 1', rows: [['a→b', '龘']], at: 3 }, has)).toEqual({
      text: 'alpha <= 1',
      rows: [['a–>b', '〓']],
      at: 3,
    });
  });

  test('come from an unpacked font whose tables are what their checksums say', () => {
    const file = createRequire(import.meta.url).resolve(
      '@fontsource/noto-sans-sc/files/noto-sans-sc-latin-400-normal.woff',
    );
    const font = unpackWoff(readFileSync(file));
    const count = font.readUInt16BE(4);
    expect(count).toBeGreaterThan(8);
    for (let at = 0; at < count; at += 1) {
      const entry = 12 + 16 * at;
      const [checksum, offset, length] = [4, 8, 12].map((place) => font.readUInt32BE(entry + place)) as [
        number,
        number,
        number,
      ];
      let sum = 0;
      // OpenType: head's own field for the whole file counts as 0.
      const isHead = font.toString('latin1', entry, entry + 4) === 'head';
      for (let word = 0; word < Math.ceil(length / 4); word += 1)
        if (!(isHead && word === 2)) sum = (sum + font.readUInt32BE(offset + 4 * word)) >>> 0;
      expect(sum).toBe(checksum);
    }
    expect(() => unpackWoff(Buffer.from('OTTO'))).toThrow('no WOFF');
  });
});
