/**
 * Lists of papers and patents: BibTeX and RIS read and written, LaTeX's accents, DOIs and patent numbers.
 *
 * Pure. What is wrong in a file is told with its line, and the rest is read.
 */
export { readBibtex, writeBibtex } from './bibtex.ts';
export { type PatentNumber, readDoi, readPatentNumber } from './identifiers.ts';
export type { Fault, Read, Work } from './model.ts';
export { readRis, writeRis } from './ris.ts';
