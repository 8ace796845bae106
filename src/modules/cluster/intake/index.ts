export { compareAll, readRows } from './judging.ts';
export { readSheet, type Sheet, type SheetCell, writeWorkbook } from './sheets.ts';
