import {
  always,
  at,
  each,
  flag,
  is,
  only,
  orNull,
  others,
  type Part,
  path,
  plain,
  set,
  text,
  timing,
  within,
} from './layout.ts';
import type { CodedText, Dosage, Substance } from './model.ts';
import {
  by,
  country,
  EDQM_FORM,
  EDQM_ROUTE,
  list,
  meddra,
  namespace,
  observed,
  PERTINENT,
  productCodes,
  quantity,
  REFERRED,
  seen,
  TERM,
  termId,
} from './vocabulary.ts';
import type { WireAssessment, WireCode, WireDrug } from './wire.ts';
import type { Xml } from './xml.ts';

const isOne = ({ attributes }: Xml): boolean => attributes['value'] === '1' && (attributes['unit'] ?? '1') === '1';
const substance: Part<Substance>[] = [
  within(
    'strength',
    path(
      'quantity',
      path('numerator', ...quantity('G.k.2.3.r.3a', 'G.k.2.3.r.3b')),
      only(isOne, '', set('denominator[value=1]')),
    ),
  ),
  always(
    'ingredientSubstance',
    within('term', path('code', ...termId('G.k.2.3.r.2a', 'G.k.2.3.r.2b', 'TBD-Substance'))),
    always('name', text('G.k.2.3.r.1', 'name')),
  ),
];

const coded = (prefix: string, system: string): Part<CodedText>[] => [
  ...termCode(`${prefix}.2a`, `${prefix}.2b`, system),
  path('originalText', text(`${prefix}.1`, 'text')),
  orNull(`${prefix}.1`, 'text'),
];
const termCode = (version: string, id: string, system: string): Part<CodedText>[] => [
  plain('code', id, 'id'),
  plain('codeSystemVersion', version, 'version'),
  plain('codeSystem', id, 'system', system),
];

const dosage: Part<Dosage>[] = [
  path('text', text('G.k.4.r.8', 'text')),
  timing('G.k.4.r.4', 'G.k.4.r.5', ['G.k.4.r.6a', 'G.k.4.r.6b'], ['G.k.4.r.2', 'G.k.4.r.3']),
  within('route', path('routeCode', ...coded('G.k.4.r.10', EDQM_ROUTE))),
  within('dose', path('doseQuantity', ...quantity('G.k.4.r.1a', 'G.k.4.r.1b'))),
  path(
    'consumable:CSM/instanceOfKind',
    path('productInstanceInstance/lotNumberText', text('G.k.4.r.7', 'lot')),
    within('form', path('kindOfProduct/formCode', ...coded('G.k.4.r.9', EDQM_FORM))),
  ),
  within(
    'parentRoute',
    seen(
      'inboundRelationship:REFR/observation',
      '28',
      'parentRouteOfAdministration',
      '[type=CE]',
      ...coded('G.k.4.r.11', EDQM_ROUTE),
    ),
  ),
  seen(
    'inboundRelationship:REFR/observation',
    'CN-8',
    'drugExpiryDate',
    '[type=TS]',
    at('value', 'G.k.4.r.CN.1', 'expiry'),
  ),
];

const ofType =
  (type: string): ((node: Xml) => boolean) =>
  (node) =>
    node.attributes['typeCode'] === type;
const interval = (key: 'sinceStart' | 'sinceLastDose', type: string, number: string): Part<WireDrug> =>
  only(
    ofType(type),
    `[@typeCode='${type}']`,
    each(
      key,
      `outboundRelationship1:${type}`,
      within('interval', path('pauseQuantity', ...quantity(`${number}a`, `${number}b`))),
      path('actReference/id', plain('root', 'G.k.9.i.1', 'reactionId')),
    ),
  );

/** A coded answer about this drug and the reaction that it names. */
const answered = (
  key: 'recurrences' | 'unexpected' | 'dechallenges',
  code: Part<WireCode>,
  system: string,
  number: string,
): Part<WireDrug> =>
  each(
    key,
    PERTINENT,
    code,
    path(`value[type=CE]${system}`, at('code', number, 'code')),
    path('outboundRelationship1:REFR/actReference/id', plain('root', 'G.k.9.i.1', 'reactionId')),
  );

const GK10 = list(17);
const isGk10 = (node: Xml): boolean =>
  node.children.some((observation) =>
    observation.children.some((value) => value.name === 'value' && (value.attributes['codeSystem'] ?? GK10) === GK10),
  );

export const drug: Part<WireDrug>[] = [
  path('id', plain('root', 'G.k', 'id')),
  path(
    'consumable:CSM/instanceOfKind',
    path(
      'kindOfProduct',
      ...productCodes<WireDrug>(['G.k.2.1.1a', 'G.k.2.1.1b'], ['G.k.2.1.2a', 'G.k.2.1.2b']),
      path('name', text('G.k.2.2', 'name')),
      within(
        'authorisation',
        path(
          'asManufacturedProduct/subjectOf:SBJ/approval',
          path(`id[root=${namespace(4)}]`, at('extension', 'G.k.3.1', 'number')),
          path('holder:HLD/role:HLD/playingOrganization/name', text('G.k.3.3', 'holder')),
          path('author:AUT/territorialAuthority/territory', country('G.k.3.2', 'country')),
        ),
      ),
      each('substances', 'ingredient', ...substance),
    ),
    path(
      'subjectOf:SBJ/productEvent',
      is('code', { code: '1', codeSystem: list(18), displayName: 'retailSupply' }),
      path('performer:PRF/assignedEntity/representedOrganization/addr/country', text('G.k.2.4', 'obtainedIn')),
    ),
  ),
  interval('sinceStart', 'SAS', 'G.k.9.i.3.1'),
  interval('sinceLastDose', 'SAE', 'G.k.9.i.3.2'),
  each('dosages', 'outboundRelationship2:COMP/substanceAdministration', ...dosage),
  seen(PERTINENT, '6', 'blinded', '[type=BL]', flag('G.k.2.5', 'blinded')),
  within(
    'cumulativeDose',
    seen(
      'outboundRelationship2:SUMM/observation',
      '14',
      'cumulativeDoseToReaction',
      '[type=PQ]',
      ...quantity('G.k.5a', 'G.k.5b'),
    ),
  ),
  within('gestation', seen(PERTINENT, '16', 'gestationPeriod', '[type=PQ]', ...quantity('G.k.6a', 'G.k.6b'))),
  answered('recurrences', observed('31', 'recurranceOfReaction'), `[codeSystem=${list(16)}]`, 'G.k.9.i.4'),
  answered('unexpected', observed('CN-4', 'unexpected'), '', 'G.k.9.i.CN.1'),
  answered('dechallenges', observed('CN-5', 'dechallenge'), '', 'G.k.9.i.CN.2'),
  only(
    isGk10,
    `[observation/value[@codeSystem='${GK10}']]`,
    each(
      'additional',
      REFERRED,
      observed('9', 'codedDrugInformation'),
      path(`value[type=CE][codeSystem=${GK10}]`, at('code', 'G.k.10.r', 'code')),
    ),
  ),
  seen(REFERRED, '2', 'additionalInformation', '[type=ST]', text('G.k.11', 'additionalText')),
  within(
    'china',
    seen(REFERRED, 'CN-7', 'drugProductName', '[type=ST]', text('G.k.CN.1', 'genericName')),
    seen(REFERRED, 'CN-14', 'medicalEquipment', '[type=ST]', text('G.k.CN.2', 'device')),
    seen(REFERRED, 'CN-15', 'selfDrugProduct', '[type=BL]', flag('G.k.CN.3', 'ownProduct')),
    seen(REFERRED, 'CN-16', 'approvalOrAcceptNumber', '[type=ST]', text('G.k.CN.4', 'approvalNumber')),
  ),
  others('regional', REFERRED),
  each(
    'indications',
    'inboundRelationship:RSON/observation',
    observed('19', 'indication'),
    path(
      `value${TERM}`,
      within('term', ...meddra('G.k.7.r.2a', 'G.k.7.r.2b')),
      path('originalText', text('G.k.7.r.1', 'text')),
    ),
    set('performer:PRF/assignedEntity/code', by('3', 'sourceReporter')),
  ),
  path(`inboundRelationship:CAUS/act/code[codeSystem=${list(15)}]`, at('code', 'G.k.8', 'action')),
];

// The public sources give this name, not an identifier; another one is kept.
const CHINESE_ANSWERS = 'CN-CSV';
const isText = (node: Xml): boolean => (node.attributes['type'] ?? 'ST') !== 'CE';
export const assessment: Part<WireAssessment>[] = [
  observed('39', 'causality'),
  only(isText, "[@xsi:type='ST']", path('value[type=ST]', text('G.k.9.i.2.r.3', 'result'))),
  within(
    'china',
    only(
      (node) => !isText(node),
      "[@xsi:type='CE']",
      path(
        'value[type=CE]',
        at('code', 'G.k.9.i.2.r.CN.2', 'result'),
        plain('codeSystem', 'G.k.9.i.2.r.CN.2', 'resultSystem', CHINESE_ANSWERS),
      ),
    ),
  ),
  path('methodCode/originalText', text('G.k.9.i.2.r.2', 'method')),
  path(
    'author:AUT/assignedEntity/code',
    path('originalText', text('G.k.9.i.2.r.1', 'source')),
    within(
      'china',
      at('code', 'G.k.9.i.2.r.CN.1', 'source'),
      plain('codeSystem', 'G.k.9.i.2.r.CN.1', 'sourceSystem', CHINESE_ANSWERS),
    ),
  ),
  path('subject1:SUBJ/adverseEffectReference/id', plain('root', 'G.k.9.i.1', 'reactionId')),
  path('subject2:SUBJ/productUseReference/id', plain('root', 'G.k', 'drugId')),
];
