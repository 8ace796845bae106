export { compareAll, readRows } from './judging.ts';
export { readSheet, type Sheet, writeWorkbook } from './sheets.ts';
