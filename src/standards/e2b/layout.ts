import type { Xml } from './xml.ts';

/**
 * The place of every element in the XML, as data that is read in both directions: from a message into objects, from objects into a
 * message in the schema's order, and into the XPath of a fault. What is said once cannot differ between reading and writing.
 */

/** A piece of layout; `T` is the object that its keys belong to. */
export type Part<T> = (Leaf | Element | Each | Within | Timing | Measured | Others) & {
  /** never there: it lets the compiler check keys against `T` */
  readonly of?: (object: T) => void;
};

/** A value, at an attribute of the element around it or as its text. */
export interface Leaf {
  kind: 'leaf';
  number: string;
  key: string;
  at: string;
  flag: boolean;
  /** its absence is told by the element's nullFlavor: true for the first value of an element only */
  nullable: boolean;
  /** written before the value and taken off it: `tel:` */
  scheme: string;
  /** what the attribute says when the value is undefined */
  byDefault: string;
}
export interface Element {
  kind: 'element';
  name: string;
  /** written always; those in TELLING also choose the element when reading */
  fixed: Record<string, string>;
  parts: AnyPart[];
  /** constants further inside by which the element is known, e.g. its code */
  tells: Tell[];
  /** the element around it is known by the same constants, so that an XPath need not repeat them */
  told: boolean;
  /** a constant that is written but need not be there */
  silent: boolean;
  /** the how-manyeth of its name, from 1; 0 for the first that fits */
  position: number;
  always: boolean;
  /** takes all that fit, as the lines of one value */
  gathers: boolean;
  /** a condition beyond attributes, and the same as a predicate of XPath */
  when: (node: Xml) => boolean;
  predicate: string;
}
export interface Tell {
  steps: string[];
  fixed: Record<string, string>;
}
interface Each {
  kind: 'each';
  key: string;
  element: Element;
}
interface Within {
  kind: 'within';
  key: string;
  parts: AnyPart[];
}
/** HL7's times: an interval, a period, or both in an expression. */
export interface Timing {
  kind: 'timing';
  start: Leaf;
  end: Leaf;
  duration: [Leaf, Leaf];
  interval: [Leaf, Leaf] | undefined;
}
/** HL7's interval of a physical quantity: a value, or the bound it lies beyond. */
export interface Measured {
  kind: 'measured';
  value: Leaf;
  unit: Leaf;
}
/** All that is left of a kind: observations of a region. */
export interface Others {
  kind: 'others';
  key: string;
  steps: string[];
}
// The layout is checked against its objects where it is written; the machine that runs it knows keys only.
export type AnyPart = Leaf | Element | Each | Within | Timing | Measured | Others;
export type Holder = Record<string, unknown>;

const LEAF = { kind: 'leaf', at: 'value', flag: false, nullable: true, scheme: '', byDefault: '' } as const;

type Key<T> = keyof T & string;
type Item<T> = NonNullable<T> extends readonly (infer U)[] ? U : never;

/** A value at an attribute. */
export function at<T>(attribute: string, number: string, key: Key<T>, byDefault = ''): Part<T> {
  return { ...LEAF, number, key, at: attribute, byDefault };
}
/** A value at an attribute that cannot be said to be missing: an identifier, and what stands beside a value, as its unit or version. */
export function plain<T>(attribute: string, number: string, key: Key<T>, byDefault = ''): Part<T> {
  return { ...LEAF, number, key, at: attribute, nullable: false, byDefault };
}
/** A value as text. */
export function text<T>(number: string, key: Key<T>): Part<T> {
  return { ...LEAF, number, key, at: '#text' };
}
/** A truth at the attribute `value`. */
export function flag<T>(number: string, key: Key<T>): Part<T> {
  return { ...LEAF, number, key, flag: true };
}

/**
 * Elements inside each other: `author/assignedEntity/code`. A name may carry its HL7 type, `subjectOf2:SBJ`, and fixed attributes,
 * `id[root=1.2.3]`. The parts belong to the innermost.
 */
export function path<T>(steps: string, ...parts: Part<T>[]): Part<T> {
  return chain(steps, parts) as Part<T>;
}
/** Like `path`, but written even when nothing is in it, because the schema asks for it. */
export function always<T>(steps: string, ...parts: Part<T>[]): Part<T> {
  const outer = chain(steps, parts);
  for (const link of linksOf(outer, steps)) link.always = true;
  return outer as Part<T>;
}
/** Like `path`, for the how-manyeth element of the name. */
export function nth<T>(position: number, step: string, ...parts: Part<T>[]): Part<T> {
  return { ...chain(step, parts), position } as Part<T>;
}
/** Like `path`, for a value whose lines are elements of their own. */
export function lines<T>(step: string, ...parts: Part<T>[]): Part<T> {
  return { ...chain(step, parts), gathers: true } as Part<T>;
}
/** A part for those elements only that meet a condition, which is told in XPath too. */
export function only<T>(when: (node: Xml) => boolean, predicate: string, part: Part<T>): Part<T> {
  if (part.kind === 'each') return { ...part, element: { ...part.element, when, predicate } };
  return { ...part, when, predicate } as Part<T>;
}
/** A telephone, fax or e-mail address: `tel:`, `fax:`, `mailto:`. One that is only said to be missing is a telephone. */
export function telecom<T>(scheme: string, number: string, key: Key<T>): Part<T> {
  const leaf: Part<T> = { ...LEAF, number, key, scheme };
  const fits = ({ attributes }: Xml): boolean =>
    attributes['value'] === undefined
      ? scheme === 'tel:' && attributes['nullFlavor'] !== undefined
      : attributes['value'].toLowerCase().startsWith(scheme);
  return only(fits, `[starts-with(@value,'${scheme}')]`, path('telecom', leaf));
}
/** Where a code's text may say that it is missing at the code itself; it is never written there. */
export function orNull<T>(number: string, key: Key<T>): Part<T> {
  return { ...LEAF, number, key, at: '#null' };
}
/** A list: one element, and all inside `steps`, for each object. */
export function each<T, K extends Key<T>>(key: K, steps: string, ...parts: Part<Item<T[K]>>[]): Part<T> {
  return { kind: 'each', key, element: chain(steps, parts) } as Part<T>;
}
/** Values of an object within the object; says nothing in XML. */
export function within<T, K extends Key<T>>(key: K, ...parts: Part<NonNullable<T[K]>>[]): Part<T> {
  return { kind: 'within', key, parts } as Part<T>;
}
/** E.i.4 to 6 and G.k.4.r.2 to 6. The object has `start`, `end`, `duration` and, with `interval`, `interval`. */
export function timing<T>(
  start: string,
  end: string,
  duration: [string, string],
  interval?: [string, string],
): Part<T> {
  const leaf = (number: string, key: string): Leaf => ({ ...LEAF, number, key });
  return {
    kind: 'timing',
    start: leaf(start, 'start'),
    end: leaf(end, 'end'),
    duration: [leaf(duration[0], 'value'), leaf(duration[1], 'unit')],
    interval: interval && [leaf(interval[0], 'value'), leaf(interval[1], 'unit')],
  };
}
/** F.r.3.2 and F.r.3.3, in an object of `qualifier`, `value` and `unit`. */
export function measured<T>(value: string, unit: string): Part<T> {
  return {
    kind: 'measured',
    value: { ...LEAF, number: value, key: 'value' },
    unit: { ...LEAF, number: unit, key: 'unit' },
  };
}
/** Simple observations that no other part has taken. */
export function others<T>(key: Key<T>, steps: string): Part<T> {
  return { kind: 'others', key, steps: steps.split('/') };
}
/** A constant by which the element around it is known. */
export function is<T>(name: string, fixed: Record<string, string>): Part<T> {
  return element(name, fixed, []);
}

/** Constants that are written because the schema or the guide asks for them; a reader does without. */
export function set<T>(steps: string, fixed: Record<string, string> = {}): Part<T> {
  const outer = chain(steps, []);
  const links = linksOf(outer, steps);
  for (const link of links) link.silent = true;
  const last = links.at(-1);
  if (last !== undefined) last.fixed = { ...last.fixed, ...fixed };
  return outer as Part<T>;
}

/** The elements that a chain of steps was made of, the outermost first. */
function linksOf(outer: Element, steps: string): Element[] {
  const links = [outer];
  for (let rest = steps.split('/').length - 1; rest > 0; rest--) {
    const inner = links.at(-1)?.parts[0];
    if (inner?.kind === 'element') links.push(inner);
  }
  return links;
}

function chain(steps: string, parts: readonly object[]): Element {
  const [first = '', ...rest] = steps.split('/');
  const inner = rest.length === 0 ? (parts as AnyPart[]) : [{ ...chain(rest.join('/'), parts), told: true }];
  const { name, fixed } = readStep(first);
  return element(name, fixed, inner, rest.length > 0);
}

function element(name: string, fixed: Record<string, string>, parts: AnyPart[], isLink = false): Element {
  const tells: Tell[] = [];
  for (const part of parts) {
    if (part.kind !== 'element' || part.silent) continue;
    if (isConstant(part)) for (const tell of constantsOf(part)) tells.push(tell);
    else if (isLink) for (const tell of part.tells) tells.push({ ...tell, steps: [part.name, ...tell.steps] });
    if (isLink && !isConstant(part) && chooses(part.fixed)) tells.push({ steps: [part.name], fixed: part.fixed });
    if (isLink && tells.length === 0 && LEADS.has(name)) tells.push({ steps: [part.name], fixed: {} });
  }
  return {
    kind: 'element',
    name,
    fixed,
    parts,
    tells,
    told: false,
    silent: false,
    position: 0,
    always: false,
    gathers: false,
    when: () => true,
    predicate: '',
  };
}

/** Whether a part holds no value: it is written with the element around it. */
export const isConstant = (part: AnyPart): boolean => part.kind === 'element' && part.parts.every(isConstant);

/** Relationships that lead to things of several kinds, and are told apart by what they lead to. */
const LEADS = new Set(['component', 'inboundRelationship', 'outboundRelationship2', 'subjectOf1', 'subjectOf2']);

function constantsOf(part: Element): Tell[] {
  const own = chooses(part.fixed) ? [{ steps: [part.name], fixed: part.fixed }] : [];
  return own.concat(
    part.parts.flatMap((inner) =>
      inner.kind === 'element'
        ? constantsOf(inner).map((tell) => ({ ...tell, steps: [part.name, ...tell.steps] }))
        : [],
    ),
  );
}

/** The branch of ICH's code lists (.1.n) and namespaces of identifiers (.3.n). */
export const ICH = '2.16.840.1.113883.3.989.2.1';
/** ICH's code list of the observations in a case report. */
export const OBSERVATION = `${ICH}.1.19`;
/** HL7's namespace of interactions. */
export const INTERACTION = '2.16.840.1.113883.1.6';

// The attributes that tell elements of one name apart.
export const TELLING = ['code', 'codeSystem', 'root', 'nullFlavor', 'unit'];
const chooses = (fixed: Record<string, string>): boolean =>
  'code' in fixed || 'root' in fixed || 'nullFlavor' in fixed || 'unit' in fixed;

/** HL7's structural attributes by the name of the element: its class and mood or determiner, and the type of a relationship. */
const STRUCTURE: Record<string, string> = {
  act: 'ACT EVN',
  actReference: 'OBS EVN',
  adverseEffectReference: 'OBS EVN',
  adverseEventAssessment: 'INVSTG EVN',
  approval: 'CNTRCT EVN',
  asIdentifiedEntity: 'IDENT',
  asLocatedEntity: 'LOCE',
  asManufacturedProduct: 'MANU',
  asQualifiedEntity: 'QUAL',
  assignedEntity: 'ASSIGNED',
  assignedPerson: 'PSN INSTANCE',
  associatedPerson: 'PSN INSTANCE',
  causalityAssessment: 'OBS EVN',
  controlActEvent: 'CACT EVN',
  controlActProcess: 'CACT EVN',
  device: 'DEV INSTANCE',
  document: 'DOC EVN',
  governingPlace: 'COUNTRY INSTANCE',
  ingredient: 'ACTI',
  ingredientSubstance: 'MMAT KIND',
  instanceOfKind: 'INST',
  investigationCharacteristic: 'OBS EVN',
  investigationEvent: 'INVSTG EVN',
  kindOfProduct: 'MMAT KIND',
  locatedEntity: 'LOCE',
  locatedPlace: 'COUNTRY INSTANCE',
  observation: 'OBS EVN',
  observationEvent: 'OBS EVN',
  observationRange: 'OBS EVN.CRT',
  organizer: 'CATEGORY EVN',
  player1: 'PSN INSTANCE',
  playingOrganization: 'ORG INSTANCE',
  primaryRole: 'INVSBJ',
  productEvent: 'ACT EVN',
  productInstanceInstance: 'MMAT INSTANCE',
  productUseReference: 'SBADM EVN',
  relatedInvestigation: 'INVSTG EVN',
  representedOrganization: 'ORG INSTANCE',
  researchStudy: 'CLNTRL EVN',
  studyRegistration: 'ACT EVN',
  substanceAdministration: 'SBADM EVN',
  territorialAuthority: 'TERR',
  territory: 'NAT INSTANCE',
};
const MOODS = new Set(['EVN', 'EVN.CRT']);

/** A step's name and attributes. */
export function readStep(step: string): { name: string; fixed: Record<string, string> } {
  const [, name = '', type, bracket = ''] = /^([\w]+)(?::([A-Z]+(?:\.[A-Z]+)?))?((?:\[[^\]]+\])*)$/.exec(step) ?? [];
  const fixed: Record<string, string> = {};
  const structure = STRUCTURE[name];
  // A role and a country's place are classes too, but they bear the names of relationships elsewhere.
  const isPlace = type === 'COUNTRY';
  if (isPlace || (name === 'role' && type !== undefined)) {
    fixed['classCode'] = type ?? '';
    if (isPlace) fixed['determinerCode'] = 'INSTANCE';
  } else if (structure !== undefined) {
    const [classCode = '', second] = structure.split(' ');
    fixed['classCode'] = classCode;
    if (second !== undefined) fixed[MOODS.has(second) ? 'moodCode' : 'determinerCode'] = second;
  } else if (type !== undefined) {
    fixed['typeCode'] = type;
  }
  for (const [, key = '', value = ''] of bracket.matchAll(/\[([^=\]]+)=([^\]]+)\]/g)) fixed[key] = value;
  return { name, fixed };
}
