import { once } from 'node:events';
import PDFDocument from 'pdfkit';
import { drawPlot } from './draw-plot.ts';
import { drawTable } from './draw-table.ts';
import { readFonts, writable } from './fonts.ts';
import type { Block, PrintedDocument } from './model.ts';
import { GAP, INK, MARGIN, makeRoom, QUIET, SIZES, widthOf, write } from './sheet.ts';

/** Draws the document on A4 pages; each has its foot with what it is about, when it was made and its number. */
export async function drawPdf(document: PrintedDocument): Promise<Uint8Array> {
  const { language, at } = document;
  const fonts = readFonts();
  const pdf = new PDFDocument({
    size: 'A4',
    margins: MARGIN,
    bufferPages: true,
    lang: language === 'zh' ? 'zh-CN' : 'en',
    displayTitle: true,
    pdfVersion: '1.7',
    // Instead of the default font, which would be read in vain.
    font: fonts.regular as unknown as string,
    info: { Title: document.title, CreationDate: at, ModDate: at, Producer: 'Banyan', Creator: 'Banyan' },
  });
  pdf.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
  const pieces: Uint8Array[] = [];
  pdf.on('data', (piece: Uint8Array) => pieces.push(piece));
  const done = once(pdf, 'end');

  const { title, about, blocks } = writable(document, (point) => fontOf(pdf).hasGlyphForCodePoint(point));
  write(pdf, title, { size: SIZES.title, font: 'bold' });
  pdf.y += GAP;
  for (const block of blocks) drawBlock(pdf, block);
  drawFeet(pdf, `${about} · ${timeText(at)}`);
  pdf.end();
  await done;
  return Buffer.concat(pieces);
}

/** The font that is chosen, as the library's types do not tell it. */
function fontOf(pdf: PDFKit.PDFDocument): { hasGlyphForCodePoint(point: number): boolean } {
  return (pdf as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } })._font.font;
}

function drawBlock(pdf: PDFKit.PDFDocument, block: Block): void {
  switch (block.kind) {
    case 'heading':
      // A heading does not stand alone at the foot of a page.
      makeRoom(pdf, SIZES.heading * 5);
      pdf.y += GAP;
      write(pdf, block.text, { size: SIZES.heading, font: 'bold' });
      pdf.y += GAP / 2;
      return;
    case 'text':
      write(
        pdf,
        block.text,
        block.isQuiet ? { size: SIZES.small, font: 'regular', colour: QUIET } : { size: SIZES.text, font: 'regular' },
      );
      pdf.y += GAP / 2;
      return;
    case 'facts':
      for (const [label, value] of block.facts) drawFact(pdf, label, value);
      pdf.y += GAP / 2;
      return;
    case 'table':
      drawTable(pdf, block);
      return;
    case 'plot':
      drawPlot(pdf, block);
  }
}

const LABEL_SHARE = 0.3;

function drawFact(pdf: PDFKit.PDFDocument, label: string, value: string): void {
  const labelWidth = widthOf(pdf) * LABEL_SHARE;
  const options = { width: labelWidth - GAP };
  pdf.font('regular').fontSize(SIZES.text);
  makeRoom(pdf, Math.max(pdf.heightOfString(label, options), SIZES.text * 2));
  const top = pdf.y;
  pdf.fillColor(QUIET).text(label, MARGIN.left, top, options);
  const below = pdf.y;
  pdf
    .fillColor(INK)
    .text(value === '' ? '–' : value, MARGIN.left + labelWidth, top, { width: widthOf(pdf) - labelWidth });
  pdf.y = Math.max(pdf.y, below) + 2;
  pdf.x = MARGIN.left;
}

/** The pages are known only when all is drawn. */
function drawFeet(pdf: PDFKit.PDFDocument, text: string): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    pdf.switchToPage(page);
    // Below the margin, where a text would otherwise begin a page of its own.
    pdf.page.margins.bottom = 0;
    const top = pdf.page.height - MARGIN.bottom + GAP;
    pdf.font('regular').fontSize(SIZES.tiny).fillColor(QUIET);
    pdf.text(text, MARGIN.left, top, { width: widthOf(pdf) * 0.8, lineBreak: false });
    pdf.text(`${page + 1 - start} / ${count}`, MARGIN.left, top, { width: widthOf(pdf), align: 'right' });
  }
}

/** Asia/Shanghai, which the reader's watch shows. */
function timeText(at: Date): string {
  return `${new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')} +08:00`;
}
