import { gather, type Stray, scatter } from './matrix.ts';
import { batchRoot } from './message.ts';
import type { BatchHeader, CaseReport, Issue } from './model.ts';
import { type Reading, readParts } from './read.ts';
import type { WireBatch, WireReport } from './wire.ts';
import { writeRoot } from './write.ts';
import { HL7, LIMITS, type Limits, readXml, writeXml, type Xml } from './xml.ts';

export interface ParsedBatch {
  /** as far as it could be read, so that a refusal can be addressed */
  batch: BatchHeader;
  reports: CaseReport[];
  /** what is wrong with the file, and what in it was not understood and therefore not kept */
  issues: Issue[];
}

/**
 * Reads a batch of individual case safety reports (MCCI_IN200100UV01 with PORR_IN049016UV messages).
 *
 * Never throws for what is in the file: a file that is not well-formed XML, or no such batch, has no reports and a rejecting issue that
 * says the line and column. What the standard has no place for is kept when it is a simple regional observation, and told otherwise.
 *
 * @param source the text, or the bytes in the encoding that the file declares
 */
export function parseBatch(source: string | Uint8Array, limits: Limits = LIMITS): ParsedBatch {
  const { root, fault } = readXml(source, limits);
  if (fault !== undefined) {
    const issue: Issue = { ...fault, severity: 'rejecting' };
    return { batch: root?.name === ROOT ? readBatch(root).batch : {}, reports: [], issues: [issue] };
  }
  if (root === undefined || root.name !== ROOT) return { batch: {}, reports: [], issues: [otherRoot(root)] };
  return readBatch(root);
}
const ROOT = 'MCCI_IN200100UV01';

function readBatch(root: Xml): ParsedBatch {
  const reading: Reading = { taken: new Set([root]), read: new Map(), badFlags: [] };
  const holder: Xml = { ...root, name: '', children: [root], text: '', attributes: {} };
  reading.taken.delete(root);
  const { messages = [], ...batch } = readParts<WireBatch>([batchRoot], holder, reading);
  const nodes = root.children.filter(({ name }) => name === 'PORR_IN049016UV');
  const issues: Issue[] = [];
  const reports = messages.map((wire: WireReport, index) => {
    const { report, strays } = gather(wire);
    for (const stray of strays) issues.push({ ...strayIssue(stray), report: index });
    return report;
  });
  const reportOf = new Map(nodes.map((node, index) => [node, index]));
  issues.push(...leftOver(root, `/${ROOT}`, reading, reportOf));
  for (const { node, number, value } of reading.badFlags) issues.push(badFlag(node, number, value));
  return { batch, reports, issues };
}

/**
 * Writes a batch in the schema's order, with the standard's identifiers.
 *
 * What it writes, `parseBatch` reads to the same reports: only outer white space of texts, empty objects and the order of `matrix` are
 * not kept as they were.
 *
 * @throws RangeError when a text holds a character that XML cannot hold, or two values are given that the schema has one place for: an
 *                    MPID and a PhPID of a drug, a text and a code as the result of an assessment
 */
export function writeBatch(reports: readonly CaseReport[], header: BatchHeader): string {
  for (const report of reports) refuseTwoInOne(report);
  return writeXml(writeRoot(batchRoot, { type: '1', ...header, messages: reports.map(scatter) }));
}

function refuseTwoInOne({ drugs, patient }: CaseReport): void {
  const past = [...(patient.pastDrugs ?? []), ...(patient.parent?.pastDrugs ?? [])];
  for (const { mpid, phpid, name } of [...drugs, ...past]) {
    if (mpid === undefined || phpid === undefined) continue;
    throw new RangeError(`a drug may have an MPID or a PhPID, not both: ${JSON.stringify(name)}`);
  }
  for (const { result, china } of drugs.flatMap(({ matrix = [] }) =>
    matrix.flatMap((entry) => entry.assessments ?? []),
  )) {
    if (result === undefined || china?.result === undefined) continue;
    throw new RangeError(`an assessment has a result as text or as code, not both: ${JSON.stringify(result)}`);
  }
}

// ---- what could not be read ------------------------------------------------------------------------------------------

function otherRoot(root: Xml | undefined): Issue {
  const name = root?.name ?? '';
  return {
    code: 'not-a-batch',
    severity: 'rejecting',
    line: root?.line ?? 1,
    column: root?.column ?? 1,
    message: {
      en: `the file is not a batch of case safety reports: its root is ${name}, not ${ROOT} in the namespace ${HL7}`,
      zh: `文件不是个例安全性报告批次：根元素为 ${name}，应为命名空间 ${HL7} 中的 ${ROOT}`,
    },
  };
}

function strayIssue({ code, element, id }: Stray): Issue {
  const message =
    code === 'stray'
      ? {
          en: `${element} names a drug that is not in the report (${id || 'none'}); it was not kept`,
          zh: `${element} 引用的药品（${id || '无'}）不在本报告中，未保留`,
        }
      : {
          en: `two entries of ${element} have the same id ${id}; what names it was bound to the first`,
          zh: `${element} 中有两个条目的标识相同（${id}）；引用该标识的内容归于第一个`,
        };
  return { code, severity: 'warning', element, message };
}

function badFlag(node: Xml, number: string, value: string): Issue {
  return {
    code: 'not-boolean',
    severity: 'rejecting',
    element: number,
    line: node.line,
    column: node.column,
    message: {
      en: `${number} must be true or false, not ${JSON.stringify(value)}`,
      zh: `${number} 应为 true 或 false，而非 ${JSON.stringify(value)}`,
    },
  };
}

/** Attributes that say something; the others are HL7's structure, names for the eye and versions of code lists. */
const SAYING = ['value', 'code', 'extension', 'unit', 'assigningAuthorityName'];

/** The outermost elements, and the values of understood elements, that nothing has read. */
function leftOver(node: Xml, xpath: string, reading: Reading, reports: Map<Xml, number>, report?: number): Issue[] {
  const counts = new Map<string, number>();
  return node.children.flatMap((child) => {
    const position = (counts.get(child.name) ?? 0) + 1;
    counts.set(child.name, position);
    const place = `${xpath}/${child.name}[${position}]`;
    const within = reports.get(child) ?? report;
    if (!reading.taken.has(child)) return says(child) ? [notUnderstood(child, place, within)] : [];
    const known = reading.read.get(child);
    const silent = SAYING.every((name) => child.attributes[name] === undefined || known?.has(name) === true);
    const own =
      silent && (child.text === '' || known?.has('#text') === true) ? [] : [notUnderstood(child, place, within)];
    return [...own, ...leftOver(child, place, reading, reports, within)];
  });
}

function says(node: Xml): boolean {
  return node.text !== '' || SAYING.some((name) => node.attributes[name] !== undefined) || node.children.some(says);
}

function notUnderstood({ name, line, column }: Xml, xpath: string, report: number | undefined): Issue {
  return {
    code: 'not-understood',
    severity: 'warning',
    xpath,
    line,
    column,
    ...(report === undefined ? {} : { report }),
    message: {
      en: `<${name}> has no place in the standard and was not kept (line ${line}, column ${column})`,
      zh: `标准中没有 <${name}> 的位置，未保留（第 ${line} 行第 ${column} 列）`,
    },
  };
}
