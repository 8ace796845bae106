import type { ThingKind } from './kinds.ts';

/** How two things hang together; read from the subject, and backwards from the object. */
export interface Predicate {
  en: string;
  zh: string;
  /** Read from the object. */
  back: { en: string; zh: string };
  subjects?: readonly ThingKind[];
  objects?: readonly ThingKind[];
}

/** Every predicate by its name. A part adds its own lines. Where a thing lies says nothing of who runs it, and the other way round. */
export const PREDICATES: Readonly<Record<string, Predicate>> = {
  'located-in': {
    en: 'located in',
    zh: '位于',
    back: { en: 'is the place of', zh: '所在地为' },
    objects: ['place', 'park', 'carrier'],
  },
  'managed-by': { en: 'managed by', zh: '由……管理', back: { en: 'manages', zh: '管理' } },
  'part-of': { en: 'part of', zh: '隶属于', back: { en: 'has the part', zh: '包含' } },
  'owned-by': { en: 'owned by', zh: '归属于', back: { en: 'owns', zh: '拥有' } },
  'invests-in': { en: 'invests in', zh: '投资', back: { en: 'has the investor', zh: '投资方为' } },
  'fund-of': {
    en: 'sub-fund of',
    zh: '子基金隶属',
    back: { en: 'has the sub-fund', zh: '下设子基金' },
    subjects: ['fund'],
    objects: ['fund'],
  },
  supplies: { en: 'supplies', zh: '供应', back: { en: 'is supplied by', zh: '供应商为' } },
  hosts: { en: 'hosts', zh: '承载', back: { en: 'is hosted by', zh: '承载方为' } },
  'tenant-of': {
    en: 'tenant of',
    zh: '入驻',
    back: { en: 'has the tenant', zh: '入驻方为' },
    objects: ['park', 'carrier'],
  },
  'works-at': { en: 'works at', zh: '任职于', back: { en: 'employs', zh: '成员为' }, subjects: ['person'] },
  develops: { en: 'develops', zh: '研发', back: { en: 'is developed by', zh: '研发方为' } },
  authorises: { en: 'authorises', zh: '授权', back: { en: 'is authorised by', zh: '授权方为' } },
  issues: { en: 'issues', zh: '发布', back: { en: 'is issued by', zh: '发布方为' }, objects: ['policy'] },
  leads: {
    en: 'leads',
    zh: '牵头',
    back: { en: 'is led by', zh: '牵头方为' },
    subjects: ['department', 'institution', 'place'],
  },
  shares: {
    en: 'shares responsibility for',
    zh: '配合',
    back: { en: 'is shared by', zh: '配合方为' },
    subjects: ['department', 'institution', 'place'],
  },
  offers: { en: 'offers', zh: '提供', back: { en: 'is offered by', zh: '提供方为' } },
  'takes-part-in': { en: 'takes part in', zh: '参与', back: { en: 'has the participant', zh: '参与方为' } },
  'applies-in': {
    en: 'applies in',
    zh: '适用于',
    back: { en: 'is where it applies', zh: '适用政策' },
    subjects: ['policy'],
  },
  'in-sector': {
    en: 'in the sector',
    zh: '属于领域',
    back: { en: 'is the sector of', zh: '领域包含' },
    objects: ['sector'],
  },
  'carried-out-at': { en: 'carried out at', zh: '实施于', back: { en: 'is the site of', zh: '为实施地点' } },
  'used-at': {
    en: 'used at',
    zh: '应用于',
    back: { en: 'uses', zh: '使用' },
    subjects: ['product'],
    objects: ['institution', 'enterprise', 'platform'],
  },
  'authored-by': {
    en: 'written or invented by',
    zh: '作者（发明人）为',
    back: { en: 'wrote or invented', zh: '作品（发明）为' },
    subjects: ['paper', 'patent'],
    objects: ['person'],
  },
  'applied-by': {
    en: 'applied for or held by',
    zh: '申请（专利权）人为',
    back: { en: 'applied for or holds', zh: '申请或持有' },
    subjects: ['patent'],
    objects: ['enterprise', 'institution', 'platform', 'person'],
  },
  'affiliated-with': {
    en: 'comes from',
    zh: '署名单位为',
    back: { en: 'is the affiliation of', zh: '发表成果' },
    subjects: ['paper'],
    objects: ['enterprise', 'institution', 'platform', 'department'],
  },
  cites: {
    en: 'cites',
    zh: '引用',
    back: { en: 'is cited by', zh: '被引用于' },
    subjects: ['paper', 'patent'],
    objects: ['paper', 'patent'],
  },
  protects: {
    en: 'protects',
    zh: '保护',
    back: { en: 'is protected by', zh: '受保护于' },
    subjects: ['patent'],
    objects: ['product'],
  },
  measures: { en: 'measures', zh: '衡量', back: { en: 'is measured by', zh: '衡量指标为' }, subjects: ['target'] },
  succeeds: { en: 'succeeds', zh: '承接', back: { en: 'is succeeded by', zh: '后续为' } },
  'same-as': { en: 'perhaps the same as', zh: '可能等同于', back: { en: 'perhaps the same as', zh: '可能等同于' } },
};

export function predicateOf(name: string): Predicate | undefined {
  return Object.hasOwn(PREDICATES, name) ? PREDICATES[name] : undefined;
}
