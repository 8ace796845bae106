import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { GatedAnswer, OrderPage, StudioPage } from '../../src/modules/exchange/model.ts';
import { ask, hasChromium, until } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

const said = (en: string, zh: string) => ({ en, zh });
const column = (name: string, role: string, parts: object = {}) => ({
  name,
  label: said(name, name),
  meaning: said(name, name),
  type: 'text',
  role,
  ...parts,
});
const DEFINITION = {
  form: 1,
  kind: 'dataset',
  topic: 'population',
  keywords: [],
  prices: [],
  sources: [],
  ways: ['download'],
  summary: said('', ''),
  pricingBasis: said('', ''),
  quality: { ranges: [] },
  refresh: 'never',
  terms: { purposes: ['research'], attribution: true, mayPassOn: false, deleteAfter: true },
};
const KNOWN = 'from person where district is not null and birth_date is not null';
const TABLE = {
  ...DEFINITION,
  title: said('Persons by city, sex and age', '按城市、性别和年龄统计的人数'),
  gate: { population: 'gate-table', suppressionLimit: 0.6 },
  query: {
    sql: `select substring(ifNull(district, ''), 1, 4) as city, ifNull(sex, '') as sex,
      toString(intDiv(toYear(now()) - toYear(birth_date), 20) * 20) as age, count() as persons ${KNOWN} group by city, sex, age`,
    parameters: [],
  },
  columns: [
    column('city', 'quasi'),
    column('sex', 'quasi'),
    column('age', 'quasi'),
    column('persons', 'count', { type: 'integer' }),
  ],
};
const PERSONS = {
  ...DEFINITION,
  title: said('Persons, one by one', '个人明细'),
  gate: { population: 'gate-persons' },
  query: {
    sql: `select id, toYear(now()) - toYear(birth_date) as age, ifNull(sex, '') as sex, district ${KNOWN}`,
    parameters: [],
  },
  columns: [
    column('id', 'identifier'),
    column('age', 'quasi', { type: 'integer', hierarchy: 'age' }),
    column('sex', 'quasi'),
    column('district', 'quasi', { hierarchy: 'place' }),
  ],
};

async function post<T>(page: Page, path: string, data: object = {}, headers: Record<string, string> = {}): Promise<T> {
  const answer = await page
    .context()
    .request.post(`/api/${path}`, { data, headers: { 'x-banyan': 'app', ...headers } });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** An offering of the signed-in director. */
async function offer(page: Page, definition: object): Promise<string> {
  const sql = 'select count() as n from person where birth_date is not null';
  // A platform that has just begun fills its lake first.
  await until('the lake knows persons', async () => {
    const answer = await page.request.post('/api/lake/ask', { data: { sql }, headers: { 'x-banyan': 'app' } });
    return answer.ok() && ((await answer.json()) as { rows: number[][] }).rows[0]![0]! > 500;
  });
  return (await post<StudioPage>(page, 'exchange/offerings', { definition })).id;
}

/**
 * Goal: a seller learns beforehand and afterwards what the gate does to a table and to rows of persons, and everybody concerned sees what questions have cost.
 * Method: a true browser on the true server; products made of the region's persons through the true gate; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('the release gate', () => {
  const { come, go, visit } = oneVisitor();

  test('a table is tried, made, and its report shows what an attacker learns of hidden cells', async () => {
    const page = await come('laboratory-director');
    const id = await offer(page, TABLE);
    await go(`/exchange/studio/${id}?part=content`);
    await page.getByRole('button', { name: 'Would this pass?' }).click();
    await page.getByText('It would pass.').waitFor({ timeout: 60_000 });
    expect((await ask<StudioPage>(page, `/api/exchange/offerings/${id}`)).contents).toEqual([]);
    await page.getByRole('button', { name: 'Make the content' }).click();
    await until('the content is made', async () => {
      const { contents } = await ask<StudioPage>(page, `/api/exchange/offerings/${id}`);
      return contents[0]?.state === 'released';
    });
    await go(`/exchange/releases?offering=${id}`);
    await page.getByRole('link', { name: 'Persons by city, sex and age' }).first().click();
    await page.getByRole('heading', { name: 'What can be concluded of hidden cells' }).first().waitFor();
    await page.getByText('What is hidden cannot be worked out from what is published').waitFor();
    expect(await page.locator('table.table tbody tr').count()).toBeGreaterThan(0);
  }, 240_000);

  test('rows of persons leave generalised; the report says so in Chinese, in a hand', async () => {
    const page = await come('laboratory-director', { language: 'zh', width: 390, height: 844 });
    const id = await offer(page, PERSONS);
    await post(page, `exchange/offerings/${id}/content`);
    let report: string | null = null;
    await until('the content is made', async () => {
      const { contents } = await ask<StudioPage>(page, `/api/exchange/offerings/${id}`);
      report = contents[0]?.reportId ?? null;
      return report !== null;
    });
    await go(`/exchange/releases/${report}`);
    await page.getByText('每个人至少与另外 k−1 人不可区分').waitFor();
    await page.getByText('没有直接指向个人的列').waitFor();
    await page.locator('figure.plot').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  }, 240_000);

  test('a question over rows is answered with noise, once for all, and what it cost is on the report', async () => {
    const page = await come('data-buyer');
    const listed = async () =>
      (await ask<{ offerings: { id: string }[] }>(page, '/api/exchange/catalogue?text=subtypes')).offerings[0]?.id;
    await until('the example is listed', async () => (await listed()) !== undefined, 400_000);
    const offering = (await listed())!;
    await post(page, 'exchange/wallet/top-ups', { fen: 5_000_000, key: `gate ${offering}` });
    // Its third price is by call.
    const wish = { offering, price: 2, purpose: 'research', budgetFen: 100_000, key: `gate ${offering}` };
    const { order } = await post<OrderPage>(page, 'exchange/orders', wish);
    await until('the money has come', async () => {
      const data = { revision: order.revision };
      const headers = { 'x-banyan': 'app' };
      return (await page.request.post(`/api/exchange/orders/${order.id}/moves/fund`, { data, headers })).ok();
    });
    const { key } = await post<{ key: string }>(page, `exchange/orders/${order.id}/keys`, { name: 'questions' });
    const question = { measure: { kind: 'count' }, by: ['subtype'], where: [] };
    const answer = () =>
      post<GatedAnswer>(page, `exchange/data/${offering}/questions`, question, { authorization: `Bearer ${key}` });
    const first = await answer();
    expect(first).toMatchObject({ columns: ['subtype', 'count'], remembered: false, spent: { rho: 0.005 } });
    expect(first.rows.length).toBeGreaterThan(1);
    expect(await answer()).toMatchObject({ rows: first.rows, remembered: true, spent: { rho: 0 } });

    await visit().close();
    const regulator = await come('regulator');
    await go(`/exchange/releases?offering=${offering}`);
    await regulator.locator('main table.table tbody a[href^="/exchange/releases/"]').first().click();
    await regulator
      .getByText(/0\.005 .*0\.5/)
      .first()
      .waitFor();
    await regulator.getByRole('progressbar').first().waitFor();
  }, 500_000);
});
