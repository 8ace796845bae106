/** A value as it is being typed. */
export interface Typed {
  type: string;
  text: string;
}

/**
 * A question as the part of an address after `#`, which no browser sends to a server: a question may name a person, and servers keep what they are asked for.
 */
export function toHash(text: string, typed: Readonly<Record<string, Typed>>): string {
  const parts = new URLSearchParams({ sql: text });
  for (const [name, { type, text: value }] of Object.entries(typed)) parts.append('value', `${name}:${type}:${value}`);
  return `#${parts}`;
}

/** @returns undefined where the address carries no question */
export function fromHash(hash: string): { text: string; typed: Record<string, Typed> } | undefined {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const text = parts.get('sql');
  if (text === null) return undefined;
  const typed = parts.getAll('value').flatMap((value): [string, Typed][] => {
    const [, name, type, rest] = /^(\w+):(\w+):([\s\S]*)$/.exec(value) ?? [];
    return name === undefined || type === undefined ? [] : [[name, { type, text: rest ?? '' }]];
  });
  return { text, typed: Object.fromEntries(typed) };
}
