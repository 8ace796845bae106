export {
  callFunction,
  compileExpression,
  compileUnaryTests,
  type Expression,
  filterValue,
  itemsOf,
  makeFunction,
  readExpression,
  readUnaryTests,
  type Tests,
  type Variables,
} from './compile.ts';
export { formatNum, isNum, type Num, parseNum, toNumber } from './decimal.ts';
export { plainName } from './names.ts';
export { areEqual, calculate, compareValues } from './operate.ts';
export { parseExpression } from './parse.ts';
export { type Comparison, FeelSyntaxError, type Node, type Test } from './syntax.ts';
export { FeelDateTime, parseDate, parseDateTime, parseDuration, parseTime } from './temporal.ts';
export { ANY, builtInType, conforms, convert, type Type } from './types.ts';
export {
  type Act,
  type Context,
  FeelFunction,
  FeelLimitError,
  formatValue,
  fromHost,
  isContext,
  isList,
  type Note,
  note,
  Range,
  type Reason,
  spend,
  toHost,
  typeOf,
  type Value,
} from './values.ts';
