export { readSheet, type Sheet, type SheetCell, writeWorkbook } from './sheets.ts';
