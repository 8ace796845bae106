export type { Block, PrintedDocument, PrintedPlot, PrintedTable } from './model.ts';
export { printPdf } from './print.ts';
export { sendPdf } from './send.ts';
