import { beforeAll, describe, expect, inject, test } from 'vitest';
import { emptyReport, writeBatch } from '#standards/e2b';
import type { Alarm } from '../../src/modules/signals/model.ts';
import { ask, hasChromium, until, visitAs } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

const LOT_MS = 420_000;

/**
 * Goal: reports that come in as E2B(R3) become a signal that the regulator sees, follows to its reports and watches by a plan; the researcher sees no small pair.
 * Method: an enterprise sends a batch with a planted pair and lot; then a true browser on the true server, each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('the safety desk', () => {
  const { browser, come, go } = oneVisitor();

  beforeAll(async () => {
    const sender = await visitAs(browser(), 'enterprise', inject('screen'));
    const answer = await sender.page.context().request.post('/api/signals/reports/e2b', {
      headers: { 'content-type': 'application/xml', 'x-banyan': 'app' },
      data: batch(),
    });
    expect(answer.status(), await answer.text()).toBe(200);
    await sender.close();
  });

  test('the regulator judges, sees the pair in the volcano and the table, and follows the alarm to it', async () => {
    const page = await come('regulator');
    await go('/signals/safety');
    await page.getByRole('button', { name: 'Judge now' }).click();
    await page.getByText(/^Judged: /).waitFor();
    await page.locator('.plot svg path').first().waitFor();
    await page.getByTitle('raise an alarm').click();
    expect(new URL(page.url()).searchParams.get('show')).toBe('raises');
    await page.getByRole('link', { name: PRODUCT }).first().click();
    await page.getByRole('heading', { level: 1, name: `${PRODUCT}: ${REACTION}` }).waitFor();
    await page.getByText('Two-by-two table').waitFor();
    await page.getByText('stands out').waitFor();
    await page.getByRole('link', { name: /\/lot\// }).click();
    await page.getByRole('heading', { level: 1, name: `${PRODUCT}, lot ${LOT}: ${REACTION}` }).waitFor();
    await page.getByRole('link', { name: 'All measures of this pair' }).click();
    await page.getByRole('heading', { level: 1, name: `${PRODUCT}: ${REACTION}` }).waitFor();
  });

  test('a plan is fixed, exposure is entered, and its path signals', async () => {
    const page = await come('regulator');
    await go('/signals/monitoring?new=yes');
    for (const [label, value] of [
      ['Product', PRODUCT],
      ['Reaction', REACTION],
    ] as const) {
      await page.getByRole('combobox', { name: label }).fill(value);
      await page.keyboard.press('Enter');
    }
    await page.getByLabel('Since').fill('2026-01-01');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('Nothing was entered yet.').first().waitFor();
    await page.getByLabel('Day').fill('2026-03-31');
    await page.getByLabel('Exposed since the entry before').fill('100');
    await page.getByRole('button', { name: 'Enter', exact: true }).click();
    await page.getByText('Signal on 2026-03-31').waitFor();
    await page.locator('.plot svg path').first().waitFor();
  });

  test('the bad lot that the region plays is found by the running system', async () => {
    const page = await come('regulator');
    const lotAlarm = async () =>
      (await ask<{ alarms: Alarm[] }>(page, '/api/signals/alarms?kind=safety')).alarms.find(({ key }) =>
        key.endsWith('/lot/DTP26013'),
      );
    await until('the lot raises an alarm', async () => (await lotAlarm()) !== undefined, LOT_MS);
    await go(`/signals/alarms/${(await lotAlarm())!.id}`);
    await page.getByRole('heading', { level: 1, name: /DTP26013/ }).waitFor();
  });

  test('the researcher sees enough reports only, in Chinese in a hand', async () => {
    const page = await come('researcher', { language: 'zh', width: 390, height: 844 });
    await go('/signals/safety');
    await page.getByRole('heading', { level: 1, name: '安全信号' }).waitFor();
    await page.getByText(/报告数少于 10/).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect((await page.request.get('/api/signals/monitoring')).status()).toBe(403);
    await until('the job has looked', async () => {
      const answer = await page.request.get('/api/signals/safety');
      return ((await answer.json()) as { runs: unknown[] }).runs.length > 0;
    });
  });
});

const PRODUCT = 'Planted vaccine';
const REACTION = 'Planted abscess';
const LOT = 'PL-2';

/** Sixty reports of five products and five reactions, and twenty-six of the planted pair, all but two of one lot. */
function batch(): string {
  const others = Array.from({ length: 60 }, (_, at) => {
    const product = at % 5;
    return one(at, {
      product: product === 0 ? PRODUCT : `Other product ${product}`,
      reaction: `Other reaction ${Math.floor(at / 5) % 5}`,
      lot: at % 2 === 0 ? 'PL-1' : 'PL-3',
    });
  });
  const planted = Array.from({ length: 26 }, (_, at) =>
    one(100 + at, { product: PRODUCT, reaction: REACTION, lot: at < 24 ? LOT : 'PL-1' }),
  );
  return writeBatch([...others, ...planted], {
    number: 'SAFETY-1',
    senderId: 'PLANTED',
    receiverId: 'BANYAN',
    transmittedAt: '20260301101530+0800',
  });
}

function one(at: number, { product, reaction, lot }: { product: string; reaction: string; lot: string }) {
  const id = (kind: number) => `00000000-0000-4000-8${kind}00-${String(at).padStart(12, '0')}`;
  const report = emptyReport({ reaction: id(1), drug: id(2) });
  const number = `CN-PLANTED-${at}`;
  const createdAt = '20260210101500+0800';
  report.message = { id: number, senderId: 'PLANTED', receiverId: 'BANYAN', createdAt };
  report.identification = {
    ...report.identification,
    safetyReportId: number,
    worldwideId: number,
    createdAt,
    reportType: '1',
    firstReceived: '20260210',
    mostRecentInformation: '20260210',
    expedited: true,
    firstSender: '2',
  };
  report.reporters = [{ primary: '1', country: 'CN', qualification: '1', organisation: 'Planted works' }];
  report.sender = { type: '1', organisation: 'Planted works' };
  report.patient = {
    name: { nullFlavor: 'MSK' },
    sex: at % 2 === 0 ? '1' : '2',
    age: { value: String(20 + (at % 50)), unit: 'a' },
    historyText: 'none',
  };
  Object.assign(report.reactions[0]!, {
    text: reaction,
    language: 'eng',
    term: { version: '27.1', code: codeOf(reaction) },
    start: '20260207',
    outcome: '1',
    country: 'CN',
  });
  report.reactions[0]!.seriousness!.hospitalisation = true;
  Object.assign(report.drugs[0]!, { name: product, dosages: [{ lot, start: '20260205' }] });
  report.narrative = { text: 'Planted.' };
  return report;
}

/** A code of eight digits for each of the planted words. */
function codeOf(reaction: string): string {
  return `9900${String(reaction.charCodeAt(reaction.length - 1)).padStart(4, '0')}`;
}
