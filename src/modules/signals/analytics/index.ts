export {
  type CellCount,
  countAges,
  countCells,
  countTypes,
  listCaseResults,
  listCases,
} from './cases.ts';
export { alarmTable, reportTable } from './tables.ts';
