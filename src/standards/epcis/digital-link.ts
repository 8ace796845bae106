/**
 * GS1 keys as URIs: EPC URNs (EPC Tag Data Standard 1.13, section 6) and GS1 Digital Links (GS1 Digital Link: URI
 * Syntax 1.3), brought to one form: https://id.gs1.org/, no query, only the finest level of identification.
 */
const DOMAIN = 'https://id.gs1.org';

/** The digit that makes a weighted sum (3 and 1 from the right) a multiple of ten (GS1 General Specifications 7.9). */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    sum += Number(digits[digits.length - 1 - index]) * (index % 2 === 0 ? 3 : 1);
  }
  return String((10 - (sum % 10)) % 10);
}

/**
 * The canonical Digital Link of a GS1 key in any of its URI forms, or undefined when the text is no such key.
 * Any domain counts: a Digital Link is known by its path.
 */
export function canonicalLink(uri: string): string | undefined {
  const match = /^urn:epc:(id|class|idpat):([a-z]+):(.+)$/.exec(uri);
  if (match !== null) return linkOfUrn(`${match[1]}:${match[2]}`, match[3]!);
  return /^https?:\/\//.test(uri) ? linkOfLink(uri) : undefined;
}

type Parts = { prefix: string; rest: string[] };
type ToLink = (parts: Parts) => string | undefined;

/** `digits` counts company prefix and reference together, without the check digit. */
const numeric =
  (digits: number, build: (body: string, serial: string) => string | undefined, serials = 1): ToLink =>
  ({ prefix, rest }) => {
    const reference = rest[0] ?? '';
    const serial = rest.slice(1).join('.');
    if (!/^\d*$/.test(reference) || prefix.length + reference.length !== digits) return undefined;
    if (rest.length < 1 + serials || (serials === 0 && rest.length > 1)) return undefined;
    return build(prefix + reference, serial);
  };
const withIndicator = (prefix: string, reference: string): string =>
  reference.slice(0, 1) + prefix + reference.slice(1);
const gtin = (parts: Parts): string | undefined => {
  const reference = parts.rest[0] ?? '';
  if (!/^\d+$/.test(reference) || parts.prefix.length + reference.length !== 13) return undefined;
  const body = withIndicator(parts.prefix, reference);
  return body + checkDigit(body);
};
const afterGtin =
  (path: string): ToLink =>
  (parts) => {
    const key = gtin(parts);
    const serial = parts.rest.slice(1).join('.');
    return key === undefined || serial === '' ? undefined : `/01/${key}/${path}/${encode(serial)}`;
  };
const checked = (body: string): string => body + checkDigit(body);
const free =
  (ai: string): ToLink =>
  ({ prefix, rest }) =>
    rest.length === 0 ? undefined : `/${ai}/${prefix}${encode(rest.join('.'))}`;
const itip = (parts: Parts): string | undefined => {
  const key = gtin(parts);
  const [, piece = '', total = ''] = parts.rest;
  return key === undefined || !/^\d{2}$/.test(piece) || !/^\d{2}$/.test(total)
    ? undefined
    : `/8006/${key}${piece}${total}`;
};

const URNS: Record<string, ToLink> = {
  'id:sgtin': afterGtin('21'),
  'id:upui': afterGtin('235'),
  'class:lgtin': afterGtin('10'),
  'id:sscc': ({ prefix, rest }) => {
    const reference = rest[0] ?? '';
    if (rest.length !== 1 || !/^\d+$/.test(reference) || prefix.length + reference.length !== 17) return undefined;
    return `/00/${checked(withIndicator(prefix, reference))}`;
  },
  'id:sgln': numeric(12, (body, extension) =>
    extension === '0' ? `/414/${checked(body)}` : `/414/${checked(body)}/254/${encode(extension)}`,
  ),
  'id:pgln': numeric(12, (body) => `/417/${checked(body)}`, 0),
  'id:grai': numeric(12, (body, serial) => `/8003/${checked(`0${body}`)}${encode(serial)}`),
  'id:giai': free('8004'),
  'id:gsrn': numeric(17, (body) => `/8018/${checked(body)}`, 0),
  'id:gsrnp': numeric(17, (body) => `/8017/${checked(body)}`, 0),
  'id:gdti': numeric(12, (body, serial) => `/253/${checked(body)}${encode(serial)}`),
  'id:sgcn': numeric(12, (body, serial) => `/255/${checked(body)}${serial}`),
  'id:ginc': free('401'),
  'id:gsin': numeric(16, (body) => `/402/${checked(body)}`, 0),
  'id:cpi': ({ prefix, rest }) =>
    rest.length === 2 ? `/8010/${prefix}${encode(rest[0]!)}/8011/${rest[1]}` : undefined,
  'id:itip': (parts) => {
    const key = itip(parts);
    const serial = parts.rest.slice(3).join('.');
    return key === undefined || serial === '' ? undefined : `${key}/21/${encode(serial)}`;
  },
  'idpat:sgtin': (parts) => (gtin(parts) === undefined ? undefined : `/01/${gtin(parts)}`),
  'idpat:upui': (parts) => (gtin(parts) === undefined ? undefined : `/01/${gtin(parts)}`),
  'idpat:grai': numeric(12, (body) => `/8003/${checked(`0${body}`)}`),
  'idpat:gdti': numeric(12, (body) => `/253/${checked(body)}`),
  'idpat:sgcn': numeric(12, (body) => `/255/${checked(body)}`),
  'idpat:cpi': ({ prefix, rest }) => `/8010/${prefix}${encode(rest[0] ?? '')}`,
  'idpat:itip': itip,
};

function linkOfUrn(scheme: string, name: string): string | undefined {
  const [prefix = '', ...rest] = name.split('.');
  if (!/^\d{6,12}$/.test(prefix)) return undefined;
  if (scheme.startsWith('idpat:') && rest.at(-1) !== '*') return undefined;
  const path = (Object.hasOwn(URNS, scheme) ? URNS[scheme] : undefined)?.({ prefix, rest });
  return path === undefined ? undefined : DOMAIN + path;
}

/** Characters that EPC URNs allow and Digital Links want percent-encoded (GS1 Digital Link: URI Syntax, table 7-1). */
function encode(text: string): string {
  return text.replace(/[!()*+,:]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

const SHORT_NAMES = new Map(
  Object.entries({
    gtin: '01',
    itip: '8006',
    cpid: '8010',
    gln: '414',
    party: '417',
    gsrnp: '8017',
    gsrn: '8018',
    gcn: '255',
    sscc: '00',
    gdti: '253',
    ginc: '401',
    gsin: '402',
    grai: '8003',
    giai: '8004',
    cpv: '22',
    lot: '10',
    ser: '21',
  }),
);

/** So many digits, then at most so many characters, each plain or percent-encoded. */
const then = (digits: number, most: number): RegExp =>
  new RegExp(`^\\d{${digits}}(?:%[0-9A-Fa-f]{2}|[^%]){0,${most}}$`);

/** Primary keys: the form of the value and the qualifiers that make it finer, the finest first. */
const KEYS = new Map<string, { value: RegExp; finer: readonly string[] }>(
  Object.entries({
    '00': { value: /^\d{18}$/, finer: [] },
    '01': { value: /^(\d{8}|\d{12,14})$/, finer: ['235', '21', '10'] },
    '253': { value: then(13, 17), finer: [] },
    '255': { value: /^\d{13,25}$/, finer: [] },
    '401': { value: then(4, 26), finer: [] },
    '402': { value: /^\d{17}$/, finer: [] },
    '414': { value: /^\d{13}$/, finer: ['254'] },
    '417': { value: /^\d{13}$/, finer: [] },
    '8003': { value: then(14, 16), finer: [] },
    '8004': { value: then(4, 26), finer: [] },
    '8006': { value: /^\d{18}$/, finer: ['21', '10'] },
    '8010': { value: then(4, 26), finer: ['8011'] },
    '8017': { value: /^\d{18}$/, finer: [] },
    '8018': { value: /^\d{18}$/, finer: [] },
  }),
);

function linkOfLink(uri: string): string | undefined {
  const path = uri.replace(/[?#].*$/s, '').replace(/^https?:\/\/[^/]*/, '');
  const segments = path.split('/').map((segment) => SHORT_NAMES.get(segment) ?? segment);
  const at = segments.findIndex((segment, index) => KEYS.get(segment)?.value.test(segments[index + 1] ?? '') === true);
  if (at === -1) return undefined;

  const ai = segments[at]!;
  const { finer } = KEYS.get(ai)!;
  const value = ai === '01' ? segments[at + 1]!.padStart(14, '0') : segments[at + 1]!;
  const qualifiers = new Map<string, string>();
  for (let index = at + 2; index + 1 < segments.length; index += 2)
    qualifiers.set(segments[index]!, segments[index + 1]!);
  const finest = finer.find((qualifier) => qualifiers.has(qualifier));
  const tail = finest === undefined ? '' : `/${finest}/${qualifiers.get(finest)}`;
  return `${DOMAIN}/${ai}/${value}${tail}`;
}

/**
 * The EPC URN of a Digital Link, for the keys that name single things and places; undefined for others.
 *
 * @param prefixLength digits of the company prefix, which a Digital Link does not tell, 6 to 12
 */
export function urnOfLink(link: string, prefixLength: number): string | undefined {
  const match = /^https:\/\/id\.gs1\.org\/(\d{2,4})\/([^/]+)(?:\/(\d{2,3})\/([^/]+))?$/.exec(canonicalLink(link) ?? '');
  if (match === null) return undefined;
  const [, ai, value = '', qualifier, finer = ''] = match;
  const cut = (body: string): string => `${body.slice(0, prefixLength)}.${body.slice(prefixLength)}`;
  const cutIndicator = (body: string): string =>
    `${body.slice(1, 1 + prefixLength)}.${body[0]}${body.slice(1 + prefixLength)}`;
  const serial = decode(finer);
  if (ai === '00') return `urn:epc:id:sscc:${cutIndicator(value.slice(0, 17))}`;
  if (ai === '01' && qualifier === '21') return `urn:epc:id:sgtin:${cutIndicator(value.slice(0, 13))}.${serial}`;
  if (ai === '01' && qualifier === '10') return `urn:epc:class:lgtin:${cutIndicator(value.slice(0, 13))}.${serial}`;
  if (ai === '414') return `urn:epc:id:sgln:${cut(value.slice(0, 12))}.${qualifier === '254' ? serial : '0'}`;
  if (ai === '417') return `urn:epc:id:pgln:${cut(value.slice(0, 12))}`;
  if (ai === '8003') return `urn:epc:id:grai:${cut(value.slice(1, 13))}.${decode(value.slice(14))}`;
  if (ai === '8004') return `urn:epc:id:giai:${cut(decode(value))}`;
  if (ai === '253') return `urn:epc:id:gdti:${cut(value.slice(0, 12))}.${decode(value.slice(13))}`;
  return undefined;
}

/** Undoes `encode` only: what a URN must keep escaped (such as %2F) stays as it is. */
function decode(text: string): string {
  return text.replace(/%(21|28|29|2A|2B|2C|3A)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
