import { always, at, each, flag, is, only, type Part, path, text, within } from './layout.ts';
import type { CauseOfDeath, HistoryEntry, Parent, PastDrug, Patient } from './model.ts';
import {
  grouped,
  list,
  MEDDRA,
  meddra,
  namespace,
  OBSERVED,
  observed,
  productCodes,
  quantity,
  SEX,
  seen,
  TERM,
} from './vocabulary.ts';
import type { Xml } from './xml.ts';

const familyHistory: Part<HistoryEntry> = seen(
  'outboundRelationship2:EXPL/observation',
  '38',
  'familyHistory',
  '[type=BL]',
  flag('D.7.1.r.6', 'family'),
);
const historyEntry = (prefix: string): Part<HistoryEntry>[] => [
  always(`code[codeSystem=${MEDDRA}]`, within('term', ...meddra(`${prefix}.1a`, `${prefix}.1b`))),
  path(
    'effectiveTime[type=IVL_TS]',
    path('low', at('value', `${prefix}.2`, 'start')),
    path('high', at('value', `${prefix}.4`, 'end')),
  ),
  seen('outboundRelationship2:COMP/observation', '10', 'comment', '[type=ED]', text(`${prefix}.5`, 'comment')),
  ...(prefix.startsWith('D.10') ? [] : [familyHistory]),
  seen('inboundRelationship:REFR/observation', '13', 'continuing', '[type=BL]', flag(`${prefix}.3`, 'continuing')),
];

const pastDrug = (prefix: string): Part<PastDrug>[] => [
  path(
    'effectiveTime[type=IVL_TS]',
    path('low', at('value', `${prefix}.4`, 'start')),
    path('high', at('value', `${prefix}.5`, 'end')),
  ),
  path(
    'consumable:CSM/instanceOfKind/kindOfProduct',
    ...productCodes<PastDrug>([`${prefix}.2a`, `${prefix}.2b`], [`${prefix}.3a`, `${prefix}.3b`]),
    path('name', text(`${prefix}.1`, 'name')),
  ),
  within(
    'indication',
    seen('outboundRelationship2:RSON/observation', '19', 'indication', TERM, ...meddra(`${prefix}.6a`, `${prefix}.6b`)),
  ),
  within(
    'reaction',
    seen('outboundRelationship2:CAUS/observation', '29', 'reaction', TERM, ...meddra(`${prefix}.7a`, `${prefix}.7b`)),
  ),
];

const isMeddra = (node: Xml): boolean =>
  node.children.some((observation) =>
    observation.children.some((code) => code.name === 'code' && code.attributes['codeSystem'] === MEDDRA),
  );
const MEDDRA_ONLY = `[observation/code[@codeSystem='${MEDDRA}']]`;

/** D.7 and D.10.7, D.8 and D.10.8. */
const histories = (section: 'D' | 'D.10'): Part<Patient>[] => [
  path(
    'subjectOf2:SBJ/organizer',
    grouped('1', 'relevantMedicalHistoryAndConcurrentConditions'),
    only(isMeddra, MEDDRA_ONLY, each('history', 'component:COMP/observation', ...historyEntry(`${section}.7.1.r`))),
    seen(
      'component:COMP/observation',
      '18',
      'historyAndConcurrentConditionText',
      '[type=ED]',
      text(`${section}.7.2`, 'historyText'),
    ),
    ...(section === 'D'
      ? [
          path<Patient>(
            'component:COMP/observation',
            observed('11', 'concomitantTherapy'),
            path('value[type=BL]', flag('D.7.3', 'concomitantTherapies')),
          ),
        ]
      : []),
  ),
  path(
    'subjectOf2:SBJ/organizer',
    grouped('2', 'drugHistory'),
    each('pastDrugs', 'component:COMP/substanceAdministration', ...pastDrug(`${section}.8.r`)),
  ),
];

const measures = (weight: string, height: string): Part<Patient>[] => [
  seen(OBSERVED, '7', 'bodyWeight', '[type=PQ][unit=kg]', at('value', weight, 'weightKg')),
  seen(OBSERVED, '17', 'height', '[type=PQ][unit=cm]', at('value', height, 'heightCm')),
];
const age = (number: string): Part<Patient> =>
  within('age', seen(OBSERVED, '3', 'age', '[type=PQ]', ...quantity(`${number}a`, `${number}b`)));
const lastMenstrualPeriod = (number: string): Part<Patient> =>
  seen(OBSERVED, '22', 'lastMenstrualPeriodDate', '[type=TS]', at('value', number, 'lastMenstrualPeriod'));
const sex = (number: string): Part<Patient> =>
  path(`administrativeGenderCode[codeSystem=${SEX}]`, at('code', number, 'sex'));

const parent: Part<Parent>[] = [
  is('code', { code: 'PRN', codeSystem: '2.16.840.1.113883.5.111', displayName: 'parent' }),
  always(
    'associatedPerson',
    path('name', text('D.10.1', 'name')),
    sex('D.10.6'),
    path('birthTime', at('value', 'D.10.2.1', 'birthDate')),
  ),
  age('D.10.2.2'),
  lastMenstrualPeriod('D.10.3'),
  ...measures('D.10.4', 'D.10.5'),
  ...histories('D.10'),
];

const cause = (prefix: string): Part<CauseOfDeath>[] => [
  path(
    `value${TERM}`,
    within('term', ...meddra(`${prefix}.1a`, `${prefix}.1b`)),
    path('originalText', text(`${prefix}.2`, 'text')),
  ),
];

type RecordNumbers = NonNullable<Patient['recordNumbers']>;
const recordNumber = (code: string, displayName: string, key: keyof RecordNumbers): Part<RecordNumbers> =>
  path(
    'asIdentifiedEntity',
    path(`id[root=${namespace(6 + Number(code))}]`, at('extension', `D.1.1.${code}`, key)),
    is('code', { code, codeSystem: list(4), displayName }),
  );

export const player: Part<Patient>[] = [
  path('name', text('D.1', 'name')),
  sex('D.5'),
  path('birthTime', at('value', 'D.2.1', 'birthDate')),
  within('death', path('deceasedTime', at('value', 'D.9.1', 'date'))),
  within(
    'recordNumbers',
    recordNumber('1', 'gpmrn', 'gp'),
    recordNumber('2', 'specialistMrn', 'specialist'),
    recordNumber('3', 'hospitalMrn', 'hospital'),
    recordNumber('4', 'investigation', 'investigation'),
  ),
  within('parent', path('role:PRS', ...parent)),
];

export const patientObservations: Part<Patient>[] = [
  age('D.2.2'),
  within('gestation', seen(OBSERVED, '16', 'gestationPeriod', '[type=PQ]', ...quantity('D.2.2.1a', 'D.2.2.1b'))),
  seen(OBSERVED, '4', 'ageGroup', `[type=CE][codeSystem=${list(9)}]`, at('code', 'D.2.3', 'ageGroup')),
  ...measures('D.3', 'D.4'),
  lastMenstrualPeriod('D.6'),
  within(
    'china',
    // So they stand in public use: the first two as times, which hold digits, so that their codes go through the schema.
    seen(OBSERVED, 'CN-1', 'nation', '[type=TS]', at('value', 'D.CN.1', 'ethnicity')),
    seen(OBSERVED, 'CN-2', 'race', '[type=TS]', at('value', 'D.CN.2', 'race')),
    seen(OBSERVED, 'CN-3', 'medicalOrgName', '[type=ED]', text('D.CN.3', 'institution')),
    seen(OBSERVED, 'CN-9', 'nationality', '[type=CS]', at('code', 'D.CN.4', 'nationality')),
    seen(OBSERVED, 'CN-10', 'phone', '[type=TEL]', at('value', 'D.CN.5', 'telephone')),
    seen(OBSERVED, 'CN-13', 'pregnancyOfDescription', '[type=ED]', text('D.CN.6', 'pregnancy')),
  ),
  ...histories('D'),
  within(
    'death',
    each('causes', OBSERVED, observed('32', 'reportedCauseOfDeath'), ...cause('D.9.2.r')),
    path(
      OBSERVED,
      observed('5', 'autopsy'),
      path('value[type=BL]', flag('D.9.3', 'autopsy')),
      each(
        'autopsyCauses',
        'outboundRelationship2:CAUS/observation',
        observed('8', 'causeOfDeath'),
        ...cause('D.9.4.r'),
      ),
    ),
  ),
];
