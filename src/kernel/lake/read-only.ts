import type { Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import type { Lake } from './client.ts';
import { bind } from './parameters.ts';

const MOST_TEXT = 100_000;
const MOST_NODES = 20_000;

/** What a question may be made of: nodes of the tree that `explain ast` prints. Settings, output files and `apply` are not among them. */
const NODES = new Set(
  `SelectWithUnionQuery SelectIntersectExceptQuery SelectQuery ExpressionList TablesInSelectQuery TablesInSelectQueryElement
  TableExpression TableIdentifier TableJoin ArrayJoin Subquery WithElement Identifier Literal Function Asterisk QualifiedAsterisk
  ColumnsRegexpMatcher ColumnsListMatcher QualifiedColumnsRegexpMatcher QualifiedColumnsListMatcher ColumnsTransformerList
  ColumnsExceptTransformer ColumnsReplaceTransformer ColumnsReplaceTransformer::Replacement OrderByElement FillModifier
  InterpolateElement WindowListElement WindowDefinition SampleRatio`.split(/\s+/),
);

/** Functions that make rows from nothing but their arguments. */
const TABLE_FUNCTIONS = new Set('numbers numbers_mt zeros zeros_mt generate_series generateSeries values'.split(' '));

/** Kinds of functions that only work on their arguments. Left out: dictionaries, files, models, the server's own state. */
const CATEGORIES =
  `Arithmetic|Arrays|Bit|Bitmap|Comparison|Conditional|Dates and Times|Distance|Encoding|Financial|Geo|Geo Polygon|Hash|
IP Address|JSON|Logical|Map|Mathematical|Null|Nullable|Rounding|String|String Replacement|String Search|String Splitting|Time Window|
Tuple|Type Conversion|URL|UUID|Random Number|Aggregate Functions`
    .split('|')
    .map((name) => name.trim());

/** Harmless ones among the kinds left out, and those that are syntax and no function. */
const MORE_FUNCTIONS =
  `lambda exists grouping arrayJoin untuple nested _CAST caseWithExpression caseWithoutExpression bar byteSize countDigits
  defaultValueOfArgumentType defaultValueOfTypeName finalizeAggregation formatReadableDecimalSize formatReadableQuantity formatReadableSize
  formatReadableTimeDelta getSubcolumn identity ignore isConstant isDecimalOverflow materialize minSampleSizeContinuous
  minSampleSizeConversion neighbor runningAccumulate runningDifference runningDifferenceStartingWithFirstValue rowNumberInAllBlocks
  rowNumberInBlock toColumnTypeName toTypeName transform variantElement variantType visibleWidth in notIn globalIn globalNotIn nullIn
  notNullIn globalNullIn globalNotNullIn`.split(/\s+/);

/** Whose second argument may be a table. */
const MEMBERSHIP = /^(global)?(not)?(null)?in(ignoreset)?$/i;

/** Words that stand before a bracket without being a function, in the engine's own way of writing. */
const WORDS = new Set(
  `ALL AND ANTI ANY AS ASOF BETWEEN BY CASE COLUMNS CROSS DISTINCT ELSE END EXCEPT EXISTS FROM GLOBAL HAVING IN INNER INTERPOLATE INTERSECT
  IS JOIN LIKE ILIKE LIMIT MATERIALIZED NOT NULL OFFSET ON OR OVER PREWHERE QUALIFY RECURSIVE REGEXP REPLACE SELECT SEMI SETS THEN TO UNION
  USING VALUES WHEN WHERE WITH CUBE ROLLUP FILTER DIV MOD STEP STALENESS`.split(/\s+/),
);

interface Node {
  type: string;
  name: string;
  children: Node[];
}

/**
 * Makes sure that SQL which a person wrote only reads, and only from these tables.
 *
 * The engine writes the question in its own way (comments and second statements end there) and prints its tree; each part of the tree must
 * be on a list. What is given back is what was checked, and must be run instead of what came in.
 *
 * @param allowedTables as they may be written: `name`, or `database.name`
 * @returns what was checked, and those of the tables that it reads
 * @throws Problem `invalid` when it is no question, `forbidden` when it holds what it may not
 */
export async function requireReadOnly(
  lake: Lake,
  ask: Sql,
  allowedTables: Iterable<string>,
): Promise<Sql & { tables: ReadonlySet<string> }> {
  const { text: written } = bind(ask);
  if (written.length > MOST_TEXT) throw new Problem('too-large', 'the question is too long', { most: MOST_TEXT });
  const [one] = await lake.rows<{ text: string }>(sql`select formatQuerySingleLine(${written}) as text`);
  const checked: Sql = { text: one?.text ?? '', values: ask.values };
  const words = wordsOf(checked.text);
  const tree = await treeOf(lake, checked);
  const functions = await functionsOf(lake);

  const seen = { selects: 0, memberships: 0, tables: new Set<string>() };
  look(tree, undefined, functions, seen);
  // Not everything is printed, e.g. what a window is over: there, no question and no membership may hide.
  if (seen.selects !== words.selects || seen.memberships !== words.memberships)
    throw refusal('a question within a window or a matcher');
  for (const name of words.calls) {
    if (!isFunction(name, functions) && !TABLE_FUNCTIONS.has(name)) throw refusal(`the function ${name}`);
  }
  const allowed = new Set(allowedTables);
  await checkTables(lake, seen.tables, allowed);
  return { ...checked, tables: seen.tables.intersection(allowed) };
}

/** Names that are on no list belong to the question itself (`with name as`), which no real table may be called. */
async function checkTables(lake: Lake, found: Set<string>, allowed: Set<string>): Promise<void> {
  // What a question without any table is thought to read.
  const others = [...found].filter((name) => !allowed.has(name) && name !== 'system.one');
  const strange = others.find((name) => !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name));
  if (strange !== undefined) throw refusal(`the table ${strange}`);
  if (others.length === 0) return;
  const [real] = await lake.rows<{ name: string }>(
    sql`select name from system.tables where database = currentDatabase() and name in ${others} order by name limit 1`,
  );
  if (real !== undefined) throw refusal(`the table ${real.name}`);
}

function look(
  node: Node,
  parent: Node | undefined,
  functions: Functions,
  seen: { selects: number; memberships: number; tables: Set<string> },
): void {
  const { type, name, children } = node;
  if (!NODES.has(type)) throw refusal(type === 'Set' ? 'settings' : type);
  if (type === 'SelectQuery') seen.selects += 1;
  if (type === 'TableIdentifier') seen.tables.add(name);
  if (type === 'Function') {
    if (parent?.type === 'TableExpression') {
      if (!TABLE_FUNCTIONS.has(name)) throw refusal(`the table function ${name}`);
    } else if (!isFunction(name, functions)) throw refusal(`the function ${name}`);
    if (MEMBERSHIP.test(name)) {
      seen.memberships += 1;
      const among = children[0]?.children[1];
      if (among?.type === 'Identifier') seen.tables.add(among.name);
    }
  }
  for (const child of children) look(child, node, functions, seen);
}

async function treeOf(lake: Lake, { text, values }: Sql): Promise<Node> {
  const ask: Sql = { text: `select * from (explain ast ${text}\n)`, values };
  // A tree as rows counts as more than reading, though it reads nothing.
  const options = { mostRows: MOST_NODES, settings: { readonly: 2 } };
  const lines = await lake.rows<{ explain: string }>(ask, options).catch((problem: Problem) => {
    // Within brackets the engine explains questions only, and none that names a format or a file.
    throw problem.facts?.code === 36 ? refusal('anything but a question') : problem;
  });
  const root: Node = { type: '', name: '', children: [] };
  const path: { node: Node; left: number }[] = [{ node: root, left: 1 }];
  for (const { explain: line } of lines) {
    const found = /^( *)([A-Za-z:]+)(?: (.*?))??(?: \(alias .*?\))?(?: \(children (\d+)\))?$/su.exec(line);
    const depth = found?.[1]?.length ?? -1;
    const above = path[depth];
    if (found === null || above === undefined || above.left === 0) throw refusal('names that look like a tree');
    for (const { left } of path.splice(depth + 1)) if (left > 0) throw refusal('names that look like a tree');
    above.left -= 1;
    const node: Node = { type: found[2] ?? '', name: found[3] ?? '', children: [] };
    above.node.children.push(node);
    path.push({ node, left: Number(found[4] ?? 0) });
  }
  const [first] = root.children;
  if (first?.type !== 'SelectWithUnionQuery' || path.some(({ left }) => left > 0))
    throw refusal('anything but a question');
  return first;
}

/** What the text itself says, its strings and places of values left out. */
function wordsOf(text: string): { selects: number; memberships: number; calls: Set<string> } {
  const words = { selects: 0, memberships: 0, calls: new Set<string>() };
  const token =
    /'(?:[^'\\]|\\[\s\S])*'|(`(?:[^`\\]|\\[\s\S])*`|"(?:[^"\\]|\\[\s\S])*")|(\{[^{}':]*:[^{}]*\})|([\p{L}_][\p{L}\p{N}_]*)|\$/gu;
  for (const found of text.matchAll(token)) {
    const [whole, quoted, place, word] = found;
    if (whole === '$') throw refusal('strings between dollars');
    if (place !== undefined && /:\s*Identifier\s*\}$/.test(place)) throw refusal('names as values');
    if (quoted !== undefined && /[\\\n\r]/.test(quoted)) throw refusal('names with line breaks or backslashes');
    const name = quoted?.slice(1, -1) ?? word;
    if (name === undefined) continue;
    const isCall = text[found.index + whole.length] === '(';
    if (word === 'SELECT') words.selects += 1;
    if (word === 'IN' || (isCall && MEMBERSHIP.test(name))) words.memberships += 1;
    if (isCall && !(word !== undefined && WORDS.has(word))) words.calls.add(name);
  }
  return words;
}

interface Functions {
  exact: ReadonlySet<string>;
  /** In small letters, of those whose case does not matter. */
  anyCase: ReadonlySet<string>;
  aggregates: ReadonlySet<string>;
  combinators: readonly string[];
}

const known = new WeakMap<Lake, Promise<Functions>>();

function functionsOf(lake: Lake): Promise<Functions> {
  const found = known.get(lake) ?? readFunctions(lake);
  known.set(lake, found);
  found.catch(() => known.delete(lake));
  return found;
}

async function readFunctions(lake: Lake): Promise<Functions> {
  const rows = await lake.rows<{ name: string; anyCase: number; isAggregate: number }>(sql`
    select f.name as name, f.case_insensitive as anyCase, f.is_aggregate as isAggregate
    from system.functions as f
    left join system.functions as original on original.name = f.alias_to
    where f.origin = 'System' and if(f.alias_to = '', f.name, f.alias_to) not in ${['aggThrow']}
      and (f.is_aggregate or hasAny(splitByString(',', if(f.alias_to = '', f.categories, original.categories)), ${CATEGORIES})
        or if(f.alias_to = '', f.name, f.alias_to) in ${MORE_FUNCTIONS})
  `);
  const combinators = await lake.rows<{ name: string }>(sql`select name from system.aggregate_function_combinators`);
  return {
    exact: new Set([...rows.map(({ name }) => name), ...MORE_FUNCTIONS]),
    anyCase: new Set(rows.filter(({ anyCase }) => anyCase).map(({ name }) => name.toLowerCase())),
    aggregates: new Set(rows.filter(({ isAggregate }) => isAggregate).map(({ name }) => name.toLowerCase())),
    combinators: combinators.map(({ name }) => name),
  };
}

function isFunction(name: string, functions: Functions): boolean {
  return functions.exact.has(name) || functions.anyCase.has(name.toLowerCase()) || isCombined(name, functions);
}

/** An aggregate with endings, e.g. `sumIf`, `countDistinct`, `uniqArrayIf`. */
function isCombined(name: string, functions: Functions): boolean {
  if (functions.aggregates.has(name.toLowerCase())) return true;
  return functions.combinators.some(
    (ending) =>
      name.length > ending.length && name.endsWith(ending) && isCombined(name.slice(0, -ending.length), functions),
  );
}

function refusal(what: string): Problem {
  const message = `this may not be used here: ${what}`;
  return new Problem(
    'forbidden',
    'the question may only read, and only what it is given',
    {},
    {
      issues: [{ severity: 'error', code: 'security', message }],
    },
  );
}
