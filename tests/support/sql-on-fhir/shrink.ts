import { parseFhirJson, validate } from '#standards/fhir';
import type { ViewDefinition } from './evaluate.ts';
import { parseAsWritten } from './written.ts';

export interface Case {
  view: ViewDefinition;
  /** The text of one resource. */
  resource: string;
}

const MOST_TRIES = 1500;

/** Takes away from a case what can go while it stays a failing one: parts of the view, of its paths, and of the resource. */
export async function shrink(start: Case, fails: (one: Case) => Promise<boolean>): Promise<Case> {
  let least = start;
  let tries = 0;
  for (let smaller = true; smaller && tries < MOST_TRIES; ) {
    smaller = false;
    for (const candidate of candidatesOf(least)) {
      tries += 1;
      if (tries > MOST_TRIES) break;
      if (!(await fails(candidate))) continue;
      least = candidate;
      smaller = true;
      break;
    }
  }
  return least;
}

function* candidatesOf({ view, resource }: Case): Generator<Case> {
  for (const less of smallerView(view)) yield { view: less as ViewDefinition, resource };
  for (const less of smallerValue(parseAsWritten(resource))) {
    const text = JSON.stringify(less);
    if (validate(parseFhirJson(text)).length === 0) yield { view, resource: text };
  }
}

function* smallerView(value: unknown, key = ''): Generator<unknown> {
  if (typeof value === 'string' && ['path', 'forEach', 'forEachOrNull'].includes(key)) yield* smallerPath(value);
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) {
    if (!['resource', 'path', 'name', 'status', 'resourceType'].includes(name)) yield without(value, name);
  }
  const nested =
    (value as { select?: unknown; unionAll?: unknown }).select ?? (value as { unionAll?: unknown }).unionAll;
  if (Array.isArray(nested) && key === 'select') yield* nested;
  for (const [name, part] of Object.entries(value)) {
    for (const less of smallerView(part, Array.isArray(value) ? key : name)) yield replaced(value, name, less);
  }
}

/** What stands between brackets, the arguments of functions, and the path without its last step. */
function* smallerPath(path: string): Generator<string> {
  const starts: number[] = [];
  for (let at = 0; at < path.length; at += 1) {
    if (path[at] === "'") {
      const text = /^'(?:\\.|[^'\\])*'/.exec(path.slice(at));
      at += (text?.[0].length ?? 1) - 1;
    } else if (path[at] === '(') starts.push(at + 1);
    else if (path[at] === ',') {
      const start = starts.at(-1);
      if (start !== undefined) {
        yield path.slice(start, at);
        starts[starts.length - 1] = at + 1;
      }
    } else if (path[at] === ')') {
      const start = starts.pop();
      if (start !== undefined && start < at) yield path.slice(start, at);
    }
  }
  const shorter = /^(.+)\.\w+(?:\([^()]*\))?$/s.exec(path)?.[1] ?? /^(.+)\[\d+\]$/s.exec(path)?.[1];
  if (shorter !== undefined && !path.slice(shorter.length).startsWith('.ofType')) yield shorter;
  const first = /^\w+(?:\([^()]*\))?\.(.+)$/s.exec(path)?.[1];
  if (first !== undefined) yield first;
}

function* smallerValue(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) {
    const less = without(value, name);
    if (Object.keys(less).length > 0) yield less;
  }
  for (const [name, part] of Object.entries(value)) {
    for (const less of smallerValue(part)) yield replaced(value, name, less);
  }
}

function without(holder: object, name: string): object {
  if (Array.isArray(holder)) return holder.filter((_, index) => index !== Number(name));
  return Object.fromEntries(Object.entries(holder).filter(([key]) => key !== name));
}

function replaced(holder: object, name: string, part: unknown): unknown {
  if (Array.isArray(holder)) return holder.map((one, index) => (index === Number(name) ? part : one));
  return { ...holder, [name]: part };
}
