export {
  type CellCount,
  countAges,
  countCells,
  countTypes,
  listCases,
} from './cases.ts';
export { alarmTable, reportTable } from './tables.ts';
