/**
 * FHIR R4 as a standard: reading and writing its JSON without loss, validation, and what resources are found by. Pure: no I/O but
 * reading its own definitions at import.
 *
 * - `parseFhirJson(text)` / `stringifyFhirJson(value)`: decimals come back as written (1.00, 1e3). Copies of whole objects keep
 *   that for the objects inside them; `decimalText(holder, key)` gives the digits.
 * - `extract(resource)`: `IndexEntry[]`, one for each value of each search parameter, told apart by `kind`;
 *   `parameter` is the search parameter's code:
 *     token      { parameter, system?, value?, text? }
 *     reference  { parameter, type?, id?, version?, url?, identifier? }  url: absolute or canonical; contained ones are left out
 *     date       { parameter, lo, hi }          ms since 1970, both included; open ends are OPEN_START and OPEN_END
 *     number     { parameter, value, lo, hi }   bounds by the digits written; of integers lo = hi = value
 *     quantity   { parameter, value, lo, hi, system?, code?, unit?, canonical?: { value, lo, hi, code } }
 *     string     { parameter, raw, normalised } normalised as by `normaliseText`
 *     uri        { parameter, value }
 *     position   { parameter, latitude, longitude }
 *     composite  { parameter, parts }           one entry for each combination; parts are of the kinds above, without `parameter`
 * - `patientsOf(resource)`: ids of the patients in whose compartment the resource is.
 * - For reading a search's own values alike: `instantsOf`, `rangeOf`, `canonicalRange`, `normaliseText`, `parseReference`.
 */

export {
  choiceKey,
  definitions,
  type ElementDefinition,
  isResourceType,
  isSameOrBase,
  RESOURCE_TYPES,
  type SearchParameter,
  type SearchParameterType,
  searchParameters,
  type TypeDefinition,
} from './definitions.ts';
export {
  canonicalRange,
  type IndexEntry,
  type IndexValue,
  LEAST,
  MOST,
  normaliseText,
  OPEN_END,
  OPEN_START,
  type Quantity,
  type Range,
  type ReferenceTarget,
  rangeOf,
  type Text,
  type Token,
} from './entries.ts';
export { extract, MOST_ENTRIES, patientsOf, TooManyEntries } from './extract.ts';
export { type Instants, instantsOf } from './instants.ts';
export {
  carryDecimals,
  decimalText,
  FhirJsonError,
  faultOf,
  keepDecimal,
  MOST_DEPTH,
  MOST_LENGTH,
  mayChange,
  parseFhirJson,
  stringifyFhirJson,
} from './json.ts';
export { type LiteralReference, parseReference } from './reference.ts';
export { type Issue, MOST_ISSUES, validate } from './validate.ts';
