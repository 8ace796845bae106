import { always, at, each, flag, is, lines, nth, type Part, path, plain, telecom, text, within } from './layout.ts';
import type { Attachment, Identification, Reporter, Sender, Study } from './model.ts';
import { CASE, country, list, namespace, seen } from './vocabulary.ts';

export const attachment = (number: string): Part<Attachment>[] => [
  path(
    'text',
    plain('mediaType', number, 'mediaType'),
    plain('representation', number, 'representation'),
    plain('compression', number, 'compression'),
    path('reference', plain('value', number, 'fileName')),
    text(number, 'data'),
  ),
];

const name = <T extends Reporter | Sender>(numbers: [string, string, string, string]): Part<T> =>
  path<Reporter>(
    'name',
    path('prefix', text(numbers[0], 'title')),
    nth(1, 'given', text(numbers[1], 'givenName')),
    nth(2, 'given', text(numbers[2], 'middleName')),
    path('family', text(numbers[3], 'familyName')),
  ) as Part<T>;

const address = <T extends Reporter | Sender>(numbers: [string, string, string, string]): Part<T> =>
  path<Reporter>(
    'addr',
    lines('streetAddressLine', text(numbers[0], 'street')),
    path('city', text(numbers[1], 'city')),
    path('state', text(numbers[2], 'state')),
    path('postalCode', text(numbers[3], 'postcode')),
  ) as Part<T>;

/** The outer organisation is the department, the one that it is assigned to the organisation. */
const organisation = <T extends Reporter | Sender>(department: string, number: string): Part<T> =>
  path<Reporter>(
    'representedOrganization',
    path('name', text(department, 'department')),
    path('assignedEntity/representedOrganization/name', text(number, 'organisation')),
  ) as Part<T>;

export const reporter: Part<Reporter>[] = [
  path('priorityNumber', plain('value', 'C.2.r.5', 'primary')),
  always(
    'relatedInvestigation',
    is('code', { code: '2', codeSystem: list(22), displayName: 'sourceReport' }),
    path(
      'subjectOf2:SUBJ/controlActEvent/author:AUT/assignedEntity',
      address(['C.2.r.2.3', 'C.2.r.2.4', 'C.2.r.2.5', 'C.2.r.2.6']),
      telecom('tel:', 'C.2.r.2.7', 'telephone'),
      telecom('mailto:', 'C.2.r.CN.1', 'email'),
      path(
        'assignedPerson',
        name(['C.2.r.1.1', 'C.2.r.1.2', 'C.2.r.1.3', 'C.2.r.1.4']),
        path(`asQualifiedEntity/code[codeSystem=${list(6)}]`, at('code', 'C.2.r.4', 'qualification')),
        path('asLocatedEntity/location:COUNTRY', country('C.2.r.3', 'country')),
      ),
      organisation('C.2.r.2.2', 'C.2.r.2.1'),
    ),
  ),
];

export const sender: Part<Sender>[] = [
  path(
    'controlActEvent/author:AUT/assignedEntity',
    path(`code[codeSystem=${list(7)}]`, at('code', 'C.3.1', 'type')),
    address(['C.3.4.1', 'C.3.4.2', 'C.3.4.3', 'C.3.4.4']),
    telecom('tel:', 'C.3.4.6', 'telephone'),
    telecom('fax:', 'C.3.4.7', 'fax'),
    telecom('mailto:', 'C.3.4.8', 'email'),
    path(
      'assignedPerson',
      name(['C.3.3.2', 'C.3.3.3', 'C.3.3.4', 'C.3.3.5']),
      path('asLocatedEntity/location:COUNTRY', country('C.3.4.5', 'country')),
    ),
    organisation('C.3.3.1', 'C.3.2'),
  ),
];

export const study: Part<Study>[] = [
  path(`id[root=${namespace(5)}]`, at('extension', 'C.5.3', 'number')),
  path(`code[codeSystem=${list(8)}]`, at('code', 'C.5.4', 'type')),
  path('title', text('C.5.2', 'name')),
  each(
    'registrations',
    'authorization:AUTH/studyRegistration',
    path('id', at('extension', 'C.5.1.r.1', 'number'), plain('root', 'C.5.1.r.1', 'system', namespace(6))),
    path('author:AUT/territorialAuthority/governingPlace', country('C.5.1.r.2', 'country')),
  ),
];

export const referenced = <T>(code: string, displayName: string): Part<T> =>
  is('code', { code, codeSystem: list(27), displayName });
export const characteristic = <T>(code: string, displayName: string): Part<T> =>
  is('code', { code, codeSystem: list(23), displayName });

export const caseObservations: Part<Identification>[] = [
  seen(CASE, '1', 'additionalDocumentsAvailable', '[type=BL]', flag('C.1.6.1', 'hasDocuments')),
  seen(CASE, '23', 'localCriteriaForExpedited', '[type=BL]', flag('C.1.7', 'expedited')),
  within(
    'china',
    seen(CASE, 'CN-6', 'reportSource', '[type=CE]', at('code', 'C.1.CN.1', 'source')),
    seen(CASE, 'CN-11', 'classifyOfReport', '[type=CE]', at('code', 'C.1.CN.2', 'category')),
    seen(CASE, 'CN-12', 'mahID', '[type=CE]', at('code', 'C.1.CN.3', 'holderId')),
  ),
];
