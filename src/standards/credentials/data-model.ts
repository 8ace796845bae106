/** Something that is not as the data model demands; `path` leads to it, e.g. `credentialSubject[1].id`. */
export interface Finding {
  path: string;
  message: string;
}

export const BASE_CONTEXT = 'https://www.w3.org/ns/credentials/v2';

type Json = Readonly<Record<string, unknown>>;

/**
 * What of a credential breaks the data model, its contexts and terms excepted (`findTermFaults`); nothing for a sound one.
 *
 * Source: W3C Verifiable Credentials Data Model v2.0, sections 4 and 5.
 */
export function findCredentialFaults(value: unknown): Finding[] {
  const faults = new Faults();
  checkCredential(faults, value, '');
  return faults.found;
}

/** As `findCredentialFaults`, for a presentation with every credential in it (section 4.13). */
export function findPresentationFaults(value: unknown): Finding[] {
  const faults = new Faults();
  if (!isObject(value)) return faults.add('', 'is not an object').found;
  if (typesOf(value).includes('EnvelopedVerifiablePresentation')) {
    checkEnvelope(faults, value, '');
    return faults.found;
  }
  checkContext(faults, value['@context'], '@context');
  checkType(faults, value['type'], 'type', 'VerifiablePresentation');
  checkId(faults, value['id'], 'id');
  checkParty(faults, value['holder'], 'holder', { isOptional: true });
  each(value['verifiableCredential'], 'verifiableCredential', (one, path) => {
    if (isObject(one) && typesOf(one).includes('EnvelopedVerifiableCredential')) checkEnvelope(faults, one, path);
    else checkCredential(faults, one, path);
  });
  checkTyped(faults, value['termsOfUse'], 'termsOfUse');
  checkTyped(faults, value['proof'], 'proof');
  return faults.found;
}

function checkCredential(faults: Faults, value: unknown, at: string): void {
  if (!isObject(value)) {
    faults.add(at, 'is not an object');
    return;
  }
  const path = (name: string): string => (at === '' ? name : `${at}.${name}`);
  checkContext(faults, value['@context'], path('@context'));
  checkType(faults, value['type'], path('type'), 'VerifiableCredential');
  checkId(faults, value['id'], path('id'));
  checkText(faults, value['name'], path('name'));
  checkText(faults, value['description'], path('description'));
  checkParty(faults, value['issuer'], path('issuer'), { isOptional: false });
  checkSubjects(faults, value['credentialSubject'], path('credentialSubject'));
  checkDates(faults, value, path);
  checkTyped(faults, value['credentialStatus'], path('credentialStatus'));
  checkTyped(faults, value['credentialSchema'], path('credentialSchema'), { needsId: true });
  for (const name of ['refreshService', 'termsOfUse', 'evidence', 'proof']) {
    checkTyped(faults, value[name], path(name));
  }
  checkRelated(faults, value['relatedResource'], path('relatedResource'));
}

function checkContext(faults: Faults, value: unknown, path: string): void {
  if (!Array.isArray(value)) faults.add(path, 'is not a list of contexts');
  else if (value[0] !== BASE_CONTEXT) faults.add(path, 'does not begin with the base context');
  else {
    value.forEach((item, n) => {
      if (!(isUrl(item) || isObject(item))) faults.add(`${path}[${n}]`, 'is neither a URL nor an object');
    });
  }
}

function checkType(faults: Faults, value: unknown, path: string, needed: string): void {
  const types = Array.isArray(value) ? value : [value];
  if (types.length === 0 || !types.every((type) => typeof type === 'string' && type !== '')) {
    faults.add(path, 'is not one or more texts');
  } else if (!types.includes(needed)) faults.add(path, `does not name ${needed}`);
}

function checkId(faults: Faults, value: unknown, path: string): void {
  if (value !== undefined && !isUrl(value)) faults.add(path, 'is not a single URL');
}

function checkParty(faults: Faults, value: unknown, path: string, { isOptional }: { isOptional: boolean }): void {
  if (value === undefined && isOptional) return;
  if (isUrl(value)) return;
  if (!isObject(value)) {
    faults.add(path, 'is neither a URL nor an object with one');
    return;
  }
  if (!isUrl(value['id'])) faults.add(`${path}.id`, 'is not a single URL');
  checkText(faults, value['name'], `${path}.name`);
  checkText(faults, value['description'], `${path}.description`);
}

function checkSubjects(faults: Faults, value: unknown, path: string): void {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) faults.add(path, 'is absent');
  each(value, path, (subject, at) => {
    if (!isObject(subject) || Object.keys(subject).length === 0) faults.add(at, 'says nothing');
    else checkId(faults, subject['id'], `${at}.id`);
  });
}

function checkDates(faults: Faults, value: Json, path: (name: string) => string): void {
  for (const name of ['validFrom', 'validUntil']) {
    if (value[name] !== undefined && !isDateTimeStamp(value[name])) {
      faults.add(path(name), 'is not a time with its offset');
    }
  }
  const { validFrom, validUntil } = value;
  if (isDateTimeStamp(validFrom) && isDateTimeStamp(validUntil) && Date.parse(validUntil) < Date.parse(validFrom)) {
    faults.add(path('validUntil'), 'is before validFrom');
  }
}

/** One or more objects, each with its type. */
function checkTyped(faults: Faults, value: unknown, path: string, { needsId = false } = {}): void {
  each(value, path, (one, at) => {
    if (!isObject(one)) {
      faults.add(at, 'is not an object');
      return;
    }
    const types = Array.isArray(one['type']) ? one['type'] : [one['type']];
    if (types.length === 0 || !types.every((type) => typeof type === 'string' && type !== '')) {
      faults.add(`${at}.type`, 'is absent');
    }
    if (needsId && one['id'] === undefined) faults.add(`${at}.id`, 'is absent');
    checkId(faults, one['id'], `${at}.id`);
  });
}

function checkRelated(faults: Faults, value: unknown, path: string): void {
  const seen = new Set<unknown>();
  each(value, path, (one, at) => {
    if (!isObject(one)) {
      faults.add(at, 'is not an object');
      return;
    }
    if (!isUrl(one['id'])) faults.add(`${at}.id`, 'is not a single URL');
    if (seen.has(one['id'])) faults.add(`${at}.id`, 'is named twice');
    seen.add(one['id']);
    const digests = [one['digestSRI'], one['digestMultibase']].filter((digest) => digest !== undefined);
    if (digests.length === 0 || !digests.every((digest) => typeof digest === 'string' && digest !== '')) {
      faults.add(at, 'has no digest');
    }
  });
}

/** Text, or text in a language, or several of the latter. */
function checkText(faults: Faults, value: unknown, path: string): void {
  if (value === undefined || typeof value === 'string') return;
  each(value, path, (one, at) => {
    const sound =
      isObject(one) &&
      typeof one['@value'] === 'string' &&
      (one['@language'] === undefined || isLanguageTag(one['@language'])) &&
      (one['@direction'] === undefined || one['@direction'] === 'ltr' || one['@direction'] === 'rtl') &&
      Object.keys(one).every((name) => ['@value', '@language', '@direction'].includes(name));
    if (!sound) faults.add(at, 'is neither text nor text in a language');
  });
}

/** Sections 4.13.1 and 4.13.2: the thing itself is in a data: URL. */
function checkEnvelope(faults: Faults, value: Json, at: string): void {
  const path = (name: string): string => (at === '' ? name : `${at}.${name}`);
  const contexts = Array.isArray(value['@context']) ? value['@context'] : [value['@context']];
  if (!contexts.includes(BASE_CONTEXT)) faults.add(path('@context'), 'does not hold the base context');
  const { id } = value;
  if (typeof id !== 'string' || !/^data:[a-z]+\/[a-z0-9.+-]+(;[^,]*)?,\S+$/i.test(id)) {
    faults.add(path('id'), 'is not a data: URL');
  }
}

class Faults {
  readonly found: Finding[] = [];

  add(path: string, message: string): this {
    this.found.push({ path, message });
    return this;
  }
}

function each(value: unknown, path: string, check: (one: unknown, path: string) => void): void {
  if (Array.isArray(value)) {
    for (const [n, one] of value.entries()) check(one, `${path}[${n}]`);
  } else if (value !== undefined) check(value, path);
}

function typesOf(value: Json): readonly unknown[] {
  const { type } = value;
  return Array.isArray(type) ? type : [type];
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An absolute URL (WHATWG), spelled without what its parser would silently drop or mend. */
export function isUrl(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(value) && URL.canParse(value);
}

const STAMP =
  /^\d{4}-(\d\d)-(\d\d)T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))$/;

/** xsd:dateTimeStamp: a time of a day that exists, with its offset. */
export function isDateTimeStamp(value: unknown): value is string {
  const parts = typeof value === 'string' ? STAMP.exec(value) : null;
  if (parts === null || Number.isNaN(Date.parse(value as string))) return false;
  const [year, month, day] = [Number((value as string).slice(0, 4)), Number(parts[1]), Number(parts[2])];
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isLanguageTag(value: unknown): boolean {
  if (typeof value !== 'string' || value === '') return false;
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}
