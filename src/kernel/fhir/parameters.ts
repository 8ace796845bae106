import { type SearchParameter, searchParameters } from '#standards/fhir';

/**
 * How a search parameter is answered. Many parameters say in other words what another one says already (`patient` is `subject`
 * when it is a Patient, `combo-code` is `code` or `component-code`), so only what is new is stored.
 */
type Plan =
  | { how: 'stored' }
  /** Asked as another parameter, its references limited to one type where `target` is given. */
  | { how: 'other'; code: string; target?: string }
  /** One of the others has it. */
  | { how: 'any'; codes: readonly string[] }
  /** The parts belong to the resource as a whole, so each may be asked by itself. */
  | { how: 'each'; codes: readonly string[] }
  /** Nothing to find it by: `_text`, `_content`, `_query`, `near`. */
  | { how: 'unsupported' };

export interface Parameter extends SearchParameter {
  plan: Plan;
}

const byType = new Map<string, ReadonlyMap<string, Parameter>>();

/** The parameters of a resource type by their code. */
export function parametersOf(type: string): ReadonlyMap<string, Parameter> {
  let known = byType.get(type);
  if (known === undefined) {
    known = plan(type, searchParameters(type));
    byType.set(type, known);
  }
  return known;
}

function plan(type: string, all: readonly SearchParameter[]): ReadonlyMap<string, Parameter> {
  const planned = new Map<string, Parameter>();
  for (const parameter of all) planned.set(parameter.code, { ...parameter, plan: planOf(type, parameter, all) });
  return planned;
}

function planOf(type: string, parameter: SearchParameter, all: readonly SearchParameter[]): Plan {
  const { expression, components } = parameter;
  if (expression === undefined || parameter.type === 'special') return { how: 'unsupported' };
  const others = all.filter(
    (other) => other.type === parameter.type && other.code !== parameter.code && other.expression !== undefined,
  );
  if (components !== undefined) return planComposite(type, parameter, others, all);

  const limited = /^(.+)\.where\(resolve\(\) is (\w+)\)$/.exec(plain(expression));
  if (limited !== null) {
    const [, path = '', target = ''] = limited;
    const whole = others.find((other) => plain(other.expression!) === path);
    if (whole !== undefined) return { how: 'other', code: whole.code, target };
  }
  const same = others.find((other) => other.code < parameter.code && plain(other.expression!) === plain(expression));
  if (same !== undefined) return { how: 'other', code: same.code };
  const codes = unionOf(expression, others);
  return codes === undefined ? { how: 'stored' } : { how: 'any', codes };
}

function planComposite(
  type: string,
  { expression = '', components = [] }: SearchParameter,
  others: readonly SearchParameter[],
  all: readonly SearchParameter[],
): Plan {
  const alike = others.filter((other) => words(other) === words({ components }));
  const codes = unionOf(expression, alike);
  if (codes !== undefined) return { how: 'any', codes };
  const known = components.every(({ code, type: kind }) =>
    all.some((other) => other.code === code && other.type === kind),
  );
  return expression === type && known ? { how: 'each', codes: components.map(({ code }) => code) } : { how: 'stored' };
}

/** The codes of other parameters whose branches together are exactly the branches of this one. */
function unionOf(expression: string, others: readonly SearchParameter[]): string[] | undefined {
  const open = new Set(branches(expression));
  if (open.size < 2) return undefined;
  const codes: string[] = [];
  const whole = new Set(open);
  for (const other of others) {
    const parts = branches(other.expression!);
    if (parts.length >= whole.size || !parts.every((part) => whole.has(part)) || !parts.some((part) => open.has(part)))
      continue;
    codes.push(other.code);
    for (const part of parts) open.delete(part);
  }
  return open.size === 0 ? codes : undefined;
}

function words({ components = [] }: Pick<SearchParameter, 'components'>): string {
  return components.map((component) => `${component.type} ${component.expression}`).join(', ');
}

function branches(expression: string): string[] {
  return expression.split(' | ').map(plain);
}

/** Without the brackets around the whole. */
function plain(expression: string): string {
  return expression.trim().replace(/^\(([^()]*(?:\([^()]*\)[^()]*)*)\)$/, '$1');
}
