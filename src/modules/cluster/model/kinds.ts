/** What a thing can be. `anybody` may be entered by whoever may edit at all; the others by the regulator only. */
export const KINDS = {
  enterprise: { en: 'Enterprise', zh: '企业', enteredBy: 'anybody' },
  institution: { en: 'Institution', zh: '机构', enteredBy: 'anybody' },
  department: { en: 'Department', zh: '部门', enteredBy: 'regulator' },
  park: { en: 'Park', zh: '园区', enteredBy: 'regulator' },
  carrier: { en: 'Space', zh: '载体', enteredBy: 'anybody' },
  platform: { en: 'Platform', zh: '平台', enteredBy: 'anybody' },
  instrument: { en: 'Instrument', zh: '仪器', enteredBy: 'anybody' },
  service: { en: 'Service', zh: '服务', enteredBy: 'anybody' },
  project: { en: 'Project', zh: '项目', enteredBy: 'anybody' },
  fund: { en: 'Fund', zh: '基金', enteredBy: 'anybody' },
  policy: { en: 'Policy', zh: '政策', enteredBy: 'regulator' },
  person: { en: 'Person', zh: '人员', enteredBy: 'anybody' },
  product: { en: 'Product', zh: '产品', enteredBy: 'anybody' },
  sector: { en: 'Sector', zh: '领域', enteredBy: 'regulator' },
  target: { en: 'Target', zh: '目标', enteredBy: 'regulator' },
  place: { en: 'Place', zh: '地点', enteredBy: 'regulator' },
  application: { en: 'Clinical application', zh: '临床应用', enteredBy: 'anybody' },
  system: { en: 'Digital system', zh: '数字系统', enteredBy: 'anybody' },
  patent: { en: 'Patent', zh: '专利', enteredBy: 'anybody' },
  paper: { en: 'Paper', zh: '论文', enteredBy: 'anybody' },
} as const;
export type ThingKind = keyof typeof KINDS;

export function isKind(text: string): text is ThingKind {
  return Object.hasOwn(KINDS, text);
}
