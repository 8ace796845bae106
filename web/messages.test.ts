import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Texts } from './ui/catalogue.ts';

/**
 * Goal: nobody meets a key, a gap or an English word where a Chinese text was meant.
 * Method: every catalogue of web/ is loaded; keys and placeholders of both languages must be the same, and no text may be empty.
 */
const folders = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /^[^/]+\/messages\.ts$/.test(path),
);

test('the catalogues are found', () => {
  expect(folders).toContain('shell/messages.ts');
});

describe.each(folders)('%s', async (path) => {
  const { messages } = (await import(join(import.meta.dirname, path))) as { messages: { en: Texts; zh: Texts } };
  const en = flatten(messages.en);
  const zh = flatten(messages.zh);

  test('has the same keys in both languages', () => {
    expect([...zh.keys()].sort()).toEqual([...en.keys()].sort());
  });

  test('has a text for every key', () => {
    const empty = [...en, ...zh].filter(([, text]) => text.trim() === '').map(([key]) => key);
    expect(empty).toEqual([]);
  });

  test('names the same placeholders in both languages', () => {
    const differing = [...en].filter(([key, text]) => placeholders(text) !== placeholders(zh.get(key) ?? ''));
    expect(differing).toEqual([]);
  });
});

function flatten(texts: Texts, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

function placeholders(text: string): string {
  return [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)]
    .map((found) => found[1])
    .sort()
    .join(' ');
}
