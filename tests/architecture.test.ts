import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The kernel's rooms in their order: a later one may import an earlier one. */
const ROOMS = [
  'problem',
  'child',
  'log',
  'context',
  'config',
  'metrics',
  'sql',
  'outbox',
  'jobs',
  'ledger',
  'access',
  'fhir',
  'terms',
  'lake',
  'view',
  'http',
  'document',
  'cli',
  'backup',
];

/** DESIGN's table: who may import whom. What is not listed may import nothing of ours. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  standards: [],
  kernel: ['standards'],
  'modules/records': ['standards', 'kernel'],
  'modules/custody': ['standards', 'kernel', 'modules/records'],
  'modules/laboratory': ['standards', 'kernel', 'modules/records', 'modules/custody'],
  'modules/therapy': ['standards', 'kernel', 'modules/records', 'modules/custody', 'modules/laboratory'],
  'modules/signals': ['standards', 'kernel', 'modules/records'],
  'modules/exchange': ['standards', 'kernel'],
  'modules/cluster': ['standards', 'kernel', 'modules/exchange'],
  'modules/energy': ['standards', 'kernel'],
  region: ['standards'],
};

const ALIAS: Record<string, string> = {
  '#standards': 'src/standards',
  '#kernel': 'src/kernel',
  '#modules': 'src/modules',
};

/** Every import of a file, of types too, as paths from the root; packages keep their names. */
function importsOf(file: string, text: string): string[] {
  const { module } = parseSync(file, text, { lang: file.endsWith('x') ? 'tsx' : 'ts' });
  const names = [
    ...module.staticImports.map((found) => found.moduleRequest.value),
    ...module.staticExports.flatMap((found) => found.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map((found) => text.slice(found.moduleRequest.start + 1, found.moduleRequest.end - 1)),
  ];
  return names.map((name) => {
    if (name.startsWith('.')) return posix.join(posix.dirname(file), name);
    const [alias = '', room] = name.split('/');
    const folder = ALIAS[alias];
    return folder === undefined ? name : `${folder}/${room}/index.ts`;
  });
}

/** The part of the house that a file belongs to, e.g. `kernel/sql`, `modules/records`, `web/records`. */
function partOf(path: string): string | undefined {
  const found = /^(?:src\/)?((?:kernel|modules|web)\/[^/]+|standards\/[^/]+|region)\//.exec(path);
  if (found !== null) return found[1];
  // Facts are data that anybody may read: they belong to no part.
  return /^(src|web|tests|bench)\/[^/]+$/.test(path) ? 'root' : undefined;
}

/** What is wrong with one import, or undefined. */
function offence(file: string, target: string): string | undefined {
  const from = partOf(file);
  const to = partOf(target);
  const isTest =
    file.endsWith('.test.ts') || file.startsWith('tests/') || file.startsWith('bench/') || file.startsWith('facts/');
  if (isTest || to === undefined || from === undefined || from === to) return undefined;
  const said = `${file} may not import ${target}`;
  if (from.startsWith('web/')) return webMay(from, target, to) ? undefined : said;
  if (to.startsWith('web/') || to === 'region') return from === 'root' ? undefined : said;
  if (from === 'root') return undefined;
  if (to !== 'root' && !target.endsWith('/index.ts')) return `${said}: a part is entered by its index.ts only`;
  if (from.startsWith('standards/')) return to.startsWith('standards/') ? undefined : said;
  if (from.startsWith('kernel/') && to.startsWith('kernel/')) {
    return ROOMS.indexOf(to.slice(7)) >= 0 && ROOMS.indexOf(to.slice(7)) < ROOMS.indexOf(from.slice(7))
      ? undefined
      : said;
  }
  const allowed = MAY_IMPORT[from.startsWith('kernel/') ? 'kernel' : from] ?? [];
  return allowed.some((part) => to === part || to.startsWith(`${part}/`)) ? undefined : said;
}

function webMay(from: string, target: string, to: string): boolean {
  if (to.startsWith('standards/') || to === 'web/ui' || to === 'web/shell') return true;
  // The shell gathers the routes and words of all modules, and shows the kernel's sign-in before any of them.
  if (from === 'web/shell') return to === 'web/kernel' || /\/(routes|messages|start)\.tsx?$/.test(target);
  return target === `src/modules/${from.slice(4)}/model.ts` || /^src\/modules\/[^/]+\/model\.ts$/.test(target);
}

function offences(file: string, text: string): string[] {
  return importsOf(file, text).flatMap((target) => offence(file, target) ?? []);
}

/**
 * Goal: the table of who may import whom holds, in every file and for types too.
 * Method: all imports are parsed; the judge is proved by offences planted in text that is never run.
 */
describe('the house', () => {
  const files = globSync('{src,web,region}/**/*.{ts,tsx}', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));

  test('no import crosses a wall', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap((file) => offences(file, readFileSync(`${ROOT}/${file}`, 'utf8')))).toEqual([]);
  });

  test.each([
    ['src/standards/hl7v2/parse.ts', `import { sql } from '#kernel/sql';`],
    ['src/kernel/sql/pool.ts', `import type { Fact } from '#kernel/outbox';`],
    ['src/kernel/http/server.ts', `import { x } from '#modules/records';`],
    ['src/modules/records/store.ts', `import { x } from '#modules/laboratory';`],
    ['src/modules/laboratory/store.ts', `import { x } from '../records/store.ts';`],
    ['src/modules/exchange/rules.ts', `export * from '#modules/records';`],
    ['src/modules/signals/hears.ts', `const x = await import('#modules/custody');`],
    ['src/kernel/outbox/tell.ts', `import { x } from '../sql/pool.ts';`],
    ['src/modules/custody/routes.ts', `import { x } from '../../../web/ui/index.tsx';`],
    ['region/main.ts', `import { x } from '#modules/records';`],
    ['region/main.ts', `import { x } from '#kernel/sql';`],
    ['web/records/page.tsx', `import { x } from '../../src/modules/records/store.ts';`],
    ['web/records/page.tsx', `import { x } from '../laboratory/page.tsx';`],
  ])('%s: %s is an offence', (file, text) => {
    expect(offences(file, text)).toHaveLength(1);
  });

  test.each([
    ['src/modules/laboratory/store.ts', `import { x } from '#modules/records';`],
    ['src/kernel/outbox/tell.ts', `import { sql } from '#kernel/sql';`],
    ['src/main.ts', `import { x } from '#modules/records';`],
    [
      'web/records/page.tsx',
      `import type { x } from '../../src/modules/records/model.ts'; import { y } from '../ui/index.tsx';`,
    ],
  ])('%s: %s is none', (file, text) => {
    expect(offences(file, text)).toEqual([]);
  });

  test('a module has no other names at its top than the house knows', () => {
    const known =
      /^src\/modules\/[^/]+\/(README\.md|(index|model|rules|store|actions|routes|intake|analytics|hears)(\.test)?\.ts|(model|rules|store|actions|routes|intake|analytics|hears)\/.+)$/;
    const others = globSync('src/modules/*/**/*.*', { cwd: ROOT }).filter(
      (file) => !known.test(file.replaceAll('\\', '/')),
    );
    expect(others).toEqual([]);
  });
});
