/**
 * The invariants of R4 that are written by hand, because they need more than the FHIRPath that is compiled here or because a
 * plain function is many times faster on what every resource has. All other error-level invariants come from their own FHIRPath.
 */

type Json = Record<string, unknown>;
type Rule = (value: Json) => boolean;

/** By key. True when the rule is kept. */
export const RULES: Record<string, Rule> = {
  'ext-1': (value) => {
    let values = 0;
    for (const key in value) if (key.startsWith('value') || key.startsWith('_value')) values++;
    return (value.extension !== undefined) !== values > 0;
  },
  'obs-6': (value) => value.dataAbsentReason === undefined || !hasValue(value),
  'obs-7': (value) => {
    const components = value.component;
    if (!Array.isArray(components) || !hasValue(value)) return true;
    const own = new Set(codingsOf(value));
    return !components.some(
      (component: unknown) => isObject(component) && codingsOf(component).some((coding) => own.has(coding)),
    );
  },
  'csd-1': (value) => isDistinct(gather(value.concept, 'concept', 'code')),
  'que-2': (value) => isDistinct(gather(value.item, 'item', 'linkId')),
  'eld-2': ({ min, max }) => typeof min !== 'number' || typeof max !== 'string' || max === '*' || min <= Number(max),
};

/** Checked elsewhere: by the walk itself, by the narrative, or with the references. */
export const CHECKED_ELSEWHERE: ReadonlySet<string> = new Set([
  'ele-1',
  'txt-1',
  'txt-2',
  'ref-1',
  'dom-2',
  'dom-3',
  'dom-4',
  'dom-5',
]);

/**
 * Known not to be checked. ctm-1 needs other resources; ig-1 and ig-2 are stated with a %context that FHIRPath does not have; sdf-9 is
 * about element definitions that only the authors of profiles write.
 */
export const UNCHECKED: ReadonlySet<string> = new Set(['ctm-1', 'ig-1', 'ig-2', 'sdf-9']);

function hasValue(value: Json): boolean {
  for (const key in value) if (key.startsWith('value') || key.startsWith('_value')) return true;
  return false;
}

function codingsOf(holder: Json): string[] {
  const { code } = holder;
  if (!isObject(code) || !Array.isArray(code.coding)) return [];
  return code.coding.filter(isObject).map((coding) => JSON.stringify(Object.entries(coding).sort()));
}

/** All values of one key down a tree of the same kind. */
function gather(items: unknown, below: string, key: string): unknown[] {
  if (!Array.isArray(items)) return [];
  return items.filter(isObject).flatMap((item) => [item[key], ...gather(item[below], below, key)]);
}

function isDistinct(values: unknown[]): boolean {
  const present = values.filter((value) => value !== undefined);
  return new Set(present).size === present.length;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
