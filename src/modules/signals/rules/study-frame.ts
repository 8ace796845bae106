import { Problem } from '#kernel/problem';
import type { Cell, Endpoint, StudyProtocol, StudyTable } from '../model.ts';

/** A column of the design: a number for each row of the frame. */
export interface Covariate {
  name: string;
  values: number[];
}

/** The rows that take part, by their place in the table, with who is treated. */
export interface Frame {
  table: StudyTable;
  rows: number[];
  treated: boolean[];
  /** Of the adjustment; a category is a column for each level but its most frequent one. */
  covariates: Covariate[];
  flow: { step: 'all' | 'no-group' | 'no-covariate' | 'analysed'; persons: number }[];
}

/** @throws Problem `invalid` where the protocol names what the table lacks, `unprocessable` where a group has nobody */
export function frameOf(protocol: StudyProtocol, table: StudyTable): Frame {
  checkColumns(protocol, table);
  const { column, treated, control } = protocol.treatment;
  const groups = cellsOf(table, column).map(textOf);
  const inGroup = groups.flatMap((group, row) => (group === treated || group === control ? [row] : []));
  const named = protocol.adjustment.columns;
  const complete = inGroup.filter((row) => named.every((name) => cellsOf(table, name)[row] !== null));
  const flags = complete.map((row) => groups[row] === treated);
  if (!flags.includes(true) || !flags.includes(false))
    throw new Problem('unprocessable', 'a group has nobody: look at the values of the treatment column', {
      column,
      treated: flags.filter(Boolean).length,
      control: flags.filter((flag) => !flag).length,
    });
  return {
    table,
    rows: complete,
    treated: flags,
    covariates: named.flatMap((name) => designOf(table, name, complete)),
    flow: [
      { step: 'all', persons: table.rows },
      { step: 'no-group', persons: table.rows - inGroup.length },
      { step: 'no-covariate', persons: inGroup.length - complete.length },
      { step: 'analysed', persons: complete.length },
    ],
  };
}

/** The column of that name. @throws Problem `invalid` */
export function cellsOf({ columns, values }: StudyTable, name: string): Cell[] {
  const at = columns.findIndex((column) => column.name === name);
  if (at < 0)
    throw new Problem('invalid', 'the data set has no such column: choose one of those that it has', {
      column: name,
      columns: columns.map((column) => column.name),
    });
  return values[at]!;
}

export function textOf(cell: Cell): string | null {
  return cell === null ? null : String(cell);
}

/** Which columns the protocol names, each once. */
export function columnsOf(protocol: StudyProtocol): string[] {
  const { treatment, adjustment, subgroups, dimensions, endpoints } = protocol;
  return [
    ...new Set([
      treatment.column,
      ...endpoints.flatMap(columnsOfEndpoint),
      ...adjustment.columns,
      ...subgroups,
      ...dimensions.flatMap(({ column, baseline }) => (baseline === undefined ? [column] : [column, baseline])),
    ]),
  ];
}

function columnsOfEndpoint(endpoint: Endpoint): string[] {
  switch (endpoint.kind) {
    case 'time':
      return [endpoint.time, endpoint.event];
    case 'responder':
      return [endpoint.column];
    case 'change':
      return [endpoint.baseline, endpoint.column];
    case 'repeated':
      return [
        ...(endpoint.baseline === undefined ? [] : [endpoint.baseline]),
        ...endpoint.visits.map(({ column }) => column),
      ];
    case 'composite':
      return endpoint.parts.map(({ column }) => column);
    case 'hierarchy':
      return endpoint.parts.flatMap(({ time, event }) => [time, event]);
  }
}

/** @throws Problem `invalid` */
export function checkColumns(protocol: StudyProtocol, table: StudyTable): void {
  if (protocol.endpoints.length === 0) throw new Problem('invalid', 'a study has an endpoint at least');
  for (const name of columnsOf(protocol)) cellsOf(table, name);
  const numeric = (name: string): void => {
    if (table.columns.find((column) => column.name === name)?.kind !== 'number')
      throw new Problem('invalid', 'this column must hold numbers', { column: name });
  };
  for (const endpoint of protocol.endpoints) {
    if (endpoint.kind === 'time') numeric(endpoint.time);
    if (endpoint.kind === 'hierarchy') for (const { time } of endpoint.parts) numeric(time);
    if (endpoint.kind === 'change' || endpoint.kind === 'repeated' || endpoint.kind === 'composite')
      for (const name of columnsOfEndpoint(endpoint)) numeric(name);
  }
  for (const { kind, column, baseline } of protocol.dimensions)
    if (kind === 'measured') for (const name of [column, ...(baseline === undefined ? [] : [baseline])]) numeric(name);
  const values = cellsOf(table, protocol.treatment.column).map(textOf);
  for (const value of [protocol.treatment.treated, protocol.treatment.control])
    if (!values.includes(value))
      throw new Problem('invalid', 'the treatment column has no such value', {
        column: protocol.treatment.column,
        value,
      });
}

function designOf(table: StudyTable, name: string, rows: readonly number[]): Covariate[] {
  const cells = cellsOf(table, name);
  const column = table.columns.find((each) => each.name === name)!;
  if (column.kind === 'number') {
    const values = rows.map((row) => Number(cells[row]));
    return values.every((value) => value === values[0]) ? [] : [{ name, values }];
  }
  const present = column.levels.filter((level) => rows.some((row) => cells[row] === level));
  return present.slice(1).map((level) => ({
    name: `${name}: ${level}`,
    values: rows.map((row) => Number(cells[row] === level)),
  }));
}

/** The labels of a subgroup; numbers of many values are cut at their median. */
export function labelsOf({ table, rows }: Pick<Frame, 'table' | 'rows'>, name: string): (string | null)[] {
  const cells = rows.map((row) => cellsOf(table, name)[row]!);
  const numbers = cells.filter((cell) => typeof cell === 'number');
  if (numbers.length === 0 || new Set(numbers).size <= FEW_LEVELS) return cells.map(textOf);
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  return cells.map((cell) => (cell === null ? null : Number(cell) < middle ? `< ${middle}` : `≥ ${middle}`));
}
const FEW_LEVELS = 5;
