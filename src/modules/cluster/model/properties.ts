import { LIST_STATUSES, PRODUCT_CLASSES } from './catalogues.ts';
import { CHAIN_LINKS } from './chains.ts';
import type { ThingKind } from './kinds.ts';
import { PATENT_STATES } from './publications.ts';

type PropertyType = 'text' | 'integer' | 'decimal' | 'money' | 'date' | 'flag' | 'code' | 'list';

/** What may be said of a thing. */
export interface Property {
  en: string;
  zh: string;
  /** Kinds that have it; every kind without it. */
  kinds?: readonly ThingKind[];
  /** `money` is integer fen; `date` a day, a month or a year; `list` a list of texts; `code` one of `codes`. */
  type: PropertyType;
  /** UCUM, of numbers that have one. */
  unit?: string;
  codes?: readonly string[];
  /** A number that may be below 0. */
  signed?: boolean;
  /** Several values hold side by side; of others, two that differ are a conflict. */
  many?: boolean;
}

const text = (en: string, zh: string, kinds?: readonly ThingKind[], rest: Partial<Property> = {}): Property => ({
  en,
  zh,
  type: 'text',
  ...(kinds && { kinds }),
  ...rest,
});
const number = (en: string, zh: string, kinds?: readonly ThingKind[], rest: Partial<Property> = {}): Property =>
  text(en, zh, kinds, { type: 'decimal', ...rest });
const count = (en: string, zh: string, kinds?: readonly ThingKind[], rest: Partial<Property> = {}): Property =>
  text(en, zh, kinds, { type: 'integer', ...rest });
const money = (en: string, zh: string, kinds?: readonly ThingKind[]): Property =>
  text(en, zh, kinds, { type: 'money' });
const many = { many: true } as const;

const listed = (en: string, zh: string): Property => text(en, zh, ['product'], { type: 'code', codes: LIST_STATUSES });

const FIRMS = ['enterprise', 'institution', 'department', 'platform', 'fund', 'park'] as const;

const ON_CHAINS = [
  'enterprise',
  'institution',
  'platform',
  'park',
  'carrier',
  'project',
  'product',
  'instrument',
  'service',
  'system',
] as const;

/** Every property by its name. A part adds its own lines. */
export const PROPERTIES: Readonly<Record<string, Property>> = {
  // Of everything.
  name: text('Named so', '名称', undefined, many),
  subkind: text('Type', '类型'),
  alias: text('Also called', '又称', undefined, many),
  description: text('Description', '简介', undefined, many),
  website: text('Website', '网站', undefined, many),
  status: text('Status', '状态'),
  flag: text('Distinction', '称号', undefined, many),
  sector: text('Sector', '领域', undefined, many),
  remark: text('Remark', '备注', undefined, many),
  latitude: number('Latitude', '纬度', undefined, { unit: 'deg', signed: true }),
  longitude: number('Longitude', '经度', undefined, { unit: 'deg', signed: true }),
  address: text('Address', '地址'),
  established: text('Established', '成立', undefined, { type: 'date' }),
  // Of organizations.
  uscc: text('Unified social credit code', '统一社会信用代码', [
    'enterprise',
    'institution',
    'fund',
    'platform',
    'park',
    'department',
  ]),
  lei: text('Legal entity identifier', '法人机构识别编码', ['enterprise', 'institution', 'fund']),
  'registered-capital': money('Registered capital', '注册资本', FIRMS),
  'legal-representative': text('Legal representative', '法定代表人', FIRMS),
  chief: text('Chief executive', '负责人', FIRMS),
  people: text('People', '人员', FIRMS, many),
  employees: count('Employees', '员工数', FIRMS),
  'rd-employees': count('R&D employees', '研发人员数', FIRMS),
  revenue: money('Revenue', '营业收入', FIRMS),
  'rd-spending': money('R&D spending', '研发投入', FIRMS),
  'quarter-revenue': money('Revenue of the quarter', '季度营业收入', FIRMS),
  'quarter-rd-spending': money('R&D spending of the quarter', '季度研发投入', FIRMS),
  strategy: text('Strategy', '战略', FIRMS),
  pipeline: text('Pipeline', '研发管线', ['enterprise'], many),
  'experience-years': count('Years of experience', '经验年数', FIRMS, { unit: 'a' }),
  'test-data-points': count('Medical test data points', '医学检验数据量', FIRMS),
  'data-products': count('Data products listed', '已上架数据产品数', FIRMS),
  'clean-room-m2': number('Clean room', '洁净车间', undefined, { unit: 'm2' }),
  'gmp-m2': number('GMP area', 'GMP 面积', undefined, { unit: 'm2' }),
  'trial-permit-class': text('Class of drug with a trial permit', '获临床试验许可的药物类别', ['enterprise'], {
    type: 'code',
    codes: ['1', '2'],
  }),
  'ladder-level': text('Level of the ladder', '梯度层级', ['enterprise']),
  valuation: money('Valuation', '估值', ['enterprise']),
  listed: text('Listed', '已上市', ['enterprise'], { type: 'flag' }),
  'niche-years': count('Years in its niche', '从事细分市场年数', ['enterprise'], { unit: 'a' }),
  'assessment-score': number('Assessment score', '评价得分', ['enterprise']),
  'core-ip': text('Owns its core intellectual property', '拥有核心知识产权', ['enterprise'], { type: 'flag' }),
  'high-tech-field': text('In a supported high-tech field', '属于重点支持的高新技术领域', ['enterprise'], {
    type: 'flag',
  }),
  'high-tech-revenue-share': number('High-tech revenue of revenue', '高新收入占比', ['enterprise'], { unit: '1' }),
  'chain-share': number('Share of its chain', '产业链份额', ['enterprise'], { unit: '1' }),
  // Of places, parks, spaces and platforms.
  adcode: text('Division code', '行政区划代码', ['place']),
  role: text('Role', '定位', ['place', 'policy', 'person'], many),
  opened: text('Opened', '启用', undefined, { type: 'date' }),
  signature: text('Signature park of the province', '省级特色园区', ['park'], { type: 'flag' }),
  'facilities-m2': number('Specialised facilities', '专业载体面积', ['park', 'place'], { unit: 'm2' }),
  'area-m2': number('Area', '面积', ['carrier', 'park'], { unit: 'm2' }),
  'height-m': number('Clear height', '净高', ['carrier'], { unit: 'm' }),
  'load-kpa': number('Floor load', '楼面荷载', ['carrier'], { unit: 'kPa' }),
  gmp: text('GMP grade', 'GMP 等级', ['carrier']),
  'rent-per-m2': money('Rent per m² and month', '每平方米月租', ['carrier']),
  'relay-stage': text('Stage of the relay', '接力阶段', ['platform', 'project']),
  focus: text('Focus', '方向', undefined, many),
  feature: text('Feature', '特色', undefined, many),
  'core-directions': count('Core directions', '核心方向数', ['platform']),
  'key-laboratories': count('NMPA key laboratories', '国家药监局重点实验室数', ['platform', 'institution', 'place']),
  // Of projects and funds.
  investment: money('Investment', '投资额', ['project', 'platform', 'park', 'enterprise']),
  'annual-output': money('Annual output', '年产值', ['project', 'park', 'enterprise']),
  jobs: count('Jobs', '就业人数', ['project', 'enterprise', 'park', 'target']),
  stage: text('Stage', '阶段', ['project', 'application', 'platform', 'product']),
  'project-count': count('Projects', '项目数', ['project', 'fund', 'park']),
  signed: text('Signed', '签约', ['project'], { type: 'date' }),
  'project-value': money('Value', '项目金额', ['project']),
  'fund-size': money('Fund size', '基金规模', ['fund']),
  'paid-in': money('Paid in', '实缴资本', ['fund']),
  'sub-funds': count('Sub-funds', '子基金数', ['fund']),
  'reinvested-projects': count('Projects invested back', '返投项目数', ['fund']),
  'reinvested-amount': money('Amount invested back', '返投金额', ['fund']),
  'paid-in-ratio': number('Paid in of size', '实缴比例', ['fund'], { unit: '1' }),
  'reinvested-project-share': number('Share of projects invested back', '返投项目占比', ['fund'], { unit: '1' }),
  'reinvested-to-paid-in': number('Invested back of paid in', '返投占实缴比例', ['fund'], { unit: '1' }),
  'from-fund': text('Invested by the fund', '获基金投资', ['enterprise'], { type: 'flag' }),
  'chain-link': text('Link of a chain', '产业链环节', ON_CHAINS, {
    type: 'code',
    codes: [...CHAIN_LINKS.keys()],
    many: true,
  }),
  // Of policies.
  issuer: text('Issuer', '发布机关', ['policy']),
  year: text('Year', '年份', undefined, { type: 'date' }),
  level: text('Level', '层级', ['policy', 'sector']),
  benefit: text('Benefit', '支持内容', ['policy'], many),
  'max-reward': money('Reward at the most', '最高奖励', ['policy']),
  published: text('Published', '发布日期', ['policy', 'patent', 'paper'], { type: 'date' }),
  reference: text('Reference', '文号', ['policy'], many),
  // Of papers and patents.
  doi: text('DOI', 'DOI', ['paper']),
  'patent-number': text('Publication number', '公开（公告）号', ['patent']),
  'application-number': text('Application number', '申请号', ['patent']),
  filed: text('Filed', '申请日', ['patent'], { type: 'date' }),
  'patent-state': text('Legal state', '法律状态', ['patent'], { type: 'code', codes: PATENT_STATES }),
  authors: text('Authors, inventors', '作者、发明人', ['paper', 'patent'], { type: 'list' }),
  applicants: text('Applicants, holders', '申请（专利权）人', ['patent'], { type: 'list' }),
  affiliations: text('Affiliations', '作者单位', ['paper'], { type: 'list' }),
  journal: text('Journal', '刊名', ['paper']),
  volume: text('Volume', '卷', ['paper']),
  issue: text('Issue', '期', ['paper']),
  pages: text('Pages', '页码', ['paper']),
  keywords: text('Keywords', '关键词', ['paper', 'patent'], many),
  cites: text('Cites', '引用', ['paper', 'patent'], many),
  // Of targets and what they begin from.
  metric: text('Metric', '指标', ['target']),
  'target-value': number('Target', '目标值', ['target'], { signed: true }),
  'target-year': text('Target year', '目标年', ['target'], { type: 'date' }),
  'baseline-value': number('Baseline', '基线值', ['target'], { signed: true }),
  'metric-value': number('Value', '数值', ['target'], { signed: true }),
  'metric-words': text('Said in words', '文字表述', ['target']),
  'departments-basis': text('Why these departments', '责任部门依据', ['target']),
  // Of products in catalogues.
  'product-class': text('Class of product', '产品类别', ['product'], { type: 'code', codes: PRODUCT_CLASSES }),
  'approval-number': text('Approval number', '批准文号', ['product']),
  approved: text('Approved', '获批日期', ['product'], { type: 'date' }),
  'innovative-list': listed('Innovative drug and device catalogue', '创新药械目录'),
  'first-of-kind-list': listed('First-of-kind equipment', '首台套'),
  'insurance-list': listed('National insurance list', '国家医保目录'),
  'essential-list': listed('Essential medicines', '国家基本药物目录'),
  // Of clinical applications.
  indication: text('Indication', '适应症', ['application', 'product']),
  therapy: text('Therapy', '疗法', ['application']),
  treated: count('Treated', '治疗人数', ['application']),
  recovered: count('Recovered', '康复人数', ['application']),
  'recovery-rate': number('Recovery rate', '康复率', ['application'], { unit: '1' }),
  'life-expectancy-years': number('Life expectancy', '预期寿命', ['application'], { unit: 'a' }),
  'survival-control': number('Survival, controls', '对照组生存率', ['application'], { unit: '1' }),
  'survival-treated': number('Survival, treated', '治疗组生存率', ['application'], { unit: '1' }),
  'survival-difference': number('Difference of survival', '生存率差', ['application'], { unit: '1', signed: true }),
};

export function propertyOf(name: string): Property | undefined {
  return Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
}
