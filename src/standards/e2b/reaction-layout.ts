import {
  always,
  at,
  flag,
  is,
  measured,
  only,
  others,
  type Part,
  path,
  plain,
  text,
  timing,
  within,
} from './layout.ts';
import type { Reaction, TestResult } from './model.ts';
import { country, list, MEDDRA, meddra, observed, PERTINENT, quantity, REFERRED, seen, TERM } from './vocabulary.ts';

const criterion = <T>(code: string, displayName: string, number: string, key: keyof T & string): Part<T> =>
  path(PERTINENT, observed(code, displayName), path('value[type=BL]', flag(number, key)));

export const reaction: Part<Reaction>[] = [
  path('id', plain('root', 'E.i', 'id')),
  observed('29', 'reaction'),
  timing('E.i.4', 'E.i.5', ['E.i.6a', 'E.i.6b']),
  path(
    `value${TERM}`,
    within('term', ...meddra('E.i.2.1a', 'E.i.2.1b')),
    path('originalText', text('E.i.1.1a', 'text'), plain('language', 'E.i.1.1b', 'language')),
  ),
  path('location:LOC/locatedEntity/locatedPlace', country('E.i.9', 'country')),
  seen(PERTINENT, '30', 'reactionForTranslation', '[type=ED]', text('E.i.1.2', 'translation')),
  seen(
    PERTINENT,
    '37',
    'termHighlightedByReporter',
    `[type=CE][codeSystem=${list(10)}]`,
    at('code', 'E.i.3.1', 'highlighted'),
  ),
  within(
    'seriousness',
    criterion('34', 'resultsInDeath', 'E.i.3.2a', 'death'),
    criterion('21', 'isLifeThreatening', 'E.i.3.2b', 'lifeThreatening'),
    criterion('33', 'requiresInpatientHospitalization', 'E.i.3.2c', 'hospitalisation'),
    criterion('35', 'resultsInPersistentOrSignificantDisability', 'E.i.3.2d', 'disabling'),
    criterion('12', 'congenitalAnomalyBirthDefect', 'E.i.3.2e', 'congenital'),
    criterion('26', 'otherMedicallyImportantCondition', 'E.i.3.2f', 'other'),
  ),
  seen(PERTINENT, '27', 'outcome', `[type=CE][codeSystem=${list(11)}]`, at('code', 'E.i.7', 'outcome')),
  criterion('24', 'medicalConfirmationByHealthProfessional', 'E.i.8', 'medicallyConfirmed'),
  others('regional', PERTINENT),
];

const RANGE = '2.16.840.1.113883.5.83';
export const test: Part<TestResult>[] = [
  always(
    `code[codeSystem=${MEDDRA}]`,
    within('term', ...meddra('F.r.2.2a', 'F.r.2.2b')),
    path('originalText', text('F.r.2.1', 'name')),
  ),
  path('effectiveTime', at('value', 'F.r.1', 'date')),
  measured('F.r.3.2', 'F.r.3.3'),
  only((node) => node.attributes['type'] === 'ED', "[@xsi:type='ED']", path('value[type=ED]', text('F.r.3.4', 'text'))),
  path(`interpretationCode[codeSystem=${list(12)}]`, at('code', 'F.r.3.1', 'code')),
  within(
    'normalLow',
    path(
      'referenceRange:REFV/observationRange',
      path('value[type=PQ]', ...quantity('F.r.4', 'F.r.3.3')),
      is('interpretationCode', { code: 'L', codeSystem: RANGE }),
    ),
  ),
  within(
    'normalHigh',
    path(
      'referenceRange:REFV/observationRange',
      path('value[type=PQ]', ...quantity('F.r.5', 'F.r.3.3')),
      is('interpretationCode', { code: 'H', codeSystem: RANGE }),
    ),
  ),
  seen(PERTINENT, '10', 'comment', '[type=ED]', text('F.r.6', 'comments')),
  seen(REFERRED, '25', 'moreInformationAvailable', '[type=BL]', flag('F.r.7', 'moreInformation')),
];
