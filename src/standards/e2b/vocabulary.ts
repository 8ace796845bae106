import { always, at, ICH, is, OBSERVATION, only, type Part, path, plain, within } from './layout.ts';
import type { Drug, Meddra, PastDrug, Quantity, TermId } from './model.ts';
import type { WireDrug } from './wire.ts';
import type { Xml } from './xml.ts';

export const MEDDRA = '2.16.840.1.113883.6.163';
const COUNTRY = '1.0.3166.1.2.2';
export const SEX = '1.0.5218';
/** ICH code list `n`. */
export const list = (n: number): string => `${ICH}.1.${n}`;
/** ICH namespace `n` of identifiers. */
export const namespace = (n: number): string => `${ICH}.3.${n}`;
export const EDQM_FORM = '0.4.0.127.0.16.1.1.2.1';
export const EDQM_ROUTE = '0.4.0.127.0.16.1.1.2.6';

/**
 * The constant code of an observation. China's regional elements (`CN-...`) stand in the same code system.
 */
export const observed = <T>(code: string, displayName: string): Part<T> =>
  is('code', { code, codeSystem: OBSERVATION, displayName });
/** The constant code of a group of observations. */
export const grouped = <T>(code: string, displayName: string): Part<T> =>
  is('code', { code, codeSystem: list(20), displayName });
/** Who says so: 1 sender, 2 reporter, 3 source reporter. */
export const by = (code: string, displayName: string): Record<string, string> => ({
  code,
  codeSystem: list(21),
  displayName,
});

export const quantity = (value: string, unit: string): Part<Quantity>[] => [
  at('value', value, 'value'),
  plain('unit', unit, 'unit'),
];
export const meddra = (version: string, code: string): Part<Meddra>[] => [
  at('code', code, 'code'),
  plain('codeSystemVersion', version, 'version'),
];
export const TERM = `[type=CE][codeSystem=${MEDDRA}]`;
export const country = <T>(number: string, key: keyof T & string): Part<T> =>
  path(`code[codeSystem=${COUNTRY}]`, at('code', number, key));

/** An observation, known by its code, and the value in it: `seen('subjectOf2:SBJ/observation', '3', 'age', '[type=PQ]', ...)`. */
export const seen = <T>(
  steps: string,
  code: string,
  displayName: string,
  value: string,
  ...parts: Part<T>[]
): Part<T> => path(steps, observed(code, displayName), path(`value${value}`, ...parts));
/** Where observations stand: on the case, on the patient, on what they belong to. */
export const CASE = 'component:COMP/observationEvent';
export const OBSERVED = 'subjectOf2:SBJ/observation';
export const PERTINENT = 'outboundRelationship2:PERT/observation';
export const REFERRED = 'outboundRelationship2:REFR/observation';

/** A product code is an MPID unless its system says that it is a PhPID. */
const isPhpid = (node: Xml): boolean => /phpid/i.test(node.attributes['codeSystem'] ?? '');
export const productCodes = <T extends PastDrug | Drug | WireDrug>(
  mpid: [string, string],
  phpid: [string, string],
): Part<T>[] => {
  const codes: Part<PastDrug>[] = [
    within(
      'phpid',
      only(
        isPhpid,
        '',
        path(
          'code[codeSystem=TBD-PhPID]',
          plain('code', phpid[1], 'id'),
          plain('codeSystemVersion', phpid[0], 'version'),
        ),
      ),
    ),
    within(
      'mpid',
      only((node) => !isPhpid(node), '', path('code', ...termId(mpid[0], mpid[1], 'TBD-MPID'))),
    ),
  ];
  return codes as Part<unknown>[] as Part<T>[];
};
export const termId = (version: string, id: string, system: string): Part<TermId>[] => [
  plain('code', id, 'id'),
  plain('codeSystemVersion', version, 'version'),
  plain('codeSystem', id, 'system', system),
];

/** A party to a message. */
export const device = <T>(
  party: 'receiver:RCV' | 'sender:SND',
  root: number,
  number: string,
  key: keyof T & string,
): Part<T> => always(`${party}/device`, path(`id[root=${namespace(root)}]`, plain('extension', number, key)));

/** Whether elements of these names stand inside each other. */
export const hasPath = (node: Xml, ...steps: string[]): boolean =>
  steps.length === 0 || node.children.some((child) => child.name === steps[0] && hasPath(child, ...steps.slice(1)));
