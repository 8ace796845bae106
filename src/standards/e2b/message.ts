import { attachment, caseObservations, characteristic, referenced, reporter, sender, study } from './case-layout.ts';
import { assessment, drug } from './drug-layout.ts';
import {
  always,
  at,
  each,
  flag,
  INTERACTION,
  is,
  only,
  others,
  type Part,
  path,
  plain,
  set,
  text,
  within,
} from './layout.ts';
import type { MessageHeader } from './model.ts';
import { patientObservations, player } from './patient-layout.ts';
import { reaction, test } from './reaction-layout.ts';
import { by, device, grouped, hasPath, list, meddra, namespace, OBSERVED, observed, TERM } from './vocabulary.ts';
import type { WireBatch, WireReport } from './wire.ts';

const adverseEventAssessment: Part<WireReport>[] = [
  path(
    'subject1:SBJ/primaryRole',
    within('patient', always('player1', ...player)),
    within('study', path('subjectOf1:SBJ/researchStudy', ...study)),
    within('patient', ...patientObservations),
    each('reactions', OBSERVED, ...reaction),
    path(
      'subjectOf2:SBJ/organizer',
      grouped('3', 'testsAndProceduresRelevantToTheInvestigation'),
      each('tests', 'component:COMP/observation', ...test),
    ),
    path(
      'subjectOf2:SBJ/organizer',
      grouped('4', 'drugInformation'),
      each('drugs', 'component:COMP/substanceAdministration', ...drug),
    ),
    within('patient', others('regional', OBSERVED)),
  ),
  each(
    'roles',
    'component:COMP/causalityAssessment',
    observed('20', 'interventionCharacterization'),
    path(`value[type=CE][codeSystem=${list(13)}]`, at('code', 'G.k.1', 'role')),
    path('subject2:SUBJ/productUseReference/id', plain('root', 'G.k', 'drugId')),
  ),
  each('assessments', 'component:COMP/causalityAssessment', ...assessment),
  within(
    'narrative',
    path(
      'component1:COMP/observationEvent',
      observed('10', 'comment'),
      path('value[type=ED]', text('H.2', 'reporterComments')),
      path('author:AUT/assignedEntity', is('code', by('3', 'sourceReporter'))),
    ),
    each(
      'senderDiagnoses',
      'component1:COMP/observationEvent',
      observed('15', 'diagnosis'),
      path(`value${TERM}`, ...meddra('H.3.r.1a', 'H.3.r.1b')),
      set('author:AUT/assignedEntity/code', by('1', 'sender')),
    ),
    path(
      'component1:COMP/observationEvent',
      observed('10', 'comment'),
      path('value[type=ED]', text('H.4', 'senderComments')),
      path('author:AUT/assignedEntity', is('code', by('1', 'sender'))),
    ),
  ),
];

const investigationEvent: Part<WireReport>[] = [
  within(
    'identification',
    path(`id[root=${namespace(1)}]`, plain('extension', 'C.1.1', 'safetyReportId')),
    path(`id[root=${namespace(2)}]`, plain('extension', 'C.1.8.1', 'worldwideId')),
  ),
  set('code', { code: 'PAT_ADV_EVNT', codeSystem: '2.16.840.1.113883.5.4' }),
  within('narrative', path('text', text('H.1', 'text'))),
  set('statusCode', { code: 'active' }),
  within(
    'identification',
    path('effectiveTime/low', at('value', 'C.1.4', 'firstReceived')),
    path('availabilityTime', at('value', 'C.1.5', 'mostRecentInformation')),
    each(
      'documents',
      'reference:REFR/document',
      referenced('1', 'documentsHeldBySender'),
      path('title', text('C.1.6.1.r.1', 'title')),
      within('content', ...attachment('C.1.6.1.r.2')),
    ),
  ),
  each(
    'literature',
    'reference:REFR/document',
    referenced('2', 'literatureReference'),
    within('content', ...attachment('C.4.r.2')),
    path('bibliographicDesignationText', text('C.4.r.1', 'reference')),
  ),
  path('component:COMP/adverseEventAssessment', ...adverseEventAssessment),
  within('identification', ...caseObservations),
  within(
    'narrative',
    each(
      'summaries',
      'component:COMP/observationEvent',
      observed('36', 'summaryAndComment'),
      path('value[type=ED]', text('H.5.r.1a', 'text'), plain('language', 'H.5.r.1b', 'language')),
      set('author:AUT/assignedEntity/code', by('2', 'reporter')),
    ),
  ),
  others('regional', 'component:COMP/observationEvent'),
  within(
    'identification',
    path(
      'outboundRelationship:SPRT/relatedInvestigation',
      is('code', { code: '1', codeSystem: list(22), displayName: 'initialReport' }),
      path(
        `subjectOf2:SUBJ/controlActEvent/author:AUT/assignedEntity/code[codeSystem=${list(3)}]`,
        at('code', 'C.1.8.2', 'firstSender'),
      ),
    ),
    each(
      'linkedReports',
      'outboundRelationship:SPRT/relatedInvestigation',
      is('code', { nullFlavor: 'NA' }),
      path(`subjectOf2:SUBJ/controlActEvent/id[root=${namespace(2)}]`, plain('extension', 'C.1.10.r', 'id')),
    ),
  ),
  only(
    (node) =>
      node.children.some((related) =>
        related.children.some((code) => code.name === 'code' && code.attributes['code'] === '2'),
      ),
    "[relatedInvestigation/code[@code='2']]",
    each('reporters', 'outboundRelationship:SPRT', ...reporter),
  ),
  within(
    'sender',
    only(
      (node) => hasPath(node, 'controlActEvent', 'author'),
      '[controlActEvent/author]',
      path('subjectOf1:SUBJ', ...sender),
    ),
  ),
  within(
    'identification',
    only(
      (node) => hasPath(node, 'controlActEvent', 'id'),
      '[controlActEvent/id]',
      each(
        'otherIds',
        'subjectOf1:SUBJ/controlActEvent',
        path(
          `id[root=${namespace(3)}]`,
          plain('extension', 'C.1.9.1.r.2', 'id'),
          plain('assigningAuthorityName', 'C.1.9.1.r.1', 'source'),
        ),
      ),
    ),
    path(
      'subjectOf2:SUBJ/investigationCharacteristic',
      characteristic('1', 'ichReportType'),
      path(`value[type=CE][codeSystem=${list(2)}]`, at('code', 'C.1.3', 'reportType')),
    ),
    path(
      'subjectOf2:SUBJ/investigationCharacteristic',
      characteristic('2', 'otherCaseIds'),
      path('value[type=BL]', flag('C.1.9.1', 'hasOtherIds')),
    ),
    path(
      'subjectOf2:SUBJ/investigationCharacteristic',
      characteristic('3', 'nullificationAmendmentCode'),
      path(`value[type=CE][codeSystem=${list(5)}]`, at('code', 'C.1.11.1', 'revision')),
    ),
    path(
      'subjectOf2:SUBJ/investigationCharacteristic',
      characteristic('4', 'nullificationAmendmentReason'),
      path('value[type=CE]/originalText', text('C.1.11.2', 'revisionReason')),
    ),
  ),
];

const envelope: Part<MessageHeader>[] = [
  path(`id[root=${namespace(1)}]`, plain('extension', 'N.2.r.1', 'id')),
  path('creationTime', at('value', 'N.2.r.4', 'createdAt')),
];

export const messageParts: Part<WireReport>[] = [
  within('message', ...envelope),
  set('interactionId', { extension: 'PORR_IN049016UV', root: INTERACTION }),
  within('message', path('processingCode', plain('code', 'N.2.r', 'processing'))),
  set('processingModeCode', { code: 'T' }),
  set('acceptAckCode', { code: 'AL' }),
  within(
    'message',
    device('receiver:RCV', 12, 'N.2.r.3', 'receiverId'),
    device('sender:SND', 11, 'N.2.r.2', 'senderId'),
  ),
  path(
    'controlActProcess',
    set('code', { code: 'PORR_TE049016UV', codeSystem: '2.16.840.1.113883.1.18' }),
    within('identification', path('effectiveTime', at('value', 'C.1.2', 'createdAt'))),
    path('subject:SUBJ/investigationEvent', ...investigationEvent),
  ),
];

/** The batch, from the root down. */
export const batchRoot: Part<WireBatch> = path(
  'MCCI_IN200100UV01[ITSVersion=XML_1.0]',
  path(`id[root=${namespace(22)}]`, plain('extension', 'N.1.2', 'number')),
  path('creationTime', at('value', 'N.1.5', 'transmittedAt')),
  set('responseModeCode', { code: 'D' }),
  set('interactionId', { extension: 'MCCI_IN200100UV01', root: INTERACTION }),
  path(`name[codeSystem=${list(1)}][displayName=ichicsr]`, plain('code', 'N.1.1', 'type')),
  each('messages', 'PORR_IN049016UV', ...messageParts),
  device('receiver:RCV', 14, 'N.1.4', 'receiverId'),
  device('sender:SND', 13, 'N.1.3', 'senderId'),
);
