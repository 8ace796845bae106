/**
 * Whether a resource is valid R4: known elements, cardinality, types and formats, choices, extensions on primitives, references,
 * required codes and error-level invariants. Profiles and codes that are only preferred are not looked at.
 *
 * Each type becomes closures once, when first met. While walking, only the way down is noted; texts are made when something is wrong.
 */

import {
  choiceKey,
  definitions,
  type ElementDefinition,
  type Invariant,
  isResourceType,
  type TypeDefinition,
} from './definitions.ts';
import { type Condition, compileCondition, type Scope } from './fhirpath.ts';
import { PRIMITIVES } from './primitives.ts';
import { parseReference } from './reference.ts';
import { CHECKED_ELSEWHERE, RULES, UNCHECKED } from './rules.ts';

/** One thing to mend. */
export interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information';
  /** From FHIR's value set issue-type: structure, required, value, invariant, code-invalid, not-found, too-long. */
  code: string;
  /** Constant text that says how to mend it. */
  message: string;
  /** FHIRPath of the place: `Patient.name[0].given[1]`. */
  expression?: string;
}

/** After this many the rest is not looked for. */
export const MOST_ISSUES = 100;

/** Everything wrong with the resource; empty when it is valid. Never throws on any value that JSON can hold. */
export function validate(resource: unknown): Issue[] {
  const run = new Run();
  checkResource(resource, run, false);
  return run.issues;
}

type Json = Record<string, unknown>;
type Check = (value: unknown, run: Run) => void;

/** Elements and list places on the way down; deeper is refused. The JSON reader allows 64 levels of its own. */
const MOST_STEPS = 192;

/** One validation under way. */
class Run {
  readonly issues: Issue[] = [];
  /** The resource that the current place is in, contained or not: FHIRPath's %resource. */
  readonly scope: Scope = { resource: {} };
  /** The resource whose `contained` holds what `#id` points to. */
  container: Json = {};
  /** Whether the resource is inside a Bundle, where references may be searches to be resolved on arrival. */
  bundled = false;
  depth = 0;
  readonly #way: (string | number)[] = [];

  enter(step: string | number): void {
    this.#way[this.depth++] = step;
  }

  leave(): void {
    this.depth--;
  }

  tell(code: string, message: string): void {
    if (this.issues.length >= MOST_ISSUES) return;
    const expression = this.#expression();
    this.issues.push({ severity: 'error', code, message, ...(expression !== '' && { expression }) });
  }

  tellAt(step: string, code: string, message: string): void {
    this.enter(step);
    this.tell(code, message);
    this.leave();
  }

  #expression(): string {
    let text = '';
    for (let at = 0; at < this.depth; at++) {
      const step = this.#way[at] as string | number;
      if (typeof step === 'number') text += `[${step}]`;
      else text += text === '' ? step : `.${step}`;
    }
    return text;
  }
}

function checkResource(value: unknown, run: Run, contained: boolean): void {
  if (!isObject(value)) run.tell('structure', 'a resource, a JSON object with resourceType, is expected');
  else if (!isResourceType(value.resourceType))
    run.tell('structure', 'resourceType must be the name of an R4 resource type');
  else checkTyped(value, value.resourceType, run, contained);
}

function checkTyped(value: Json, resourceType: string, run: Run, contained: boolean): void {
  const { resource } = run.scope;
  const { container, bundled } = run;
  run.scope.resource = value;
  if (!contained) run.container = value;
  if (resourceType === 'Bundle') run.bundled = true;
  const root = run.depth === 0;
  if (root) run.enter(resourceType);
  checkerOf(resourceType)(value, run);
  if (!contained && value.contained !== undefined) checkContained(value, run);
  if (root) run.leave();
  run.scope.resource = resource;
  run.container = container;
  run.bundled = bundled;
}

/** dom-2 to dom-5, and that contained resources can be told apart. */
function checkContained(holder: Json, run: Run): void {
  const contained = holder.contained;
  if (!Array.isArray(contained)) return;
  const ids = new Set<unknown>();
  const targets = new Set<string>();
  gatherLocalTargets(holder, targets);
  for (const [at, resource] of contained.entries()) {
    if (!isObject(resource)) continue;
    run.enter('contained');
    run.enter(at);
    const { id, meta } = resource;
    if (resource.contained !== undefined)
      run.tell('invariant', 'dom-2: a contained resource must not contain resources');
    if (isObject(meta) && (meta.versionId !== undefined || meta.lastUpdated !== undefined)) {
      run.tell('invariant', 'dom-4: a contained resource must not have meta.versionId or meta.lastUpdated');
    }
    if (isObject(meta) && meta.security !== undefined) {
      run.tell('invariant', 'dom-5: a contained resource must not have a security label');
    }
    if (typeof id === 'string' && ids.has(id))
      run.tell('invariant', 'two contained resources must not have the same id');
    ids.add(id);
    if (!targets.has(`#${String(id)}`) && !pointsUp(resource)) {
      run.tell('invariant', 'dom-3: a contained resource must be referred to from the resource, or refer to it');
    }
    run.leave();
    run.leave();
  }
}

/** All texts that begin with `#`. */
function gatherLocalTargets(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith('#')) found.add(value);
  } else if (Array.isArray(value)) for (const item of value) gatherLocalTargets(item, found);
  else if (isObject(value)) for (const key in value) gatherLocalTargets(value[key], found);
}

function pointsUp(resource: unknown): boolean {
  if (Array.isArray(resource)) return resource.some(pointsUp);
  if (!isObject(resource)) return false;
  if (resource.reference === '#') return true;
  for (const key in resource) {
    const inner = resource[key];
    if (typeof inner === 'object' && inner !== null ? pointsUp(inner) : inner === '#') return true;
  }
  return false;
}

// ---- types

const checkers = new Map<string, Check>();

/** The check of a type, compiled when it first runs, since types hold each other. */
function checkerOf(type: string): Check {
  let checker = checkers.get(type);
  if (!checker) {
    let compiled: Check | undefined;
    checker = (value, run) => {
      compiled ??= compileType(type);
      compiled(value, run);
    };
    checkers.set(type, checker);
  }
  return checker;
}

/** What a JSON property of a type stands for. */
interface Property {
  check: Check;
  /** Step of the FHIRPath. */
  step: string;
  /** Of a list of primitives and of the list of their extensions: the name of the other of the two. */
  beside?: string;
  /** Bit of the element, among those that are required or a choice; 0 for others. */
  bit: number;
}

function compileType(type: string): Check {
  if (type === 'Resource') return (value, run) => checkResource(value, run, false);
  const definition = definitions.types[type] as TypeDefinition;
  const isResource = definition.kind === 'resource';
  const properties = new Map<string, Property>();
  const required: { bit: number; step: string }[] = [];
  let requiredBits = 0;
  let choiceBits = 0;
  let bits = 0;
  for (const element of definition.elements) {
    const isChoice = element.name.endsWith('[x]');
    const step = isChoice ? element.name.slice(0, -3) : element.name;
    const bit = element.min || isChoice ? 2 ** bits++ : 0;
    if (bits > 31) throw new Error(`${type} has more required and choice elements than bits`);
    if (element.min) {
      required.push({ bit, step });
      requiredBits += bit;
    }
    if (isChoice) choiceBits += bit;
    for (const [key, property] of propertiesOf(element, step, bit)) properties.set(key, property);
  }
  const rules = rulesOf(type);

  return (value, run) => {
    if (!isObject(value)) return run.tell('structure', 'a JSON object is expected');
    if (run.depth > MOST_STEPS) return run.tell('too-long', 'the resource is nested too deeply');
    let seen = 0;
    let children = 0;
    for (const key in value) {
      const item = value[key];
      if (item === undefined) continue;
      const property = properties.get(key);
      if (property === undefined) {
        if (key === 'resourceType' && isResource) continue;
        run.tellAt(key, 'structure', 'R4 has no such element here; use an extension or remove it');
        continue;
      }
      if (key !== 'id') children++;
      const { bit } = property;
      if (bit !== 0) {
        if ((seen & bit) !== 0 && (choiceBits & bit) !== 0) checkOneChoice(value, property, properties, run);
        seen |= bit;
      }
      run.enter(property.step);
      property.check(item, run);
      if (property.beside !== undefined) checkAligned(item, value[property.beside], key, run);
      run.leave();
    }
    if ((seen & requiredBits) !== requiredBits) {
      for (const { bit, step } of required) {
        if ((seen & bit) === 0) run.tellAt(step, 'required', 'this element is required');
      }
    }
    if (children === 0 && !isResource)
      run.tell('invariant', 'ele-1: an element must have a value or children besides an id');
    for (const rule of rules) {
      if (rule.holds(value, run.scope) !== true) run.tell('invariant', rule.message);
    }
  };
}

/** `valueString` and `_valueString` are one value, `valueString` and `valueInteger` are two. */
function checkOneChoice(value: Json, { bit, step }: Property, properties: Map<string, Property>, run: Run): void {
  const names = new Set<string>();
  for (const key in value) if (properties.get(key)?.bit === bit) names.add(key.replace(/^_/, ''));
  if (names.size > 1)
    run.tellAt(step.replace(/\.ofType.*$/, ''), 'structure', 'only one type of this choice may be present');
}

function propertiesOf(element: ElementDefinition, step: string, bit: number): [string, Property][] {
  return element.types.flatMap((type) => {
    const isChoice = element.name.endsWith('[x]');
    const key = isChoice ? choiceKey(step, type) : element.name;
    const place = isChoice ? `${step}.ofType(${type.endsWith('Quantity') ? 'Quantity' : type})` : step;
    const single = checkOf(element, type);
    const isList = element.max !== undefined && element.max !== 1 && element.max !== 0;
    const check = isList ? listOf(single, element) : alone(single);
    if (definitions.types[type]?.kind !== 'primitive-type') return [[key, { check, step: place, bit }]];
    // A primitive's id and extensions stand beside it under its name with an underscore.
    const other = `_${key}`;
    const extensions = checkerOf('Element');
    if (!isList) {
      return [
        [key, { check, step: place, bit }],
        [other, { check: alone(extensions), step: place, bit }],
      ];
    }
    return [
      [key, { check, step: place, bit, beside: other }],
      [other, { check: listBeside(extensions), step: place, bit, beside: key }],
    ];
  });
}

/** Where one list has null the other must have something, and extensions may not outnumber the values they stand beside. */
function checkAligned(list: unknown, other: unknown, key: string, run: Run): void {
  if (!Array.isArray(list)) return;
  const others = Array.isArray(other) ? other : undefined;
  for (let at = 0; at < list.length; at++) {
    if (list[at] !== null || (others?.[at] !== undefined && others[at] !== null)) continue;
    run.enter(at);
    run.tell('structure', 'null stands only where the list beside it has a value or an extension');
    run.leave();
  }
  if (key.startsWith('_') && others && others.length < list.length) {
    run.tell('structure', 'the list of extensions must not be longer than the list of values beside it');
  }
}

function alone(check: Check): Check {
  return (value, run) => {
    if (Array.isArray(value)) run.tell('structure', 'one value is expected, not a list');
    else check(value, run);
  };
}

function listOf(check: Check, element: ElementDefinition): Check {
  const most = typeof element.max === 'number' ? element.max : Number.POSITIVE_INFINITY;
  const isPrimitive = element.types.every((type) => definitions.types[type]?.kind === 'primitive-type');
  return (value, run) => {
    if (!Array.isArray(value)) return run.tell('structure', 'a list is expected, even for one value');
    if (value.length === 0) return run.tell('structure', 'a list must not be empty; leave the element out instead');
    if (value.length > most) run.tell('structure', 'the list has more values than are allowed');
    for (let at = 0; at < value.length; at++) {
      run.enter(at);
      // Nulls are looked at where both lists are at hand.
      if (value[at] !== null || !isPrimitive) check(value[at], run);
      run.leave();
    }
  };
}

function listBeside(check: Check): Check {
  return (value, run) => {
    if (!Array.isArray(value))
      return run.tell('structure', 'a list is expected, as long as the list of values beside it');
    if (value.length === 0) return run.tell('structure', 'a list must not be empty; leave the element out instead');
    for (let at = 0; at < value.length; at++) {
      if (value[at] === null) continue;
      run.enter(at);
      check(value[at], run);
      run.leave();
    }
  };
}

// ---- values

function checkOf(element: ElementDefinition, type: string): Check {
  const check = withBinding(element, type, valueCheckOf(element, type));
  const rules = compileInvariants(element.invariants ?? [], type);
  if (rules.length === 0) return check;
  return (value, run) => {
    check(value, run);
    for (const rule of rules) if (rule.holds(value as Json, run.scope) !== true) run.tell('invariant', rule.message);
  };
}

function valueCheckOf(element: ElementDefinition, type: string): Check {
  const primitive = PRIMITIVES[type];
  if (primitive) {
    return (value, run) => {
      const fault = primitive(value);
      if (fault) run.tell(fault.code, fault.message);
    };
  }
  if (type === 'Resource') {
    const contained = element.name === 'contained';
    return (value, run) => checkResource(value, run, contained);
  }
  if (type === 'Reference') return referenceCheck(element.targets && new Set(element.targets));
  return checkerOf(type);
}

function referenceCheck(targets: ReadonlySet<string> | undefined): Check {
  const check = checkerOf('Reference');
  return (value, run) => {
    check(value, run);
    if (!isObject(value) || typeof value.reference !== 'string') return;
    const { reference } = value;
    let type: unknown;
    if (reference.startsWith('#')) {
      const target = reference === '#' ? run.container : findContained(run.container, reference.slice(1));
      if (!target)
        return run.tellAt(
          'reference',
          'not-found',
          'ref-1: a reference that begins with # must name a contained resource',
        );
      type = target.resourceType;
    } else {
      const literal = parseReference(reference);
      if (!literal || (literal.form === 'search' && !run.bundled)) {
        return run.tellAt(
          'reference',
          'value',
          'a reference is Type/id, an absolute url, urn:uuid:..., urn:oid:... or #id',
        );
      }
      type = literal.type;
    }
    if (targets && isResourceType(type) && !targets.has(type)) {
      run.tellAt('reference', 'structure', 'this element may not refer to a resource of that type');
    }
  };
}

function findContained(container: Json, id: string): Json | undefined {
  const contained = container.contained;
  if (!Array.isArray(contained)) return undefined;
  return contained.find((resource: unknown): resource is Json => isObject(resource) && resource.id === id);
}

/** Wraps the check of a value with that of its required codes. */
function withBinding(element: ElementDefinition, type: string, check: Check): Check {
  const systems = element.binding === undefined ? undefined : definitions.valueSets[element.binding];
  if (!systems) return check;
  if (type === 'code') {
    const codes = new Set(Object.values(systems).flat());
    return (value, run) => {
      if (typeof value !== 'string') check(value, run);
      else if (!codes.has(value)) run.tell('code-invalid', 'the code is not in the value set that is required here');
    };
  }
  const sets = new Map(Object.entries(systems).map(([system, codes]) => [system, new Set(codes)]));
  const has = (coding: unknown) =>
    isObject(coding) && sets.get(String(coding.system))?.has(String(coding.code)) === true;
  if (type === 'Coding') {
    return (value, run) => {
      check(value, run);
      if (isObject(value) && !has(value))
        run.tell('code-invalid', 'the code is not in the value set that is required here');
    };
  }
  if (type === 'CodeableConcept') {
    return (value, run) => {
      check(value, run);
      if (!isObject(value)) return;
      const { coding, text, extension } = value;
      if (coding === undefined && text === undefined && extension !== undefined) return;
      if (!Array.isArray(coding) || !coding.some(has)) {
        run.tell('code-invalid', 'one of the codes must be from the value set that is required here');
      }
    };
  }
  return check;
}

// ---- invariants

interface Rule {
  holds: Condition;
  message: string;
}

/** The rules of the type and of the data types it derives from. */
function rulesOf(type: string): Rule[] {
  const rules: Rule[] = [];
  for (let at: string | undefined = type; at !== undefined; at = definitions.types[at]?.base) {
    const definition: TypeDefinition | undefined = definitions.types[at];
    if (definition?.abstract) break;
    rules.push(...compileInvariants(definition?.invariants ?? [], type));
  }
  return rules;
}

function compileInvariants(invariants: readonly Invariant[], type: string): Rule[] {
  return invariants
    .filter(({ key }) => !CHECKED_ELSEWHERE.has(key) && !UNCHECKED.has(key))
    .map(({ key, human, expression }) => {
      const rule = RULES[key];
      return {
        holds: rule ? (value) => rule(value as Json) : compileCondition(expression, type),
        message: `${key}: ${human}`,
      };
    });
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
