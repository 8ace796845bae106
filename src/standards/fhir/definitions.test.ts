import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { definitions, RESOURCE_TYPES, searchParameters } from './definitions.ts';
import { compileBranches, compileCondition, Unsupported } from './fhirpath.ts';
import { generate } from './generate.ts';
import { CHECKED_ELSEWHERE, RULES, UNCHECKED } from './rules.ts';

/**
 * Goal: the committed definitions are the official ones, and all that is written in FHIRPath in them is understood.
 * Method: they are made again and compared; every search parameter and every invariant is compiled.
 */
describe('the definitions', () => {
  test('are what the generator makes of the official files', { timeout: 60_000 }, () => {
    const committed = readFileSync(new URL('./definitions.generated.json', import.meta.url), 'utf8');
    expect(generate() === committed, 'run: node src/standards/fhir/generate.ts').toBe(true);
    // R4's, and ViewDefinition.
    expect(RESOURCE_TYPES).toHaveLength(146 + 1);
    expect(definitions.searchParameters).toHaveLength(1378 + 12);
  });

  test('have no element that the package they come in adds to those of R4', () => {
    const meta = definitions.types.Meta?.elements.map(({ name }) => name);
    expect(meta?.join()).toBe('id,extension,versionId,lastUpdated,source,profile,security,tag');
    expect(definitions.types.ObservationDefinition?.elements.some(({ name }) => name === 'publisher')).toBe(false);
  });

  test('search parameters all compile, none needs a general FHIRPath engine', () => {
    let pairs = 0;
    const empty: string[] = [];
    for (const type of RESOURCE_TYPES) {
      for (const { code, expression, components = [] } of searchParameters(type)) {
        if (expression === undefined) continue;
        pairs++;
        const branches = compileBranches(expression, type);
        if (branches.length === 0) empty.push(`${type}.${code}`);
        for (const component of components) {
          for (const branch of branches) {
            if (compileBranches(component.expression, branch.type).length === 0) empty.push(`${type}.${code}`);
          }
        }
      }
    }
    expect(empty).toEqual([]);
    expect(pairs).toBe(2576 + 12 + 6);
  });

  test.each([
    "gender ~ 'male'",
    'multipleBirth - 1 = 1',
    '-multipleBirth = 1',
    'birthDate < @2020',
    'name[%resource].exists()',
  ])('%s, which is FHIRPath but not understood, is refused when it is compiled', (expression) => {
    expect(() => compileCondition(expression, 'Patient')).toThrow(Unsupported);
  });

  test('invariants are compiled, written by hand, checked elsewhere, or named as unchecked', () => {
    const unsupported = new Set<string>();
    const compiled = new Set<string>();
    const compile = (key: string, expression: string, type: string) => {
      if (CHECKED_ELSEWHERE.has(key) || key in RULES) return;
      try {
        compileCondition(expression, type);
        compiled.add(key);
      } catch (error) {
        if (!(error instanceof Unsupported)) throw error;
        unsupported.add(key);
      }
    };
    for (const [name, { invariants = [], elements }] of Object.entries(definitions.types)) {
      for (const { key, expression } of invariants) compile(key, expression, name);
      for (const element of elements) {
        for (const { key, expression } of element.invariants ?? [])
          for (const type of element.types) compile(key, expression, type);
      }
    }
    expect([...unsupported].sort()).toEqual([...UNCHECKED].sort());
    expect(compiled.size).toBeGreaterThan(170);
  });
});
