import type {
  Address,
  CodeableConcept,
  Coding,
  ContactPoint,
  HumanName,
  Identifier,
  Organization,
  Period,
  Practitioner,
  Quantity,
} from '@medplum/fhirtypes';
import type { Segment, Value } from '#standards/hl7v2';
import { parseDateTime, toFhirDate, toFhirDateTime, toFhirInstant } from '#standards/hl7v2';
import {
  ADDRESS_TYPE,
  ADDRESS_USE,
  CODE_SYSTEMS,
  NAME_REPRESENTATION,
  NAME_USE,
  type Table,
  TELECOM_SYSTEM,
  TELECOM_USE,
  UCUM_UNITS,
} from './tables.ts';

export const UCUM = 'http://unitsofmeasure.org';
export const V2 = 'http://terminology.hl7.org/CodeSystem/v2-';

/** What reading a value needs to know of the message around it. */
export interface Surroundings {
  /** Zone for times that carry none: the message's own (MSH-7), else the receiver's. */
  zone: string;
  /** URI prefix for identifiers and codes whose sender names no authority; undefined when the sender is unknown. */
  senderSystem: string | undefined;
  /** URIs of assigning authorities known by their namespace alone. */
  namespaces: Table;
  /** Keeps the digits of a decimal as sent ("42.0"), where the receiver can. */
  exact: (holder: object, key: string, text: string) => void;
}

type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** The object without its undefined and empty-list members; undefined when nothing is left. */
export function filled<T extends object>(parts: Loose<T>): T | undefined {
  const result: Record<string, unknown> = {};
  let any = false;
  for (const key in parts) {
    const value = parts[key];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    result[key] = value;
    any = true;
  }
  return any ? (result as T) : undefined;
}

/** As `filled`, for what exists however little is known of it. */
export function made<T extends object>(parts: Loose<T>): T {
  return filled(parts) ?? ({} as T);
}

/** Every repetition of a field that yields something. */
export function each<T>(segment: Segment, field: number, read: (value: Value) => T | undefined): T[] {
  const results: T[] = [];
  for (const value of segment.repetitions(field)) {
    const result = read(value);
    if (result !== undefined) results.push(result);
  }
  return results;
}

export function coded(table: Table, code: string | undefined): string | undefined {
  return code === undefined ? undefined : table[code.toUpperCase()];
}

/** HD as a URI: the universal id by its type, else the namespace. */
export function hdSystem(hd: Value | undefined, around: Surroundings): string | undefined {
  if (hd === undefined) return undefined;
  const namespace = hd.text(1);
  const universal = hd.text(2);
  const type = hd.text(3)?.toUpperCase();
  if (universal !== undefined) return universalSystem(universal, type);
  if (namespace === undefined) return undefined;
  return around.namespaces[namespace] ?? (URI.test(namespace) ? namespace : namespaceSystem(namespace));
}

function universalSystem(id: string, type: string | undefined): string {
  if (type === 'ISO' || (type === undefined && /^[0-2](\.\d+)+$/.test(id)))
    return OID.test(id) ? `urn:oid:${id}` : namespaceSystem(id);
  if ((type === 'UUID' || type === 'GUID') && UUID.test(id)) return `urn:uuid:${id.toLowerCase()}`;
  if (type === 'DNS' && !/\s/.test(id)) return `http://${id}`;
  if (URI.test(id)) return id;
  return namespaceSystem(type === undefined ? id : `${type}/${id}`);
}

const URI = /^[a-z][a-z0-9+.-]*:\S+$/i;
const OID = /^[0-2](\.(0|[1-9]\d*))+$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A URI for a name that is unique only in some sender's world. */
export function namespaceSystem(name: string): string {
  return `https://banyan.health/id/v2/${name.split('/').map(encodeURIComponent).join('/')}`;
}

export function identifierType(code: string | undefined): CodeableConcept | undefined {
  return code === undefined ? undefined : { coding: [{ system: `${V2}0203`, code }] };
}

/** CX. Without an assigning authority the number is the sender's own. */
export function cxIdentifier(value: Value, around: Surroundings): Identifier | undefined {
  const number = value.text(1);
  if (number === undefined) return undefined;
  const type = value.text(5);
  const start = dateTime(value.text(7), around);
  const end = dateTime(value.text(8), around);
  return made<Identifier>({
    type: identifierType(type),
    system: hdSystem(value.part(4), around) ?? around.senderSystem,
    value: number,
    period: filled<Period>({ start, end }),
    assigner: hdDisplay(value.part(6)),
  });
}

/** EI; `fallback` is the system of a number whose authority is not named. */
export function eiIdentifier(
  value: Value | undefined,
  type: string | undefined,
  around: Surroundings,
  fallback?: string,
): Identifier | undefined {
  const number = value?.text(1);
  if (value === undefined || number === undefined) return undefined;
  const namespace = value.text(2);
  const universal = value.text(3);
  const universalType = value.text(4)?.toUpperCase();
  const system =
    universal !== undefined
      ? universalSystem(universal, universalType)
      : namespace !== undefined
        ? (around.namespaces[namespace] ?? (URI.test(namespace) ? namespace : namespaceSystem(namespace)))
        : fallback;
  return made<Identifier>({ type: identifierType(type), system, value: number });
}

function hdDisplay(hd: Value | undefined): { display: string } | undefined {
  const display = hd?.text(1) ?? hd?.text(2);
  hd?.text(3);
  return display === undefined ? undefined : { display };
}

/** CWE, CE, CNE and CF; an IS, ID or ST field has but its first component. `table` is the HL7 table of a bare code. */
export function concept(value: Value | undefined, around: Surroundings, table?: string): CodeableConcept | undefined {
  if (value === undefined) return undefined;
  const system = systemOf(value.text(3), value.text(14), around) ?? (table === undefined ? undefined : `${V2}${table}`);
  const coding = [
    coding1(value.text(1), value.text(2), system, value.text(7)),
    coding1(value.text(4), value.text(5), systemOf(value.text(6), value.text(17), around), value.text(8)),
    coding1(value.text(10), value.text(11), systemOf(value.text(12), value.text(20), around), value.text(13)),
  ].filter((each) => each !== undefined);
  return filled<CodeableConcept>({ coding, text: value.text(9) });
}

function coding1(
  code: string | undefined,
  display: string | undefined,
  system: string | undefined,
  version: string | undefined,
): Coding | undefined {
  if (code === undefined && display === undefined) return undefined;
  // FHIR's code knows no leading, trailing or double blanks.
  const tidy = code?.trim().replace(/\s+/g, ' ');
  return made<Coding>({ system: code === undefined ? undefined : system, version, code: tidy, display });
}

function systemOf(name: string | undefined, oid: string | undefined, around: Surroundings): string | undefined {
  if (name === undefined) return oid !== undefined && OID.test(oid) ? `urn:oid:${oid}` : undefined;
  const key = name.toUpperCase();
  const known = CODE_SYSTEMS[key];
  if (known !== undefined) return known;
  const table = /^HL7(\d{4})$/.exec(key);
  if (table) return `${V2}${table[1]}`;
  if (oid !== undefined && OID.test(oid)) return `urn:oid:${oid}`;
  if (URI.test(name)) return name;
  // L and 99xxx are the sender's own.
  return around.senderSystem === undefined ? undefined : `${around.senderSystem}/codes/${encodeURIComponent(name)}`;
}

const REPRESENTATION = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation';

/** XPN; a name in Chinese characters also gets its text, family name first and no blank. */
export function humanName(value: Value, around: Surroundings): HumanName | undefined {
  const family = value.text(1);
  const given = [value.text(2), ...(value.text(3)?.split(/\s+/) ?? [])].filter((each) => each !== undefined);
  const name = filled<HumanName>({
    family,
    given,
    prefix: listed(value.text(5)),
    suffix: listed(value.text(4), value.text(6), value.text(14)),
  });
  if (name === undefined) return undefined;
  const use = coded(NAME_USE, value.text(7));
  if (use !== undefined) name.use = use as NonNullable<HumanName['use']>;
  const plain = `${family ?? ''}${given.join('')}`;
  if (/^\p{Script=Han}+$/u.test(plain)) name.text = plain;
  const period = periodOf(value, 12, 13, 10, around);
  if (period !== undefined) name.period = period;
  const script = coded(NAME_REPRESENTATION, value.text(8));
  if (script !== undefined) name.extension = [{ url: REPRESENTATION, valueCode: script }];
  return name;
}

/** XAD and SAD. */
export function address(value: Value, around: Surroundings): Address | undefined {
  const street = value.part(1);
  const line = listed(joined(street?.text(3), street?.text(2)) ?? street?.text(1), value.text(2), value.text(19));
  if (street?.text(3) !== undefined || street?.text(2) !== undefined) {
    const whole = street.text(1);
    if (whole !== undefined && line[0] !== whole) line.unshift(whole);
  }
  const kind = value.text(7);
  const result = filled<Address>({
    line,
    city: value.text(3),
    state: value.text(4),
    postalCode: value.text(5),
    country: value.text(6),
    district: value.text(9) ?? value.text(8),
  });
  if (result === undefined) return undefined;
  const use = coded(ADDRESS_USE, kind) as Address['use'];
  const type = coded(ADDRESS_TYPE, kind) as Address['type'];
  const period = periodOf(value, 13, 14, 12, around);
  return made<Address>({ ...result, use, type, period });
}

/** XTN; the number as sent where it stands in one piece, else from its parts. */
export function contactPoint(value: Value, use?: ContactPoint['use']): ContactPoint | undefined {
  const useCode = value.text(2);
  const equipment = value.text(3)?.toUpperCase();
  const email = value.text(4);
  const [country, area, local, extension] = [value.text(5), value.text(6), value.text(7), value.text(8)];
  const isEmail = equipment === 'INTERNET' || equipment === 'X.400' || (useCode === 'NET' && local === undefined);
  const formatted =
    local === undefined
      ? undefined
      : [country && `+${country.replace(/^\+/, '')}`, area, local, extension && `ext. ${extension}`]
          .filter(Boolean)
          .join(' ');
  const number = isEmail ? (email ?? value.text(1)) : (value.text(12) ?? formatted ?? value.text(1) ?? email);
  if (number === undefined) return undefined;
  const system = isEmail ? 'email' : (coded(TELECOM_SYSTEM, equipment) ?? (number.includes('@') ? 'email' : 'phone'));
  return made<ContactPoint>({
    system: system as NonNullable<ContactPoint['system']>,
    value: number,
    use: equipment === 'CP' ? 'mobile' : ((coded(TELECOM_USE, useCode) as ContactPoint['use']) ?? use),
  });
}

/** XCN as a practitioner. */
export function practitioner(value: Value, around: Surroundings): Practitioner | undefined {
  const number = value.text(1);
  const use = coded(NAME_USE, value.text(10)) as HumanName['use'];
  const given = listed(value.text(3), value.text(4));
  const family = value.text(2);
  const name = filled<HumanName>({
    use: family === undefined && given.length === 0 ? undefined : use,
    family,
    given,
    prefix: listed(value.text(6)),
    suffix: listed(value.text(5), value.text(7), value.text(21)),
    period: periodOf(value, 19, 20, 17, around),
  });
  const plain = `${family ?? ''}${given.join('')}`;
  if (name !== undefined && /^\p{Script=Han}+$/u.test(plain)) name.text = plain;
  const authority = hdSystem(value.part(9), around);
  const type = value.text(13);
  const system =
    authority ?? (value.text(8) === 'NPI' || type === 'NPI' ? 'http://hl7.org/fhir/sid/us-npi' : around.senderSystem);
  if (number === undefined && name === undefined) return undefined;
  return made<Practitioner>({
    resourceType: 'Practitioner',
    identifier:
      number === undefined ? undefined : [made<Identifier>({ type: identifierType(type), system, value: number })],
    name: name === undefined ? undefined : [name],
  });
}

/** XON. */
export function organization(value: Value, around: Surroundings): Organization | undefined {
  const name = value.text(1);
  const number = value.text(10) ?? value.text(3);
  if (name === undefined && number === undefined) return undefined;
  const type = value.text(7);
  const system = hdSystem(value.part(6), around) ?? around.senderSystem;
  return made<Organization>({
    resourceType: 'Organization',
    identifier:
      number === undefined ? undefined : [made<Identifier>({ type: identifierType(type), system, value: number })],
    name,
  });
}

/** HD as an organization: the facility of MSH-4 and MSH-6. */
export function hdOrganization(hd: Value | undefined, _around: Surroundings): Organization | undefined {
  const name = hd?.text(1);
  const universal = hd?.text(2);
  if (hd === undefined || (name ?? universal) === undefined) return undefined;
  const system = universal === undefined ? undefined : universalSystem(universal, hd.text(3)?.toUpperCase());
  const identifier: Identifier =
    system?.startsWith('urn:') === true
      ? { system: 'urn:ietf:rfc:3986', value: system }
      : { system: namespaceSystem('facility'), value: (name ?? universal)! };
  return made<Organization>({ resourceType: 'Organization', identifier: [identifier], name: name ?? universal });
}

/** A period given by two components, or as a range (DR) in the one that older versions use. */
function periodOf(value: Value, start: number, end: number, range: number, around: Surroundings): Period | undefined {
  const whole = value.part(range);
  return filled<Period>({
    start: dateTime(value.text(start) ?? whole?.text(1), around),
    end: dateTime(value.text(end) ?? whole?.text(2), around),
  });
}

export function dateTime(text: string | undefined, around: Surroundings): string | undefined {
  const time = parseDateTime(text);
  return time && toFhirDateTime(time, around.zone);
}

export function date(text: string | undefined): string | undefined {
  const time = parseDateTime(text);
  return time && toFhirDate(time);
}

export function instant(text: string | undefined, around: Surroundings): string | undefined {
  const time = parseDateTime(text);
  return time && toFhirInstant(time, around.zone);
}

/** TM as FHIR time: hours and minutes at least. */
export function timeOfDay(text: string | undefined): string | undefined {
  const match = /^([01]\d|2[0-3])([0-5]\d)(?:([0-5]\d)(\.\d{1,4})?)?(?:[+-]\d{4})?$/.exec(text ?? '');
  return match ? `${match[1]}:${match[2]}:${match[3] ?? '00'}${match[4] ?? ''}` : undefined;
}

/** A decimal as HL7's NM has it; undefined for anything else. */
export function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text.trim()) ? Number(text) : undefined;
}

/** A number with its unit (CWE); the digits are kept as sent. */
export function quantity(
  text: string | undefined,
  unit: Value | undefined,
  around: Surroundings,
): Quantity | undefined {
  const value = decimal(text);
  if (value === undefined) return undefined;
  const result: Quantity = { value, ...unitParts(unit, around) };
  around.exact(result, 'value', text!.trim());
  return result;
}

/** The unit of a quantity: coded where it is known to be UCUM, else a text. */
export function unitParts(unit: Value | undefined, around: Surroundings): Pick<Quantity, 'unit' | 'system' | 'code'> {
  if (unit === undefined) return {};
  const code = unit.text(1);
  const display = unit.text(2);
  const name = unit.text(3);
  const declared = systemOf(name, undefined, around);
  if (code === undefined) return display === undefined ? {} : { unit: display };
  if (declared !== undefined)
    return { unit: display ?? code, system: declared, code: code.trim().replace(/\s+/g, ' ') };
  if (name === undefined && UCUM_UNITS.has(code)) return { unit: display ?? code, system: UCUM, code };
  return { unit: display ?? code };
}

export function listed(...texts: (string | undefined)[]): string[] {
  return texts.filter((each) => each !== undefined);
}

function joined(...texts: (string | undefined)[]): string | undefined {
  const known = listed(...texts);
  return known.length === 0 ? undefined : known.join(' ');
}
