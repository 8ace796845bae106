import { NARANJO_QUESTIONS, WHO_UMC_CATEGORIES } from '#standards/causality';
import type { AssessmentMethod } from './reports.ts';

interface Text {
  en: string;
  zh: string;
}
/** One question of a judgement; what is left out was not observed or is not known. */
export interface AssessmentField {
  id: string;
  text: Text;
  type: 'choice' | 'number' | 'flag' | 'texts';
  options?: readonly { value: string; text: Text }[];
  unit?: string;
  /** Without an answer nothing can be judged. */
  needed?: boolean;
}

const options = (
  table: Readonly<Record<string, readonly [en: string, zh: string]>>,
): readonly { value: string; text: Text }[] =>
  Object.entries(table).map(([value, [en, zh]]) => ({ value, text: { en, zh } }));
const field = (
  id: string,
  type: AssessmentField['type'],
  [en, zh]: readonly [string, string],
  more: Partial<AssessmentField> = {},
): AssessmentField => ({ id, type, text: { en, zh }, ...more });

const YES_NO = { yes: ['Yes', '是'], no: ['No', '否'], unknown: ['Not known', '不详'] } as const;

/** What each method asks, for the page and for who checks the answers. */
export const ASSESSMENT_FORMS: Readonly<Record<AssessmentMethod, readonly AssessmentField[]>> = {
  'who-umc': [
    field('time', 'choice', ['Time from intake to event', '用药至事件的时间关系'], {
      needed: true,
      options: options({
        plausible: ['plausible', '充分可信'],
        reasonable: ['reasonable', '合理'],
        improbable: ['makes a relationship improbable', '使因果关系不大可能'],
        unknown: ['not known', '不详'],
      }),
    }),
    field('otherCauses', 'choice', ['Disease or other drugs', '疾病或其他药物'], {
      needed: true,
      options: options({
        excluded: ['cannot explain it', '不能解释'],
        unlikely: ['are unlikely to explain it', '不大可能解释'],
        possible: ['could also explain it', '也可能解释'],
        plausible: ['explain it plausibly', '可充分解释'],
        unknown: ['not known', '不详'],
      }),
    }),
    field('withdrawal', 'choice', ['Response to withdrawal', '停药后的反应'], {
      needed: true,
      options: options({
        plausible: ['plausible (pharmacologically, pathologically)', '在药理学、病理学上可信'],
        reasonable: ['clinically reasonable', '在临床上合理'],
        against: ['speaks against a relationship', '不支持因果关系'],
        unknown: ['lacking or unclear', '缺乏或不明确'],
      }),
    }),
    field('isDefinitive', 'flag', [
      'Definitive event: objective and specific, or a recognised pharmacological phenomenon',
      '明确的事件：客观而特异，或为公认的药理现象',
    ]),
    field('rechallenge', 'choice', ['Rechallenge', '再激发'], {
      needed: true,
      options: options({
        satisfactory: ['satisfactory', '结果令人满意'],
        'not-necessary': ['not necessary', '无需进行'],
        'not-done': ['not done', '未进行'],
        against: ['speaks against a relationship', '不支持因果关系'],
      }),
    }),
    field('information', 'choice', ['Information', '资料'], {
      needed: true,
      options: options({
        enough: ['enough to judge', '足以评价'],
        'more-needed': ['more is needed or being examined', '需补充或正在审查'],
        unverifiable: ['insufficient or contradictory for good', '不足或矛盾且无法补充'],
      }),
    }),
    field('decided', 'choice', ['Your category, where you judge otherwise', '您的结论（如与建议不同）'], {
      options: WHO_UMC_CATEGORIES.map(({ category, text }) => ({ value: category, text })),
    }),
  ],
  naranjo: NARANJO_QUESTIONS.map(({ id, text }) => ({ id, text, type: 'choice', options: options(YES_NO) })),
  crs: [
    field('temperatureCelsius', 'number', ['Highest temperature', '最高体温'], { unit: '°C' }),
    field('feverMasked', 'flag', [
      'Fever is masked by antipyretics, tocilizumab or steroids',
      '发热被退热药、托珠单抗或激素掩盖',
    ]),
    field('systolicMmHg', 'number', ['Lowest systolic pressure', '最低收缩压'], { unit: 'mmHg' }),
    field('ageYears', 'number', ['Age', '年龄'], { unit: 'a' }),
    field('vasopressors', 'texts', ['Vasopressors running', '使用中的升压药']),
    field('oxygen', 'choice', ['Oxygen', '给氧方式'], {
      options: options({
        none: ['none', '无'],
        'nasal-cannula': ['nasal cannula', '鼻导管'],
        'blow-by': ['blow-by', '吹氧'],
        'high-flow-nasal-cannula': ['high-flow nasal cannula', '高流量鼻导管'],
        facemask: ['face mask', '面罩'],
        nonrebreather: ['non-rebreather mask', '非重复吸入面罩'],
        venturi: ['Venturi mask', '文丘里面罩'],
        cpap: ['CPAP', '持续气道正压'],
        bipap: ['BiPAP', '双水平气道正压'],
        ventilator: ['ventilator', '机械通气'],
      }),
    }),
    field('oxygenLitresPerMinute', 'number', ['Oxygen flow', '氧流量'], { unit: 'L/min' }),
    field('ventilatedForAirwayOnly', 'flag', [
      'Positive pressure only to keep the airway open',
      '正压通气仅为保持气道通畅',
    ]),
    field('died', 'flag', ['Died of it', '因此死亡']),
  ],
  icans: [
    field('ice', 'number', ['ICE score (12 years and more)', 'ICE 评分（12 岁及以上）'], { unit: '/10' }),
    field('capd', 'number', ['CAPD (younger than 12)', 'CAPD 评分（12 岁以下）'], { unit: '/32' }),
    field('awakening', 'choice', ['Wakes', '唤醒'], {
      options: options({
        alert: ['is awake', '清醒'],
        spontaneous: ['by himself', '可自行醒来'],
        voice: ['to voice', '呼唤可醒'],
        tactile: ['to touch only', '仅触碰可醒'],
        vigorous: ['to vigorous or no stimulus', '强刺激方醒或不能唤醒'],
      }),
    }),
    field('seizure', 'choice', ['Seizure', '癫痫发作'], {
      options: options({
        none: ['none', '无'],
        resolving: ['resolves rapidly', '迅速缓解'],
        prolonged: ['over 5 minutes, or repeated without recovery', '超过 5 分钟，或反复发作且未恢复'],
      }),
    }),
    field('focalWeakness', 'flag', ['Deep focal weakness (hemiparesis, paraparesis)', '明显局灶性无力（偏瘫、截瘫）']),
    field('oedema', 'choice', ['Cerebral oedema on imaging', '影像学脑水肿'], {
      options: options({ none: ['none', '无'], focal: ['focal', '局灶'], diffuse: ['diffuse', '弥漫'] }),
    }),
    field('raisedPressureSigns', 'flag', [
      'Posturing, sixth nerve palsy, papilloedema or Cushing’s triad',
      '去皮层/去脑强直、外展神经麻痹、视乳头水肿或库欣三联征',
    ]),
    field('died', 'flag', ['Died of it', '因此死亡']),
  ],
};

export const ASSESSMENT_SOURCES: Readonly<Record<AssessmentMethod, string>> = {
  'who-umc': 'The use of the WHO-UMC system for standardised case causality assessment, Uppsala Monitoring Centre',
  naranjo: 'Naranjo et al., Clin Pharmacol Ther 1981;30:239-245',
  crs: 'ASTCT consensus grading, Lee et al., Biol Blood Marrow Transplant 2019;25:625-638',
  icans: 'ASTCT consensus grading, Lee et al., Biol Blood Marrow Transplant 2019;25:625-638',
};
