/**
 * The public DMN TCK (github.com/dmn-tck/tck): its cases read, asked of our engine, and compared.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileModels, type Decisions, DmnError, readModel } from '../../src/standards/dmn/index.ts';
import { type Element, readXml } from '../../src/standards/dmn/xml.ts';
import { formatNum, toNumber } from '../../src/standards/feel/decimal.ts';
import {
  areEqual,
  type FeelDateTime,
  FeelLimitError,
  formatValue,
  isContext,
  isList,
  isNum,
  type Note,
  parseDate,
  parseDateTime,
  parseDuration,
  parseNum,
  parseTime,
  typeOf,
  type Value,
} from '../../src/standards/feel/index.ts';

export interface CaseResult {
  readonly folder: string;
  readonly file: string;
  readonly id: string;
  readonly result: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly found: string;
  /** Null was expected as an error: whether a reason was noted. */
  readonly reason: boolean | undefined;
}

const NOW = parseDateTime('2026-07-01T12:00:00Z') as FeelDateTime;

/** @param root the folder TestCases of the suite */
export function runLevel(root: string, level: string): CaseResult[] {
  return readdirSync(join(root, level), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((folder) => runFolder(join(root, level, folder), folder));
}

/** A case passes when all its results do. */
export function casesOf(results: readonly CaseResult[]): Map<string, Pick<CaseResult, 'folder' | 'id' | 'passed'>> {
  const cases = new Map<string, Pick<CaseResult, 'folder' | 'id' | 'passed'>>();
  for (const { folder, file, id, passed } of results) {
    const key = `${folder}/${file}/${id}`;
    cases.set(key, { folder, id, passed: passed && cases.get(key)?.passed !== false });
  }
  return cases;
}

function runFolder(path: string, folder: string): CaseResult[] {
  const files = readdirSync(path).sort();
  const models = new Map(
    files
      .filter((name) => name.endsWith('.dmn'))
      .map((name) => [name, readModel(readFileSync(join(path, name), 'utf8'))]),
  );
  return files
    .filter((name) => name.endsWith('.xml'))
    .flatMap((file) => {
      const root = readXml(readFileSync(join(path, file), 'utf8'));
      const modelName = child(root, 'modelName')?.text.trim() ?? '';
      const main = models.get(modelName);
      if (main === undefined) throw new Error(`${file}: there is no ${modelName}`);
      const decisions = compileModels([main, ...[...models.values()].filter((model) => model !== main)]);
      return root.children
        .filter(({ name }) => name === 'testCase')
        .flatMap((test) => runCase(decisions, test).map((result) => ({ folder, file, ...result })));
    });
}

function runCase(decisions: Decisions, test: Element): Omit<CaseResult, 'folder' | 'file'>[] {
  const inputs = new Map(
    children(test, 'inputNode').map((node): [string, Value] => [node.attributes.get('name') ?? '', readValue(node)]),
  );
  const kind = test.attributes.get('type') ?? 'decision';
  const invocable = test.attributes.get('invocableName');
  return children(test, 'resultNode').map((node) => {
    const result = node.attributes.get('name') ?? '';
    const expected = readValue(child(node, 'expected') ?? node);
    const asked = kind === 'decision' || invocable === undefined ? result : invocable;
    const { value, notes, failure } = evaluate(decisions, inputs, asked);
    const outputs = kind === 'decisionService' && isContext(value) ? value.get(result) : undefined;
    const found = outputs ?? value;
    return {
      id: test.attributes.get('id') ?? '',
      result,
      passed: failure === undefined && isSame(expected, found),
      expected: formatValue(expected, true),
      found: failure ?? formatValue(found, true),
      reason: node.attributes.get('errorResult') === 'true' ? notes.length > 0 : undefined,
    };
  });
}

function evaluate(decisions: Decisions, inputs: ReadonlyMap<string, Value>, asked: string) {
  try {
    const { results, notes } = decisions.evaluate({ inputs, results: [asked], now: NOW });
    return { value: results.get(asked) ?? null, notes, failure: undefined };
  } catch (error) {
    if (!(error instanceof DmnError || error instanceof FeelLimitError)) throw error;
    return { value: null, notes: [] as readonly Note[], failure: error.message };
  }
}

function child(element: Element, name: string): Element | undefined {
  return element.children.find((found) => found.name === name);
}

function children(element: Element, name: string): Element[] {
  return element.children.filter((found) => found.name === name);
}

const SCHEMA = 'http://www.w3.org/2001/XMLSchema-instance';

function readValue(element: Element): Value {
  if (element.attributes.get('xsi:nil') === 'true') return null;
  const list = child(element, 'list');
  if (list !== undefined) {
    return list.attributes.get('xsi:nil') === 'true' ? null : children(list, 'item').map(readValue);
  }
  const components = children(element, 'component');
  if (components.length > 0) {
    return new Map(components.map((part): [string, Value] => [part.attributes.get('name') ?? '', readValue(part)]));
  }
  const value = child(element, 'value');
  return value === undefined ? null : readSimple(value);
}

function readSimple(element: Element): Value {
  if (element.attributes.get('xsi:nil') === 'true') return null;
  const type = element.attributes.get('xsi:type')?.replace(/^.*:/, '') ?? 'string';
  const text = element.text;
  const read = SIMPLE[type];
  if (read === undefined) throw new Error(`unknown type ${type} of ${SCHEMA}`);
  const value = read(type === 'string' ? text : text.trim());
  if (value === undefined) throw new Error(`"${text}" is no ${type}`);
  return value;
}

const SIMPLE: Readonly<Record<string, (text: string) => Value | undefined>> = {
  string: (text) => text,
  boolean: (text) => text === 'true' || text === '1',
  decimal: parseNum,
  double: parseNum,
  float: parseNum,
  integer: parseNum,
  int: parseNum,
  long: parseNum,
  date: parseDate,
  time: parseTime,
  dateTime: parseDateTime,
  duration: parseDuration,
  dayTimeDuration: parseDuration,
  yearMonthDuration: parseDuration,
};

/** Numbers are as good as the digits that the suite tells. */
function isSame(expected: Value, found: Value): boolean {
  if (isNum(expected) && isNum(found)) {
    const difference = Math.abs(toNumber(expected) - toNumber(found));
    return formatNum(expected) === formatNum(found) || difference <= 1e-8 * Math.max(1, Math.abs(toNumber(expected)));
  }
  if (isList(expected) && isList(found)) {
    return expected.length === found.length && expected.every((item, index) => isSame(item, found[index] as Value));
  }
  if (isContext(expected) && isContext(found)) {
    return (
      expected.size === found.size &&
      [...expected].every(([key, entry]) => found.has(key) && isSame(entry, found.get(key) as Value))
    );
  }
  return typeOf(expected) === typeOf(found) && areEqual(expected, found) === true;
}
