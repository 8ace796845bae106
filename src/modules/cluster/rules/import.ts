import { readDoi, readPatentNumber } from '#standards/bibliography';
import { readLei, readUscc } from '#standards/identifiers';
import { readOrganizationName } from '#standards/organization-names';
import {
  type CellProblem,
  type Mapping,
  PROPERTIES,
  type Property,
  propertyOf,
  type ThingKind,
  type Value,
} from '../model.ts';
import { type Known, type KnownWork, keysOf } from './matching.ts';

/** Of a row what can be used. */
export interface ReadRow {
  row: number;
  name: string;
  nameZh?: string;
  known: Known;
  keys: string[];
  /** Equal for rows that mean one thing. */
  same?: string;
  place?: string;
  said: { property: string; value: Value }[];
  problems: CellProblem[];
}

export interface KnownPlace {
  id: string;
  names: readonly string[];
}

/** How people head their columns, besides the labels of properties. */
const HEADS: Readonly<Record<string, readonly string[]>> = {
  name: [
    'name',
    'english name',
    'company',
    'company name',
    'enterprise',
    'organization',
    'title',
    '英文名',
    '英文名称',
  ],
  nameZh: [
    'chinese name',
    '名称',
    '企业名称',
    '公司名称',
    '单位名称',
    '机构名称',
    '园区名称',
    '项目名称',
    '仪器名称',
    '载体名称',
    '中文名',
    '中文名称',
  ],
  place: [
    'place',
    'city',
    'district',
    'location',
    'located in',
    '地区',
    '所在地',
    '所在区',
    '所属区',
    '城市',
    '区',
    '区县',
    '所在城市',
  ],
  uscc: [
    'uscc',
    'credit code',
    'unified social credit code',
    'social credit code',
    '信用代码',
    '统一社会信用代码',
    '社会信用代码',
    '税号',
  ],
  lei: ['lei', 'legal entity identifier'],
  alias: ['alias', 'short name', 'abbreviation', '简称', '别名', '曾用名'],
  address: ['registered address', '注册地址', '地址', '经营地址'],
  established: ['founded', 'established', 'date of establishment', '成立日期', '成立时间'],
  'registered-capital': ['capital', '注册资本', '注册资金'],
  'legal-representative': ['legal person', '法人', '法人代表', '法定代表人'],
  sector: ['industry', 'field', '行业', '所属行业', '细分领域', '赛道'],
  employees: ['staff', 'headcount', '员工数', '从业人数', '参保人数', '人数'],
  revenue: ['turnover', 'sales', '营收', '营业收入', '年营收'],
  description: ['about', 'main business', 'profile', '主营业务', '经营范围', '企业简介'],
  website: ['web', 'url', 'homepage', '网址', '官网'],
  authors: ['author', 'inventor', 'inventors', '作者', '发明人', '发明(设计)人', '发明（设计）人'],
  applicants: ['applicant', 'assignee', 'holder', 'patentee', '申请人', '专利权人', '申请(专利权)人', '当前权利人'],
  affiliations: ['affiliation', 'organ', '机构', '单位', '作者单位'],
  doi: ['doi'],
  'patent-number': ['publication number', 'patent number', '公开号', '公告号', '公开(公告)号', '专利号'],
  'application-number': ['application number', '申请号'],
  filed: ['filing date', 'priority date', 'filing/creation date', '申请日', '申请日期'],
  published: [
    'publication date',
    'year',
    '年',
    '年份',
    'date',
    'pubtime',
    '公开日',
    '公告日',
    '公开(公告)日',
    '发表时间',
    '出版日期',
  ],
  'patent-state': ['legal status', '法律状态'],
  journal: ['journal', 'source', '期刊', '文献来源', '来源'],
  keywords: ['keyword', 'author keywords', '关键词'],
  'area-m2': ['area', '面积', '建筑面积'],
};

/** What each column seems to mean; each meaning once. */
export function guessMapping(columns: readonly string[], kind: ThingKind): (string | null)[] {
  const taken = new Set<string>();
  const labels = new Map<string, string>();
  for (const [property, { en, zh, kinds }] of Object.entries(PROPERTIES))
    if (kinds?.includes(kind) ?? true) for (const label of [property, en, zh]) labels.set(plain(label), property);
  for (const [meaning, heads] of Object.entries(HEADS))
    if (isMeaning(meaning, kind)) for (const head of heads) labels.set(plain(head), meaning);
  return columns.map((column) => {
    const meaning = labels.get(plain(column.replace(/[（(].*[)）]/, '')));
    if (meaning === undefined || taken.has(meaning)) return null;
    taken.add(meaning);
    return meaning;
  });
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\-:：*]/g, '');
}

/** Whether a column of things of this kind can mean it. */
export function isMeaning(meaning: string, kind: ThingKind): boolean {
  if (meaning === 'name' || meaning === 'nameZh' || meaning === 'place') return true;
  const property = propertyOf(meaning);
  return property !== undefined && (property.kinds?.includes(kind) ?? true);
}

const LONGEST_NAME = 400;
const LONGEST_CELL = 4_000;

interface Setting {
  columns: readonly string[];
  mapping: Mapping;
  places: ReadonlyMap<string, string>;
  kind: ThingKind;
}

export function placesByName(places: readonly KnownPlace[]): Map<string, string> {
  return new Map(places.flatMap(({ id, names }) => names.map((name) => [plain(name), id] as const)));
}

/** Reads the cells of a row by what its columns mean. */
export function readRow(row: number, cells: readonly string[], { columns, mapping, places, kind }: Setting): ReadRow {
  const read: ReadRow = { row, name: '', known: { names: [] }, keys: [], said: [], problems: [] };
  const names: string[] = [];
  let known: Known = { names };
  for (const [column, meaning] of mapping.entries()) {
    const cell = (cells[column] ?? '').trim();
    if (meaning === null || cell === '') continue;
    const wrong = (what: CellProblem['what'], more: Partial<CellProblem> = {}) =>
      read.problems.push({ column, what, found: cell.slice(0, 100), isCaution: false, ...more });
    if (meaning === 'name' || meaning === 'nameZh') {
      if (cell.length > LONGEST_NAME) wrong('too-long', { expected: String(LONGEST_NAME) });
      else if (meaning === 'name') read.name = cell;
      else read.nameZh = cell;
      names.push(cell);
    } else if (meaning === 'place') {
      known = { ...known, places: [cell] };
      const place = findPlace(cell, places);
      if (place === undefined) wrong('unknown-place', { isCaution: true });
      else read.place = place;
    } else if (meaning === 'doi' || meaning === 'patent-number' || meaning === 'application-number') {
      const code = meaning === 'doi' ? readCode(cell) : readNumberOf(cell);
      // Numbers of other offices are none that can be checked.
      if (code === undefined) wrong('identifier', { isCaution: true });
      else if (code.expected !== undefined) wrong('identifier', { expected: code.expected });
      else read.said.push(code);
    } else if (meaning === 'uscc' || meaning === 'lei') {
      const { code, faults } = meaning === 'uscc' ? readUscc(cell) : readLei(cell);
      const [fault] = faults;
      if (fault !== undefined)
        wrong(
          'identifier',
          fault.expected !== undefined && fault.part === 'check' && faults.length === 1
            ? { expected: fault.expected }
            : {},
        );
      else {
        known = { ...known, [meaning]: code };
        read.said.push({ property: meaning, value: code });
      }
    } else {
      const property = propertyOf(meaning)!;
      const values = readValues(cell, property, columns[column] ?? '');
      if (typeof values === 'string')
        wrong(values, values === 'not-a-code' ? { expected: (property.codes ?? []).join(', ') } : {});
      else read.said.push(...values.map((value) => ({ property: meaning, value })));
      if (meaning === 'alias' && typeof values !== 'string') names.push(...(values as string[]));
    }
  }
  if (read.name === '') read.name = read.nameZh ?? '';
  if (read.name === '')
    read.problems.push({
      column: Math.max(
        0,
        mapping.findIndex((meaning) => meaning === 'name' || meaning === 'nameZh'),
      ),
      what: 'no-name',
      found: '',
      isCaution: false,
    });
  else if (/[\u3400-\u9fff]/.test(read.name)) read.nameZh ??= read.name;
  const work = kind === 'paper' || kind === 'patent' ? workOf(read) : undefined;
  read.known = work === undefined ? known : { ...known, work };
  if (read.name !== '' && work !== undefined) {
    read.keys = keysOf(read.known);
    // The best that it is known by: two rows of one are one.
    read.same = read.keys[0]!;
    if (read.same.startsWith('y:')) read.same += ` ${work.year ?? ''}`;
  } else if (read.name !== '') {
    read.keys = keysOf(known);
    const { whole, forms } = readOrganizationName(read.nameZh ?? read.name);
    read.same = known.uscc ?? known.lei ?? `${whole} ${forms.join(' ')} ${read.place ?? ''}`.slice(0, 200);
  }
  return read;
}

function readCode(cell: string): { property: string; value: string; expected?: string } | undefined {
  const doi = readDoi(cell);
  return doi === undefined ? undefined : { property: 'doi', value: doi };
}

/** Of an application or a publication, whatever the column calls it. */
function readNumberOf(cell: string): { property: string; value: string; expected?: string } | undefined {
  const number = readPatentNumber(cell);
  if (number === undefined) return undefined;
  const property = number.stage === 'application' ? 'application-number' : 'patent-number';
  return { property, value: number.text, ...(number.isChecked === false && { expected: number.expected! }) };
}

/** What a work is known by. */
function workOf({ said }: ReadRow): KnownWork {
  const first = (property: string) => said.find((each) => each.property === property)?.value;
  return knownWork({
    doi: first('doi'),
    numbers: [first('patent-number'), first('application-number')],
    published: first('published'),
  });
}

/** What a DOI or a number of a patent alone tells. */
export function knownCode(code: string): KnownWork {
  return knownWork({ doi: readDoi(code), numbers: [code], published: undefined });
}

export function knownWork(given: { doi: unknown; numbers: readonly unknown[]; published: unknown }): KnownWork {
  const { doi, numbers, published } = given;
  const patents = numbers.flatMap((each) => (typeof each === 'string' ? (readPatentNumber(each)?.base ?? []) : []));
  return {
    ...(typeof doi === 'string' && { doi }),
    ...(patents.length > 0 && { patents }),
    ...(typeof published === 'string' && { year: published.slice(0, 4) }),
  };
}

/** The place itself, else the narrowest part that is named in it: 广东省广州市南沙区 is Nansha. */
function findPlace(text: string, places: ReadonlyMap<string, string>): string | undefined {
  const whole = plain(text);
  const exact = places.get(whole) ?? places.get(whole.replace(/[省市区县]$/, ''));
  if (exact !== undefined) return exact;
  const parts = text.split(/[\s,，/()（）·-]+|(?<=[省市区县])/).filter((part) => part !== '');
  for (const part of parts.reverse()) {
    const found = places.get(plain(part)) ?? places.get(plain(part).replace(/[省市区县]$/, ''));
    if (found !== undefined) return found;
  }
  return undefined;
}

function readValues(cell: string, property: Property, column: string): Value[] | CellProblem['what'] {
  const { type, codes = [], many = false } = property;
  if (cell.length > LONGEST_CELL) return 'too-long';
  switch (type) {
    case 'text':
      return many ? splitList(cell) : [cell];
    case 'list':
      return [splitList(cell)];
    case 'code': {
      const code = codes.find((each) => each === cell) ?? codes.find((each) => CODE_WORDS[each]?.test(cell) === true);
      return code === undefined ? 'not-a-code' : [code];
    }
    case 'flag': {
      if (/^(yes|true|y|1|是|√|✓)$/i.test(cell)) return [true];
      return /^(no|false|n|0|否|×)$/i.test(cell) ? [false] : 'not-yes-or-no';
    }
    case 'date': {
      const day = readDay(cell);
      return day === undefined ? 'not-a-date' : [day];
    }
    default: {
      const number = readNumber(cell, column);
      if (number === undefined) return 'not-a-number';
      const value = type === 'money' ? Math.round(number * 100) : number;
      return type === 'decimal' || Number.isSafeInteger(value) ? [value] : 'not-a-number';
    }
  }
}

/** How offices and search services write a patent's state. */
const CODE_WORDS: Readonly<Record<string, RegExp>> = {
  pending: /^(pending|审中|审查中|公开|实质审查)$/i,
  valid: /^(valid|active|granted|in force|有效|授权|有权)$/i,
  lapsed: /^(lapsed|expired - fee related|未缴年费|终止|权利终止)$/i,
  expired: /^(expired|expired - lifetime|届满|期限届满)$/i,
  refused: /^(refused|rejected|驳回)$/i,
  withdrawn: /^(withdrawn|abandoned|撤回|视为撤回|放弃)$/i,
  invalidated: /^(invalidated|revoked|宣告无效|全部无效)$/i,
};

function splitList(cell: string): string[] {
  return [...new Set(cell.split(/[;；、|\n]/).map((part) => part.trim()))].filter((part) => part !== '');
}

/** Figures with 万, 亿 in the cell or in the column's head, thousands set off by commas. */
function readNumber(cell: string, column: string): number | undefined {
  const [, digits, unit = ''] =
    /^[¥￥]?\s*(-?[\d,]+(?:\.\d+)?)\s*(万亿|亿|万)?\s*(?:元|人民币|rmb|cny|人|平方米|m2|米|家|个)*$/i.exec(
      cell.normalize('NFKC'),
    ) ?? [];
  if (digits === undefined) return undefined;
  const [, headUnit = ''] = /[（(](万亿|亿|万)元?/.exec(column) ?? [];
  const factor = { '': 1, 万: 1e4, 亿: 1e8, 万亿: 1e12 }[(unit || headUnit) as '万']!;
  const number = Number(digits.replaceAll(',', '')) * factor;
  return Number.isFinite(number) ? Number(number.toPrecision(15)) : undefined;
}

function readDay(cell: string): string | undefined {
  const [, year, month, day] =
    /^(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?)?年?$/.exec(cell.replace(/[ T]\d{1,2}:.*$/, '')) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(cell) ??
    [];
  if (year === undefined) return undefined;
  const text = [year, month?.padStart(2, '0'), day?.padStart(2, '0')].filter((part) => part !== undefined).join('-');
  if (day === undefined) return month === undefined || (Number(month) >= 1 && Number(month) <= 12) ? text : undefined;
  const at = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text ? undefined : text;
}
