import { Problem } from '#kernel/problem';
import { readLei, readUscc } from '#standards/identifiers';
import {
  CONFIDENCES,
  type Confidence,
  type Op,
  type Property,
  predicateOf,
  propertyOf,
  type ThingKind,
  type Value,
} from '../model.ts';

/** What a statement and a relation have in common. Without `source` it is an entry of the actor. */
interface Provenance {
  asOf?: string;
  source?: string;
  quote?: string;
  confidence?: Confidence;
  note?: string;
  fact?: string;
}

export interface NewStatement extends Provenance {
  thing: string;
  property: string;
  value: Value;
  unit?: string;
  op?: Op;
}

export interface NewRelation extends Provenance {
  subject: string;
  predicate: string;
  object: string;
  detail?: string;
}

const LONGEST = 4000;
const MOST_LISTED = 200;
const DATE = /^[12]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;
const OPS: readonly string[] = ['>', '<', '~'];

/**
 * The statement as it is kept: a code in its own spelling.
 *
 * @throws Problem `invalid` where the thing cannot have the property, or the value is not of its type
 */
export function soundStatement(statement: NewStatement, kind: ThingKind): NewStatement {
  const { property: name, value, op, unit } = statement;
  const property = propertyOf(name);
  if (property === undefined) throw new Problem('invalid', 'there is no such property', { property: name });
  if (property.kinds !== undefined && !property.kinds.includes(kind))
    throw new Problem('invalid', 'a thing of this kind does not have this property', { property: name, kind });
  if (!fits(property, value))
    throw new Problem('invalid', 'the value is not of the type of its property', {
      property: name,
      type: property.type,
    });
  if (op !== undefined && (typeof value !== 'number' || !OPS.includes(op)))
    throw new Problem('invalid', 'only a number can be more than, less than or about', { property: name });
  requireText(unit, 40);
  checkProvenance(statement);
  return name === 'uscc' || name === 'lei' ? { ...statement, value: soundCode(name, value as string) } : statement;
}

function soundCode(property: 'uscc' | 'lei', text: string): string {
  const { code, faults } = property === 'uscc' ? readUscc(text) : readLei(text);
  const [fault] = faults;
  if (fault !== undefined) throw new Problem('invalid', 'the code is not sound', { property, code, ...fault });
  return code;
}

function fits({ type, codes, signed = false }: Property, value: Value): boolean {
  switch (type) {
    case 'integer':
    case 'money':
      return Number.isSafeInteger(value) && (signed || (value as number) >= 0);
    case 'decimal':
      return typeof value === 'number' && Number.isFinite(value) && (signed || value >= 0);
    case 'flag':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value) && value.length <= MOST_LISTED && value.every(isShort);
    case 'date':
      return isDate(value);
    case 'code':
      return typeof value === 'string' && (codes ?? []).includes(value);
    case 'text':
      return isShort(value);
  }
}

function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !DATE.test(value)) return false;
  // Of a day: it is in the calendar.
  return value.length < 10 || new Date(`${value}T00:00:00Z`).toISOString().startsWith(value);
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST;
}

/** @throws Problem `invalid` where the predicate does not join things of these kinds */
export function checkRelation(relation: NewRelation, kinds: { subject: ThingKind; object: ThingKind }): void {
  const predicate = predicateOf(relation.predicate);
  if (predicate === undefined)
    throw new Problem('invalid', 'there is no such predicate', { predicate: relation.predicate });
  const fitsBoth =
    (predicate.subjects?.includes(kinds.subject) ?? true) && (predicate.objects?.includes(kinds.object) ?? true);
  if (!fitsBoth)
    throw new Problem('invalid', 'the predicate does not join things of these kinds', {
      predicate: relation.predicate,
      ...kinds,
    });
  if (relation.subject === relation.object) throw new Problem('invalid', 'a thing has no relation to itself');
  requireText(relation.detail, LONGEST);
  checkProvenance(relation);
}

function checkProvenance({ asOf, confidence, quote, note }: Provenance): void {
  if (asOf !== undefined && !isDate(asOf))
    throw new Problem('invalid', 'a date is a year, a month or a day: 2025, 2025-10, 2025-10-31');
  if (confidence !== undefined && !CONFIDENCES.includes(confidence))
    throw new Problem('invalid', 'this parameter is none of its values', {
      name: 'confidence',
      values: [...CONFIDENCES],
    });
  for (const words of [quote, note]) requireText(words, LONGEST);
}

/** It may come from outside: that it is a text is not sure. */
function requireText(words: unknown, most: number): void {
  if (words !== undefined && !(typeof words === 'string' && words.length <= most))
    throw new Problem('invalid', 'a text is too long', { most });
}

/** @throws Problem `invalid` */
export function checkId(id: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,79}$/.test(id))
    throw new Problem('invalid', 'an id has 1 to 80 small letters, digits and hyphens', { id: id.slice(0, 80) });
}
