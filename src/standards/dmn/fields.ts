import type { ItemDefinition, Model } from './model.ts';

/** What a form needs to ask for a value. */
export interface Field {
  readonly name: string;
  /** A type of FEEL, or "list"; "Any" where the model does not say. */
  readonly type: string;
  /** All texts that are allowed, where the model lists them. */
  readonly options?: readonly string[];
  /** Of a context. */
  readonly fields?: readonly Field[];
}

const MOST_NESTING = 8;

export function fieldOf(model: Model, name: string, typeRef: string | undefined, depth = 0): Field {
  const item = model.types.find((type) => type.name === typeRef);
  return item === undefined || depth > MOST_NESTING
    ? { name, type: typeRef ?? 'Any' }
    : { ...fieldOfItem(model, item, depth), name };
}

function fieldOfItem(model: Model, item: ItemDefinition, depth: number): Field {
  const { name } = item;
  if (item.isCollection) return { name, type: 'list' };
  if (item.components.length > 0) {
    return { name, type: 'context', fields: item.components.map((part) => fieldOfItem(model, part, depth + 1)) };
  }
  const options = textsIn(item.allowedValues ?? '');
  return { ...fieldOf(model, name, item.typeRef, depth + 1), ...(options.length > 0 && { options }) };
}

/** Of "a", "b", "c"; none where something else is allowed, too. */
function textsIn(allowed: string): string[] {
  const text = /"((?:[^"\\]|\\.)*)"/g;
  const rest = allowed.replace(text, '').replace(/[\s,]/g, '');
  return rest === '' ? [...allowed.matchAll(text)].map((found) => found[1] ?? '') : [];
}
