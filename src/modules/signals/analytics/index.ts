export {
  type CaseGroup,
  type CaseRow,
  type CellCount,
  countAges,
  countCells,
  countTypes,
  listCases,
  type Period,
} from './cases.ts';
