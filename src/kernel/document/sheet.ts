/* The measures of a page, and writing on it. Lengths are points: 1/72 inch. */

export const MARGIN = { top: 48, bottom: 56, left: 50, right: 50 };
export const GAP = 8;
export const SIZES = { title: 18, heading: 12, text: 9.5, small: 8.5, tiny: 7.5 };
export const INK = '#1b2a27';
export const QUIET = '#5b6b67';
export const LINE = '#d5dedb';

export function widthOf({ page }: PDFKit.PDFDocument): number {
  return page.width - MARGIN.left - MARGIN.right;
}

export function bottomOf({ page }: PDFKit.PDFDocument): number {
  return page.height - MARGIN.bottom;
}

/** Begins a page where so much does not fit on this one. */
export function makeRoom(pdf: PDFKit.PDFDocument, height: number): void {
  if (pdf.y + height > bottomOf(pdf)) pdf.addPage();
}

/** Over the whole width, on as many pages as it needs. */
export function write(
  pdf: PDFKit.PDFDocument,
  text: string,
  { size, font, colour = INK }: { size: number; font: 'regular' | 'bold'; colour?: string },
): void {
  pdf.font(font).fontSize(size).fillColor(colour);
  pdf.text(text, MARGIN.left, pdf.y, { width: widthOf(pdf), lineGap: size * 0.15 });
}
