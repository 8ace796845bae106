import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { MllpLine } from '../../region/mllp-line.ts';
import { hasChromium, until, visitAs } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: who may ask about many results sees them as figures, finds the link that holds the question, and nobody else gets in.
 * Method: results of a hundred persons come in as HL7 messages, as from a laboratory; then a true browser on the true server, each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('exploring tests', () => {
  const { browser, come, go } = oneVisitor();

  beforeAll(async () => {
    const { mllpPort } = inject('screen');
    const line = new MllpLine({ host: '127.0.0.1', port: mllpPort });
    for (let at = 0; at < PERSONS; at += 1) await line.send(message(at), `explore-${at}`);
    line.close();
    await known(browser());
  }, 180_000);

  test('the regulator explores a test, narrows it, and the address holds the question', async () => {
    const page = await come('regulator');
    await go('/laboratory/explore');
    await page.getByRole('combobox', { name: 'Choose a test' }).fill(CODE);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
    await page.locator('.plot svg path').first().waitFor();
    await figure(page, 'Results', PERSONS);

    await page.getByRole('combobox', { name: 'Sex' }).fill('women');
    await page.keyboard.press('Enter');
    await figure(page, 'Results', PERSONS / 2);
    expect(new URL(page.url()).searchParams.get('sex')).toBe('female');

    const address = page.url();
    await go('/laboratory/use');
    await page.goto(address);
    await figure(page, 'Results', PERSONS / 2);

    await page.getByRole('button', { name: 'Estimate now' }).click();
    await page.getByRole('row').filter({ hasText: 'robust' }).first().waitFor();
    await page.locator('.explore-progress').waitFor({ state: 'detached', timeout: 90_000 });
    await page.getByText('too few results: 120 are needed').first().waitFor();
  });

  test('too few persons are not told', async () => {
    const page = await come('regulator');
    await go(`/laboratory/explore?test=${encodeURIComponent(`${CODE}|${UNIT}`)}&ageFrom=40&ageTo=40`);
    await page.getByText('Fewer than 10 persons').waitFor();
  });

  test('the researcher reads the use of tests in Chinese in a hand', async () => {
    const page = await come('researcher', { language: 'zh', width: 390, height: 844 });
    await go('/laboratory/use');
    await page.getByRole('heading', { level: 1, name: '项目使用情况' }).waitFor();
    await page.locator('.plot svg path').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('the technician sees the own results one by one, so that nothing is hidden', async () => {
    const page = await come('laboratory-technician');
    await go('/laboratory/explore');
    await page.getByRole('link').filter({ hasText: /\w/ }).first().waitFor();
    const { reaches } = (await (await page.request.get('/api/laboratory/tests')).json()) as { reaches: string[] };
    expect(reaches).toEqual(['rows']);
  });

  test.each(['patient', 'courier', 'administrator'])('the %s finds no such page, and gets no answer', async (role) => {
    const page = await come(role);
    await go('/');
    expect(await page.getByRole('link', { name: 'Explore a test' }).count()).toBe(0);
    expect((await page.request.get('/api/laboratory/tests')).status()).toBe(403);
  });
});

const PERSONS = 60;
const CODE = '99901-1';
const NAME = 'Explored analyte';
const UNIT = 'mmol/L';

/** A report with one value of a test that nobody else measures; every second person is a woman, no two are born in one year. */
function message(at: number): string {
  const value = (4 + ((at * 37) % PERSONS) / PERSONS).toFixed(2);
  const day = `202610${String(1 + (at % 28)).padStart(2, '0')}`;
  return [
    `MSH|^~\\&|LIS|EXPLORE|||${day}080000+0800||ORU^R01|explore-${at}|P|2.5.1`,
    `PID|1||7700${at}^^^B&https://banyan.health/id/health-card&URI^HC||Explored^P${at}||${1930 + at}0102|${at % 2 === 0 ? 'M' : 'F'}`,
    `OBR|1|EXP${at}^H1|EXF${at}^L1|${CODE}^${NAME}^LN|||${day}0700||||||||||||||||||F`,
    `OBX|1|NM|${CODE}^${NAME}^LN||${value}|${UNIT}^^UCUM|||||F`,
    `SPM|1|EXS${at}&BANYAN&https://banyan.health/id/specimen&URI`,
  ]
    .map((segment) => `${segment}\r`)
    .join('');
}

/** Waits until the lake knows them all. */
async function known(browser: Browser): Promise<void> {
  const one = await visitAs(browser, 'regulator', inject('screen'));
  await until('the lake knows the results', async () => {
    const answer = await one.page.context().request.get('/api/laboratory/tests');
    const { tests = [] } = (await answer.json()) as { tests?: { code: string; results: number }[] };
    return tests.find(({ code }) => code === CODE)?.results === PERSONS;
  });
  await one.close();
}

async function figure(page: Page, label: string, value: number): Promise<void> {
  await page
    .locator('.figure')
    .filter({ has: page.getByText(label, { exact: true }) })
    .getByText(String(value), { exact: true })
    .waitFor();
}
