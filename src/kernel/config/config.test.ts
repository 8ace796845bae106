import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import { describeSettings, readConfig } from './index.ts';

/**
 * Goal: a person who sets something wrongly hears of every mistake at once, and the documented table is the true one.
 * Method: wrong values of each kind; the table in docs is compared with the one made from the code.
 */
describe('readConfig', () => {
  test('without any setting everything has its standard', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      mllpPort: 2575,
      mqttPort: 1883,
      region: true,
      speed: 1,
    });
  });

  test('an empty setting counts as not given', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 8080, databaseUrl: undefined });
  });

  test.each([
    ['1500M', 1_500_000_000],
    ['2G', 2_000_000_000],
    ['600000000', 600_000_000],
  ])('LAKE_MEMORY=%s is %d bytes', (text, bytes) => {
    expect(readConfig({ LAKE_MEMORY: text }).lakeMemory).toBe(bytes);
  });

  test.each(['1G5', '-2G', '10M', '2g', '1e9', '99999999G'])('LAKE_MEMORY=%s is refused', (text) => {
    expect(() => readConfig({ LAKE_MEMORY: text })).toThrow(Problem);
  });

  test('tells all mistakes at once', () => {
    const wrong = { PORT: '-1', MLLP_PORT: '70000', LOG_LEVEL: 'loud', TRUST_PROXY: 'yes', BANYAN_ADMIN_TOKEN: 'x' };
    const read = () => readConfig(wrong, ['--speed', 'fast', '--turbo']);
    expect(read).toThrow(Problem);
    try {
      read();
    } catch (problem) {
      const told = (problem as Problem).issues.map((issue) => issue.message.split(':')[0]);
      expect(told).toEqual([
        'PORT',
        'MLLP_PORT',
        'BANYAN_ADMIN_TOKEN',
        'TRUST_PROXY',
        'LOG_LEVEL',
        '--speed',
        '--turbo',
      ]);
    }
  });

  test('reads the flags', () => {
    const flags = ['--no-region', '--speed', '120', '--seed', '7', '--fault', 'warm-box,measles'];
    expect(readConfig({}, flags)).toMatchObject({
      region: false,
      speed: 120,
      seed: 7,
      faults: ['warm-box', 'measles'],
    });
  });
});

test('docs/settings.md holds the table that the code makes (UPDATE_DOCS=1 writes it)', () => {
  const file = new URL('../../../docs/settings.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const made = text.replace(/(<!-- settings -->\n)[\s\S]*(<!-- \/settings -->)/, `$1${describeSettings()}\n$2`);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, made);
  else expect(text).toBe(made);
});
