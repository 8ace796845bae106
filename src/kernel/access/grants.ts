import type { Actor } from '#kernel/context';
import { type Purpose, usualPurpose } from './purposes.ts';

/** As in SMART App Launch 2: create, read, update, delete, search. */
export type Verb = 'c' | 'r' | 'u' | 'd' | 's';
export type Scope = 'all' | 'organization' | 'care' | 'laboratory' | 'self' | 'catalogue';

/** What an actor may do with FHIR rows; an actor may hold several, and one that fits is enough. */
export interface Grant {
  /** A resource type, or `*`. */
  type: string;
  verbs: string;
  scope: Scope;
  /** Types that a `*` does not reach. */
  except?: readonly string[];
  /** Only rows of this patient: a SMART `patient/` scope, or a glass broken for one patient. */
  patient?: string;
  /** Only rows of this category, `system|code` or `code`: the granular part of a SMART scope. */
  category?: string;
}

/** A row of access.policy. */
export interface Policy {
  role: string;
  target: string;
  scope: Scope | 'none';
  verbs: string;
  /** Those for which it holds; none named: for all. */
  purposes?: readonly Purpose[];
}

/**
 * The permissions an actor carries: names of acts, `act@scope` where the act is limited, `*` for everything, and FHIR grants
 * as `fhir:<type>:<verbs>:<scope>[:key=value ...]`.
 *
 * @param stated the purpose; not stated, each role has its usual one
 */
export function permissionsOf(policies: readonly Policy[], stated?: Purpose): Set<string> {
  const permissions = new Set<string>();
  const denied = new Map<string, string[]>();
  for (const { role, target, scope } of policies) {
    if (scope === 'none') denied.set(role, [...(denied.get(role) ?? []), target]);
  }
  for (const { role, target, scope, verbs, purposes = [] } of policies) {
    if (scope === 'none') continue;
    if (purposes.length > 0 && !purposes.includes(stated ?? usualPurpose(role))) continue;
    if (verbs === 'x') permissions.add(scope === 'all' ? target : `${target}@${scope}`);
    else {
      const except = target === '*' ? denied.get(role) : undefined;
      permissions.add(writeGrant({ type: target, verbs, scope, ...(except && { except: except.sort() }) }));
    }
  }
  return permissions;
}

const grantsBySet = new WeakMap<ReadonlySet<string>, Grant[]>();

/** The FHIR grants among the actor's permissions. */
function grantsOf({ permissions }: Pick<Actor, 'permissions'>): readonly Grant[] {
  const known = grantsBySet.get(permissions);
  if (known !== undefined) return known;
  const grants = permissions.has('*') ? [EVERYTHING] : [...permissions].filter(isGrant).map(readGrant);
  grantsBySet.set(permissions, grants);
  return grants;
}

/** The grants that could allow the verb on the type. */
export function grantsFor(actor: Pick<Actor, 'permissions'>, verb: Verb, type: string): Grant[] {
  return grantsOf(actor).filter(
    (grant) =>
      grant.verbs.includes(verb) &&
      (grant.type === type || (grant.type === '*' && !grant.except?.includes(type))) &&
      (grant.scope !== 'catalogue' || CATALOGUE.has(type)),
  );
}

/** How far an act reaches for the actor; undefined when it may not be done at all. */
export function reachOf({ permissions }: Pick<Actor, 'permissions'>, act: string): Scope | undefined {
  if (permissions.has('*') || permissions.has(act)) return 'all';
  return (['organization', 'care', 'laboratory', 'self'] as const).find((scope) => permissions.has(`${act}@${scope}`));
}

/** The scope of a token that reads the rows of the lake, and nothing of the record by another door. */
export const LAKE_SCOPE = 'lake/*.rs';
const LAKE_ONLY = 'lake-';

/** The actor at the lake, where grants that hold for it alone count too. */
export function inLake({ permissions }: Pick<Actor, 'permissions'>): Pick<Actor, 'permissions'> {
  const there = [...permissions].map((permission) =>
    permission.startsWith(`${LAKE_ONLY}fhir:`) ? permission.slice(LAKE_ONLY.length) : permission,
  );
  return { permissions: new Set(there) };
}

const EVERYTHING: Grant = { type: '*', verbs: 'cruds', scope: 'all' };

function isGrant(permission: string): boolean {
  return permission.startsWith('fhir:');
}

export function writeGrant({ type, verbs, scope, except, patient, category }: Grant): string {
  let text = `fhir:${type}:${verbs}:${scope}`;
  if (except !== undefined) text += `:except=${except.map(encodeURIComponent).join('+')}`;
  if (patient !== undefined) text += `:patient=${encodeURIComponent(patient)}`;
  if (category !== undefined) text += `:category=${encodeURIComponent(category)}`;
  return text;
}

function readGrant(text: string): Grant {
  const [, type = '', verbs = '', scope = '', ...rest] = text.split(':');
  const limits = new Map(rest.map((part) => part.split('=') as [string, string]));
  const grant: Grant = { type, verbs, scope: scope as Scope };
  const except = limits.get('except');
  if (except !== undefined) grant.except = except.split('+').map(decodeURIComponent);
  const patient = limits.get('patient');
  if (patient !== undefined) grant.patient = decodeURIComponent(patient);
  const category = limits.get('category');
  if (category !== undefined) grant.category = decodeURIComponent(category);
  return grant;
}

/** One scope of a token: everything, a FHIR part, or the name of an act. */
export interface TokenScope {
  context: 'patient' | 'user' | 'system';
  type: string;
  verbs: string;
  category?: string;
}

const SMART = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)(?:\?(.+))?$/;
const FIRST_VERSION: Record<string, string> = { read: 'rs', write: 'cud', '*': 'cruds' };

/**
 * Reads a scope of SMART App Launch 2 (and 1). Undefined for anything else, and for granular parts other than one `category`:
 * what we cannot enforce is not granted.
 */
export function readSmartScope(text: string): TokenScope | undefined {
  const found = SMART.exec(text);
  if (found === null) return undefined;
  const [, context, type = '', letters = '', query] = found;
  const verbs = FIRST_VERSION[letters] ?? letters;
  if (verbs === '') return undefined;
  const scope: TokenScope = { context: context as TokenScope['context'], type, verbs };
  if (query === undefined) return scope;
  const limits = [...new URLSearchParams(query)];
  const [name, value] = limits[0] ?? [];
  if (limits.length !== 1 || name !== 'category' || !value || value.includes(',')) return undefined;
  return { ...scope, category: value };
}

/**
 * What is left of an account's permissions under a token's scopes: never more than the account has.
 *
 * @param patient the patient of the launch, for `patient/` scopes; without one they grant nothing
 */
export function narrow(permissions: ReadonlySet<string>, scopes: readonly string[], patient?: string): Set<string> {
  if (scopes.includes('*')) return new Set(permissions);
  const left = new Set<string>();
  for (const text of scopes) {
    if (text === LAKE_SCOPE) {
      for (const grant of grantsOf({ permissions }))
        if (grant.verbs.includes('r')) left.add(LAKE_ONLY + writeGrant({ ...grant, verbs: 'rs' }));
      continue;
    }
    const scope = readSmartScope(text);
    if (scope === undefined) {
      for (const permission of permissions) {
        if (!isGrant(permission) && (permission === text || permission.startsWith(`${text}@`))) left.add(permission);
      }
      if (permissions.has('*') && ACT.test(text)) left.add(text);
      continue;
    }
    for (const grant of grantsOf({ permissions })) {
      for (const narrowed of narrowGrant(grant, scope, patient)) left.add(writeGrant(narrowed));
    }
  }
  return left;
}

/** The name of an act: `custody.hand-over`, `laboratory.result.release`. */
export const ACT = /^[a-z][a-z-]*(\.[a-z][a-z-]*)+$/;

function narrowGrant(grant: Grant, scope: TokenScope, patient: string | undefined): Grant[] {
  if (grant.type !== '*' && scope.type !== '*' && grant.type !== scope.type) return [];
  const { except, ...rest } = grant;
  if (grant.type === '*' && scope.type !== '*' && except?.includes(scope.type)) return [];
  const type = grant.type === '*' ? scope.type : grant.type;
  const verbs = [...grant.verbs].filter((verb) => scope.verbs.includes(verb)).join('');
  if (verbs === '') return [];
  const narrowed: Grant = { ...rest, type, verbs, ...(type === '*' && except && { except }) };
  if (scope.category !== undefined) {
    if (grant.category !== undefined && grant.category !== scope.category) return [];
    narrowed.category = scope.category;
  }
  if (scope.context !== 'patient' || grant.scope === 'catalogue') return [narrowed];
  if (patient === undefined || (grant.patient !== undefined && grant.patient !== patient)) return [];
  const ofPatient = { ...narrowed, patient };
  // Catalogues belong to no patient and stay readable, as SMART leaves it to the server.
  const reads = [...verbs].filter((verb) => 'rs'.includes(verb)).join('');
  return grant.scope === 'all' && reads !== ''
    ? [ofPatient, { ...narrowed, verbs: reads, scope: 'catalogue' }]
    : [ofPatient];
}

/**
 * Resource types that describe no person: definitions, terminology, places, organizations, goods, and the professional
 * directory. A row of them that yet names a patient is no catalogue row.
 */
export const CATALOGUE: ReadonlySet<string> = new Set([
  'ActivityDefinition',
  'CapabilityStatement',
  'CatalogEntry',
  'ChargeItemDefinition',
  'CodeSystem',
  'CompartmentDefinition',
  'ConceptMap',
  'DeviceDefinition',
  'EffectEvidenceSynthesis',
  'Endpoint',
  'EventDefinition',
  'Evidence',
  'EvidenceVariable',
  'ExampleScenario',
  'GraphDefinition',
  'HealthcareService',
  'ImplementationGuide',
  'InsurancePlan',
  'Library',
  'Location',
  'Measure',
  'Medication',
  'MedicationKnowledge',
  'MedicinalProduct',
  'MedicinalProductAuthorization',
  'MedicinalProductContraindication',
  'MedicinalProductIndication',
  'MedicinalProductIngredient',
  'MedicinalProductInteraction',
  'MedicinalProductManufactured',
  'MedicinalProductPackaged',
  'MedicinalProductPharmaceutical',
  'MedicinalProductUndesirableEffect',
  'MessageDefinition',
  'NamingSystem',
  'ObservationDefinition',
  'OperationDefinition',
  'Organization',
  'OrganizationAffiliation',
  'PlanDefinition',
  'Practitioner',
  'PractitionerRole',
  'Questionnaire',
  'ResearchDefinition',
  'ResearchElementDefinition',
  'ResearchStudy',
  'RiskEvidenceSynthesis',
  'SearchParameter',
  'SpecimenDefinition',
  'StructureDefinition',
  'StructureMap',
  'Substance',
  'SubstanceNucleicAcid',
  'SubstancePolymer',
  'SubstanceProtein',
  'SubstanceReferenceInformation',
  'SubstanceSourceMaterial',
  'SubstanceSpecification',
  'TerminologyCapabilities',
  'TestReport',
  'TestScript',
  'ValueSet',
  'ViewDefinition',
]);
