/** Which JSON values are which R4 primitive. Source: FHIR R4 datatypes.html#primitive and json.html#primitive. */

import { daysOf } from './instants.ts';
import { isSafeNarrative } from './narrative.ts';

/** What is wrong with a value: `structure` when it is not the JSON type, `value` when its text or size is not allowed. */
interface Fault {
  code: 'structure' | 'value';
  message: string;
}

/** Nothing when the value is right. */
export type PrimitiveCheck = (value: unknown) => Fault | undefined;

const YEAR = '(?:[1-9]\\d{3}|0(?:[1-9]\\d\\d|0(?:[1-9]\\d|0[1-9])))';
const DAY = '-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?';
const ZONE = '(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))';

const DATE = new RegExp(`^${YEAR}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\\d|3[01]))?)?$`);
const DATE_TIME = new RegExp(`^${YEAR}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\\d|3[01])(?:T${CLOCK}${ZONE})?)?)?$`);
const INSTANT = new RegExp(`^${YEAR}${DAY}T${CLOCK}${ZONE}$`);
const TIME = new RegExp(`^${CLOCK}$`);
const ID = /^[A-Za-z0-9\-.]{1,64}$/;
/** White space is what XML Schema, in which R4 writes its expressions, means by it; a no-break space is not. */
const CODE = /^[^ \t\r\n]+(?:[ \t\r\n][^ \t\r\n]+)*$/;
const SPACE = /[ \t\r\n]/;
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const MOST_TEXT = 1024 * 1024;

const NOT_TEXT: Fault = { code: 'structure', message: 'a JSON string is expected' };
const EMPTY: Fault = { code: 'value', message: 'text must not be empty; leave the element out instead' };
const TOO_LONG: Fault = { code: 'value', message: 'text must not be longer than 1 MB' };
const CONTROLS: Fault = {
  code: 'value',
  message: 'text must not hold control characters other than tab and line ends',
};
const NO_DAY: Fault = { code: 'value', message: 'the calendar has no such day' };

export const PRIMITIVES: Record<string, PrimitiveCheck> = {
  boolean: (value) =>
    typeof value === 'boolean'
      ? undefined
      : { code: 'structure', message: 'a JSON boolean, true or false, is expected' },
  integer: whole(-2_147_483_648, 'an integer from -2147483648 to 2147483647 is expected'),
  unsignedInt: whole(0, 'an integer from 0 to 2147483647 is expected'),
  positiveInt: whole(1, 'an integer from 1 to 2147483647 is expected'),
  integer64: pattern(/^(?:0|-?[1-9]\d{0,18})$/, 'an integer64 is written as a string of digits'),
  decimal(value) {
    if (typeof value !== 'number') return { code: 'structure', message: 'a JSON number is expected' };
    return Number.isFinite(value) ? undefined : { code: 'value', message: 'the number is too large' };
  },
  string: text,
  markdown: text,
  code: pattern(CODE, 'a code must not be empty, begin or end with white space, or hold more than one space in a row'),
  id: pattern(ID, 'an id has 1 to 64 letters, digits, hyphens and dots'),
  uri,
  url: uri,
  canonical: uri,
  oid: pattern(OID, 'an oid is written urn:oid:1.2.3'),
  uuid: pattern(UUID, 'a uuid is written urn:uuid:c757873d-ec9a-4326-a141-556f43239520'),
  date: calendar(DATE, 'a date is written YYYY, YYYY-MM or YYYY-MM-DD'),
  dateTime: calendar(
    DATE_TIME,
    'a dateTime is written YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone, +08:00 or Z',
  ),
  instant: calendar(INSTANT, 'an instant is written YYYY-MM-DDThh:mm:ss.sss with a zone, +08:00 or Z'),
  time: pattern(TIME, 'a time is written hh:mm:ss'),
  base64Binary,
  xhtml(value) {
    if (typeof value !== 'string') return NOT_TEXT;
    return isSafeNarrative(value)
      ? undefined
      : {
          code: 'value',
          message: 'a narrative is one well-formed <div> of plain formatting, without scripts, forms or frames',
        };
  },
};

function whole(least: number, message: string): PrimitiveCheck {
  const wrongType: Fault = { code: 'structure', message };
  const wrongValue: Fault = { code: 'value', message };
  return (value) => {
    if (typeof value !== 'number') return wrongType;
    return Number.isInteger(value) && value >= least && value <= 2_147_483_647 ? undefined : wrongValue;
  };
}

function text(value: unknown): Fault | undefined {
  if (typeof value !== 'string') return NOT_TEXT;
  if (value.length > MOST_TEXT) return TOO_LONG;
  if (CONTROL.test(value)) return CONTROLS;
  return value === '' || value.trim() === '' ? EMPTY : undefined;
}

function uri(value: unknown): Fault | undefined {
  if (typeof value !== 'string') return NOT_TEXT;
  if (value === '') return EMPTY;
  return SPACE.test(value)
    ? { code: 'value', message: 'a uri must not hold white space' }
    : CONTROL.test(value)
      ? CONTROLS
      : undefined;
}

function pattern(shape: RegExp, message: string): PrimitiveCheck {
  const fault: Fault = { code: 'value', message };
  return (value) => {
    if (typeof value !== 'string') return NOT_TEXT;
    return shape.test(value) ? undefined : fault;
  };
}

function calendar(shape: RegExp, message: string): PrimitiveCheck {
  const fault: Fault = { code: 'value', message };
  return (value) => {
    if (typeof value !== 'string') return NOT_TEXT;
    if (!shape.test(value)) return fault;
    if (value.length < 10) return undefined;
    const day = Number(value.slice(8, 10));
    if (day <= 28) return undefined;
    return day <= daysOf(Number(value.slice(0, 4)), Number(value.slice(5, 7)) - 1) ? undefined : NO_DAY;
  };
}

/** White space between the characters is left to the writer, as base64 in mail has it. */
function base64Binary(value: unknown): Fault | undefined {
  if (typeof value !== 'string') return NOT_TEXT;
  const compact = /\s/.test(value) ? value.replace(/\s+/g, '') : value;
  if (compact === '') return EMPTY;
  return compact.length % 4 === 0 && /^[0-9A-Za-z+/]*={0,2}$/.test(compact)
    ? undefined
    : { code: 'value', message: 'base64 has groups of four of A-Z, a-z, 0-9, + and /, filled with = at the end' };
}
