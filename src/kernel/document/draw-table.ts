import type { PrintedTable } from './model.ts';
import { bottomOf, GAP, INK, LINE, MARGIN, QUIET, SIZES, widthOf, write } from './sheet.ts';

const PAD = 3;

/** The head stands on each page that the table reaches. */
export function drawTable(pdf: PDFKit.PDFDocument, table: PrintedTable): void {
  const { columns, rows, empty } = table;
  if (rows.length === 0 && empty !== undefined) {
    write(pdf, empty, { size: SIZES.small, font: 'regular', colour: QUIET });
    pdf.y += GAP / 2;
    return;
  }
  const shares = columns.map(({ share = 1 }) => share);
  const all = shares.reduce((sum, share) => sum + share, 0);
  const widths = shares.map((share) => (share / all) * widthOf(pdf));
  const drawHead = (): void =>
    drawRow(pdf, { cells: columns.map(({ title }) => title), widths, table, font: 'bold', line: INK });
  const most = bottomOf(pdf) - MARGIN.top - 4 * SIZES.heading;
  const heightOf = (cells: readonly string[]): number => Math.min(most, heightOfRow(pdf, cells, widths));
  const first = rows[0];
  if (pdf.y + 2 * SIZES.heading + (first === undefined ? 0 : heightOf(first)) > bottomOf(pdf)) pdf.addPage();
  drawHead();
  for (const cells of rows) {
    if (pdf.y + heightOf(cells) > bottomOf(pdf)) {
      pdf.addPage();
      drawHead();
    }
    drawRow(pdf, { cells, widths, table, font: 'regular', line: LINE });
  }
  pdf.y += GAP;
}

interface Row {
  cells: readonly string[];
  widths: readonly number[];
  table: PrintedTable;
  font: 'regular' | 'bold';
  line: string;
}

function heightOfRow(pdf: PDFKit.PDFDocument, cells: readonly string[], widths: readonly number[]): number {
  pdf.fontSize(SIZES.small);
  const heights = cells.map((cell, at) =>
    pdf.heightOfString(cell === '' ? ' ' : cell, { width: widths[at]! - 2 * PAD }),
  );
  return Math.max(...heights) + 2 * PAD;
}

/** A cell that is taller than what is left of its page, which only one taller than a whole page is, ends with an ellipsis. */
function drawRow(pdf: PDFKit.PDFDocument, { cells, widths, table, font, line }: Row): void {
  pdf.font(font);
  const height = Math.min(heightOfRow(pdf, cells, widths), bottomOf(pdf) - pdf.y);
  const top = pdf.y;
  let left = MARGIN.left;
  pdf.fillColor(INK);
  for (const [at, cell] of cells.entries()) {
    const width = widths[at]!;
    pdf.text(cell, left + PAD, top + PAD, {
      width: width - 2 * PAD,
      height: height - PAD,
      ellipsis: true,
      align: table.columns[at]?.isEnd === true ? 'right' : 'left',
    });
    left += width;
  }
  pdf
    .moveTo(MARGIN.left, top + height)
    .lineTo(left, top + height)
    .lineWidth(0.5)
    .strokeColor(line)
    .stroke();
  pdf.x = MARGIN.left;
  pdf.y = top + height;
}
