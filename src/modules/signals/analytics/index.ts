export {
  type CellCount,
  countAges,
  countCells,
  countTypes,
  listCases,
} from './cases.ts';
