import type { Text } from './text.ts';

/** What the WHO-UMC system asks of a case; what is not known is `unknown`. */
export interface CaseFacts {
  /** From intake to event: plausible, reasonable, or making a relationship improbable. */
  time: 'plausible' | 'reasonable' | 'improbable' | 'unknown';
  /** Disease or other drugs: cannot explain it, are unlikely to, could also, or do so plausibly. */
  otherCauses: 'excluded' | 'unlikely' | 'possible' | 'plausible' | 'unknown';
  /** The response to withdrawal: plausible pharmacologically, clinically reasonable, against a relationship, or unclear. */
  withdrawal: 'plausible' | 'reasonable' | 'against' | 'unknown';
  /** An objective and specific disorder or a recognised pharmacological phenomenon. */
  isDefinitive: boolean;
  rechallenge: 'satisfactory' | 'not-necessary' | 'not-done' | 'against';
  /** Whether it can be judged: enough, more is needed or being examined, or insufficient or contradictory for good. */
  information: 'enough' | 'more-needed' | 'unverifiable';
}

export type WhoUmcCategory = 'certain' | 'probable' | 'possible' | 'unlikely' | 'conditional' | 'unassessable';

export interface Criterion {
  id: string;
  text: Text;
  holds(facts: CaseFacts): boolean;
}

export interface WhoUmcDefinition {
  category: WhoUmcCategory;
  text: Text;
  criteria: readonly Criterion[];
}

const TIMELY = ['plausible', 'reasonable'];

/** The categories with all their criteria, the strongest relationship first. */
export const WHO_UMC_CATEGORIES: readonly WhoUmcDefinition[] = [
  {
    category: 'certain',
    text: { en: 'Certain', zh: '肯定' },
    criteria: [
      criterion(
        'plausible-time',
        'Event or laboratory test abnormality, with plausible time relationship to drug intake',
        '事件或实验室异常与用药有合理（充分可信）的时间关系',
        ({ time }) => time === 'plausible',
      ),
      criterion(
        'not-explained',
        'Cannot be explained by disease or other drugs',
        '不能用疾病或其他药物解释',
        ({ otherCauses }) => otherCauses === 'excluded',
      ),
      criterion(
        'plausible-withdrawal',
        'Response to withdrawal plausible (pharmacologically, pathologically)',
        '停药后的反应在药理学、病理学上可信',
        ({ withdrawal }) => withdrawal === 'plausible',
      ),
      criterion(
        'definitive',
        'Event definitive pharmacologically or phenomenologically',
        '事件在药理学或现象学上明确（客观而特异的疾病，或公认的药理现象）',
        ({ isDefinitive }) => isDefinitive,
      ),
      criterion(
        'rechallenge',
        'Rechallenge satisfactory, if necessary',
        '必要时，再激发试验结果令人满意',
        ({ rechallenge }) => rechallenge === 'satisfactory' || rechallenge === 'not-necessary',
      ),
    ],
  },
  {
    category: 'probable',
    text: { en: 'Probable/Likely', zh: '很可能' },
    criteria: [
      criterion(
        'reasonable-time',
        'Event or laboratory test abnormality, with reasonable time relationship to drug intake',
        '事件或实验室异常与用药有合理的时间关系',
        ({ time }) => TIMELY.includes(time),
      ),
      criterion(
        'unlikely-explained',
        'Unlikely to be attributed to disease or other drugs',
        '不大可能由疾病或其他药物引起',
        ({ otherCauses }) => otherCauses === 'excluded' || otherCauses === 'unlikely',
      ),
      criterion(
        'reasonable-withdrawal',
        'Response to withdrawal clinically reasonable',
        '停药后的反应在临床上合理',
        ({ withdrawal }) => withdrawal === 'plausible' || withdrawal === 'reasonable',
      ),
    ],
  },
  {
    category: 'possible',
    text: { en: 'Possible', zh: '可能' },
    criteria: [
      criterion(
        'reasonable-time',
        'Event or laboratory test abnormality, with reasonable time relationship to drug intake',
        '事件或实验室异常与用药有合理的时间关系',
        ({ time }) => TIMELY.includes(time),
      ),
    ],
  },
  {
    category: 'unlikely',
    text: { en: 'Unlikely', zh: '不大可能' },
    criteria: [
      criterion(
        'improbable-time',
        'A time to drug intake that makes a relationship improbable (but not impossible)',
        '与用药的时间关系使因果关系不大可能（但并非不可能）',
        ({ time }) => time === 'improbable',
      ),
    ],
  },
  {
    category: 'conditional',
    text: { en: 'Conditional/Unclassified', zh: '待评价' },
    criteria: [
      criterion(
        'more-needed',
        'More data for proper assessment needed, or additional data under examination',
        '需要更多资料才能恰当评价，或补充资料正在审查',
        ({ information, time }) => information === 'more-needed' || time === 'unknown',
      ),
    ],
  },
  {
    category: 'unassessable',
    text: { en: 'Unassessable/Unclassifiable', zh: '无法评价' },
    criteria: [
      criterion(
        'unverifiable',
        'Cannot be judged because information is insufficient or contradictory, and cannot be supplemented or verified',
        '资料不足或相互矛盾而无法判断，且无法补充或核实',
        ({ information }) => information === 'unverifiable',
      ),
    ],
  },
];

function criterion(id: string, en: string, zh: string, holds: (facts: CaseFacts) => boolean): Criterion {
  return { id, text: { en, zh }, holds };
}

export interface WhoUmcAssessment {
  category: WhoUmcCategory;
  /** Criteria of the next stronger category that do not hold; empty for the strongest, and where nothing can be judged. */
  missing: Criterion[];
}

/**
 * The standardised case causality of the WHO and the Uppsala Monitoring Centre: the strongest category whose criteria all hold. It proposes; a person decides.
 *
 * What cannot be judged comes first; then a case with a reasonable time relationship is at least possible, whatever else could explain it.
 *
 * Source: The use of the WHO-UMC system for standardised case causality assessment, Uppsala Monitoring Centre. The Chinese wording is this project's own translation.
 */
export function assessWhoUmc(facts: CaseFacts): WhoUmcAssessment {
  if (facts.information === 'unverifiable') return { category: 'unassessable', missing: [] };
  if (facts.information === 'more-needed' || facts.time === 'unknown') return { category: 'conditional', missing: [] };
  const at = WHO_UMC_CATEGORIES.findIndex(({ criteria }) => criteria.every(({ holds }) => holds(facts)));
  const stronger = at > 0 ? WHO_UMC_CATEGORIES[at - 1]! : undefined;
  return {
    category: WHO_UMC_CATEGORIES[at]!.category,
    missing: stronger?.criteria.filter(({ holds }) => !holds(facts)) ?? [],
  };
}
