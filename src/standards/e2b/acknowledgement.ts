import { always, at, each, ICH, INTERACTION, is, type Part, path, plain, set, text } from './layout.ts';
import type { BatchHeader, CaseReport, Issue, Text } from './model.ts';
import { isMissing } from './model.ts';
import { type Reading, readParts } from './read.ts';
import { writeRoot } from './write.ts';
import { HL7, LIMITS, type Limits, readXml, writeXml, type Xml } from './xml.ts';

/** What a receiver answers to a batch (MCCI_IN200101UV01). */
export interface Acknowledgement {
  /** ACK.M.1 */
  number?: string;
  /** ACK.M.2 */
  senderId?: string;
  /** ACK.M.3 */
  receiverId?: string;
  /** ACK.M.4 */
  createdAt?: Text;
  /** ACK.A.1 the batch that is answered */
  batchNumber?: string;
  /** ACK.A.2 */
  localMessageNumber?: string;
  /** ACK.A.3 */
  batchTransmittedAt?: Text;
  /** ACK.A.4: AA all reports loaded, AE not all, AR the batch could not be read and nothing was taken from it */
  code?: string;
  /** ACK.A.5 */
  detail?: Text;
  /** ACK.B.r */
  reports?: ReportAcknowledgement[];
}
export interface ReportAcknowledgement {
  /** ACK.B.r.1: the report's C.1.1 */
  reportId?: string;
  /** ACK.B.r.2 */
  localNumber?: string;
  createdAt?: Text;
  /** ACK.B.r.3 */
  receiverId?: string;
  /** ACK.B.r.4 */
  senderId?: string;
  /** ACK.B.r.5 */
  messageCreatedAt?: Text;
  /** ACK.B.r.6: CA loaded, CR not loaded */
  code?: string;
  /** ACK.B.r.7 */
  detail?: Text;
}

/** What was found of one report, and the number the receiver has given it (without one, that of the answer and its place in it). */
export interface ReportResult {
  report: CaseReport;
  issues: readonly Issue[];
  localNumber?: string;
}

/** What an answer takes from outside. */
export interface AnswerContext {
  /** ACK.M.1 */
  number: string;
  /** ACK.M.4 and the reports' creation time, HL7 time stamp to the second */
  at: string;
  /** ACK.A.2 */
  localMessageNumber?: string;
  /** what is wrong with the batch as a whole: a rejecting issue refuses all of it */
  batchIssues?: readonly Issue[];
  language?: 'en' | 'zh';
}

/** ACK.A.5 and ACK.B.r.7 have 250 characters. */
const MOST_DETAIL = 250;

/**
 * Answers a batch: each report is loaded (CA) unless one of its issues is rejecting (CR); the batch is AA when all are, AE when not all
 * are, and AR when it could not be read: when an issue of the batch is rejecting, or no report was found in it.
 */
export function acknowledge(
  batch: BatchHeader,
  results: readonly ReportResult[],
  context: AnswerContext,
): Acknowledgement {
  const { number, at: createdAt, localMessageNumber, batchIssues = [], language = 'en' } = context;
  const reports = results.map((result, index) => answer(result, `${number}-${index + 1}`, context));
  const isRefused = batchIssues.some(isRejecting) || reports.length === 0;
  const code = isRefused ? 'AR' : reports.some((report) => report.code === 'CR') ? 'AE' : 'AA';
  const detail = isRefused && batchIssues.length > 0 ? tellAll(batchIssues, language) : SUMMARY[code][language];
  return without({
    number,
    senderId: batch.receiverId,
    receiverId: batch.senderId,
    createdAt,
    batchNumber: batch.number,
    localMessageNumber,
    batchTransmittedAt: batch.transmittedAt,
    code,
    detail,
    reports: reports.length === 0 ? undefined : reports,
  });
}

const SUMMARY = {
  AA: { en: 'all reports were loaded', zh: '所有报告均已接收' },
  AE: { en: 'not all reports were loaded', zh: '部分或全部报告未被接收' },
  AR: { en: 'no report could be read', zh: '无法读取任何报告' },
} as const;

function answer(
  { report, issues, localNumber }: ReportResult,
  ownNumber: string,
  { at: createdAt, language = 'en' }: AnswerContext,
): ReportAcknowledgement {
  const { message, identification } = report;
  return without({
    reportId: identification.safetyReportId ?? message.id,
    localNumber: localNumber ?? ownNumber,
    createdAt,
    receiverId: message.senderId,
    senderId: message.receiverId,
    messageCreatedAt: message.createdAt,
    code: issues.some(isRejecting) ? 'CR' : 'CA',
    detail: issues.length === 0 ? undefined : tellAll(issues, language),
  });
}

const isRejecting = ({ severity }: Issue): boolean => severity === 'rejecting';

/** The issues as one text, what rejects first, cut to what the element holds. */
function tellAll(issues: readonly Issue[], language: 'en' | 'zh'): string {
  const sorted = [...issues.filter(isRejecting), ...issues.filter((issue) => !isRejecting(issue))];
  const whole = [...sorted.map(({ message }) => message[language]).join('; ')];
  return whole.length <= MOST_DETAIL ? whole.join('') : `${whole.slice(0, MOST_DETAIL - 1).join('')}…`;
}

function without<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

// ---- the XML ---------------------------------------------------------------------------------------------------------

const namespace = (n: number): string => `${ICH}.3.${n}`;
const attention = <T>(code: string, displayName: string, value: Part<T>): Part<T> =>
  path('attentionLine', is('keyWordText', { code, codeSystem: `${ICH}.1.24`, displayName }), value);
const device = <T>(
  party: 'receiver:RCV' | 'sender:SND',
  root: number,
  number: string,
  key: keyof T & string,
): Part<T> => always(`${party}/device`, path(`id[root=${namespace(root)}]`, plain('extension', number, key)));
/** The code is the type of the acknowledgement, not a code inside it. */
const acknowledgementOf = <T>(
  numbers: [string, string, string],
  keys: [keyof T & string, keyof T & string, keyof T & string],
  target: string,
): Part<T> =>
  path(
    'acknowledgement',
    plain('typeCode', numbers[0], keys[0]),
    path(target, plain('extension', numbers[1], keys[1])),
    path('acknowledgementDetail/text', text(numbers[2], keys[2])),
  );

const reportParts: Part<ReportAcknowledgement>[] = [
  path(`id[root=${namespace(19)}]`, plain('extension', 'ACK.B.r.2', 'localNumber')),
  path('creationTime', at('value', 'ACK.B.r', 'createdAt')),
  set('interactionId', { extension: 'MCCI_IN000002UV01', root: INTERACTION }),
  set('processingCode', { code: 'P' }),
  set('processingModeCode', { code: 'T' }),
  set('acceptAckCode', { code: 'NE' }),
  device('receiver:RCV', 16, 'ACK.B.r.3', 'receiverId'),
  device('sender:SND', 15, 'ACK.B.r.4', 'senderId'),
  attention('1', 'dateOfIcsrMessageCreation', path('value[type=TS]', at('value', 'ACK.B.r.5', 'messageCreatedAt'))),
  acknowledgementOf(
    ['ACK.B.r.6', 'ACK.B.r.1', 'ACK.B.r.7'],
    ['code', 'reportId', 'detail'],
    `targetMessage/id[root=${namespace(1)}]`,
  ),
];

const root: Part<Acknowledgement> = path(
  'MCCI_IN200101UV01[ITSVersion=XML_1.0]',
  path(`id[root=${namespace(20)}]`, plain('extension', 'ACK.M.1', 'number')),
  path('creationTime', at('value', 'ACK.M.4', 'createdAt')),
  set('responseModeCode', { code: 'D' }),
  set('interactionId', { extension: 'MCCI_IN200101UV01', root: INTERACTION }),
  each('reports', 'MCCI_IN000002UV01', ...reportParts),
  device('receiver:RCV', 18, 'ACK.M.3', 'receiverId'),
  device('sender:SND', 17, 'ACK.M.2', 'senderId'),
  attention(
    '2',
    'acknowledgementLocalMessageNumber',
    path(`value[type=II][root=${namespace(21)}]`, plain('extension', 'ACK.A.2', 'localMessageNumber')),
  ),
  attention('3', 'dateOfIcsrBatchTransmission', path('value[type=TS]', at('value', 'ACK.A.3', 'batchTransmittedAt'))),
  acknowledgementOf(
    ['ACK.A.4', 'ACK.A.1', 'ACK.A.5'],
    ['code', 'batchNumber', 'detail'],
    `targetBatch/id[root=${namespace(22)}]`,
  ),
);

/**
 * Writes an acknowledgement as XML.
 *
 * @throws RangeError when a text holds a character that XML cannot hold
 */
export function writeAcknowledgement(acknowledgement: Acknowledgement): string {
  return writeXml(writeRoot(root, acknowledgement));
}

/** Reads an acknowledgement; what is wrong with the file is told with line and column, and never thrown. */
export function parseAcknowledgement(
  source: string | Uint8Array,
  limits: Limits = LIMITS,
): { acknowledgement?: Acknowledgement; issues: Issue[] } {
  const { root: node, fault } = readXml(source, limits);
  if (fault !== undefined) return { issues: [{ ...fault, severity: 'rejecting' }] };
  if (node?.name !== ROOT) return { issues: [otherRoot(node)] };
  const reading: Reading = { taken: new Set(), read: new Map(), badFlags: [] };
  const holder: Xml = { ...node, name: '', attributes: {}, text: '', children: [node] };
  const acknowledgement = readParts<Acknowledgement>([root], holder, reading);
  return { acknowledgement, issues: codeIssues(acknowledgement) };
}
const ROOT = 'MCCI_IN200101UV01';

function otherRoot(node: Xml | undefined): Issue {
  const name = node?.name ?? '';
  return {
    code: 'not-an-acknowledgement',
    severity: 'rejecting',
    line: node?.line ?? 1,
    column: node?.column ?? 1,
    message: {
      en: `the file is not an acknowledgement: its root is ${name}, not ${ROOT} in the namespace ${HL7}`,
      zh: `文件不是确认信息：根元素为 ${name}，应为命名空间 ${HL7} 中的 ${ROOT}`,
    },
  };
}

function codeIssues({ code, reports = [] }: Acknowledgement): Issue[] {
  const wrong = (element: string, value: string | undefined, codes: string[], index?: number): Issue[] => {
    if (value !== undefined && !isMissing(value) && codes.includes(value)) return [];
    const list = codes.join(', ');
    return [
      {
        code: 'not-in-list',
        severity: 'rejecting',
        element,
        ...(index === undefined ? {} : { at: [index + 1], path: `reports.${index}.code` }),
        message: {
          en: `${element} must be one of ${list}, not ${value ?? 'nothing'}`,
          zh: `${element} 应为 ${list} 之一，而非 ${value ?? '空'}`,
        },
      },
    ];
  };
  return [
    ...wrong('ACK.A.4', code, ['AA', 'AE', 'AR']),
    ...reports.flatMap((report, index) => wrong('ACK.B.r.6', report.code, ['CA', 'CR'], index)),
  ];
}
