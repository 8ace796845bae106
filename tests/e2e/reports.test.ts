import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { type CaseReport, emptyReport, parseBatch, writeBatch } from '../../src/standards/e2b/index.ts';
import { hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: a clinician reports a reaction without knowing the standard, a regulator takes files in, finds what is told twice and judges causality, and nobody else gets in.
 * Method: a true browser on the true server, files as another system writes them; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('case reports', () => {
  const { come, go } = oneVisitor();

  test('the clinician types a report, is told what is missing, submits it and answers a questionnaire', async () => {
    const page = await come('clinician');
    await go('/signals/reports/new');
    await page.getByRole('radio', { name: 'vaccine' }).check();
    await page.getByRole('button', { name: 'Begin the report' }).click();
    const status = page.getByRole('status').filter({ hasText: /Saved|Saving|Not saved/ });
    await status.waitFor();
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.getByRole('button', { name: /Medicinal product name as reported.*is mandatory/i }).click();

    await fill(page, 'G.k.2.2', 'Banyan influenza vaccine');
    await fill(page, 'H.1', 'Abscess at the site of injection two days after the vaccination.');
    await choose(page, 'C.1.3', 'Spontaneous report');
    await fill(page, 'C.1.4', today());
    await fill(page, 'C.1.5', today());
    await choose(page, 'C.1.7', 'no');
    await choose(page, 'C.2.r.4', 'Physician');
    await choose(page, 'C.2.r.3', 'China (CN)');
    await fill(page, 'C.2.r.2.1', 'First hospital');
    await choose(page, 'C.3.1', 'Health professional');
    await fill(page, 'C.3.2', 'First hospital');
    await fill(page, 'D.1', 'L. W.');
    await fill(page, 'D.7.2', 'none');
    await fill(page, 'E.i.1.1a', 'Abscess at injection site');
    await fill(page, 'E.i.1.1b', 'eng');
    await choose(page, 'E.i.7', 'Recovering / resolving');
    await page.getByRole('checkbox', { name: /hospitalisation/i }).check();
    await page.getByText('Complete: it can be submitted').waitFor();
    await page.reload();
    expect(await page.getByLabel(/^Medicinal product name/).inputValue()).toBe('Banyan influenza vaccine');
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: /^CN-BANYAN-/ }).waitFor();

    await page.getByRole('tab', { name: 'Causality and grade' }).click();
    await pick(page, 'Method', 'Naranjo questionnaire');
    await pick(page, /appear after the suspected drug/, 'Yes');
    await page.getByRole('button', { name: 'Record' }).click();
    await page.getByRole('cell', { name: 'possible' }).waitFor();
    await page.getByRole('tab', { name: 'Versions and limits' }).click();
    await page.getByRole('cell', { name: /ask again within 15 days/ }).waitFor();
  });

  test('the regulator takes a file in, finds what was told twice and downloads it as it came', async () => {
    const page = await come('regulator');
    await go('/signals/reports');
    const cases = Array.from({ length: 30 }, (_, at) => another(at));
    const file = batchOf([...cases, reportOf('CN-CENTRE-1'), reportOf('CN-CENTRE-2')]);
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Take in an E2B file' }).click();
    await (await choosing).setFiles({ name: 'batch.xml', mimeType: 'application/xml', buffer: Buffer.from(file) });
    await page.getByText('All reports were taken').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    await page.getByRole('searchbox').last().fill('CN-CENTRE-2');
    await page.getByRole('link', { name: 'CN-CENTRE-2' }).first().click();
    const loading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'E2B XML' }).click();
    const chunks: Buffer[] = [];
    for await (const chunk of await (await loading).createReadStream()) chunks.push(chunk as Buffer);
    expect(parseBatch(Buffer.concat(chunks)).reports).toEqual(parseBatch(batchOf([reportOf('CN-CENTRE-2')])).reports);

    await page.getByRole('tab', { name: 'Duplicates' }).click();
    const pair = page.getByRole('region', { name: 'CN-CENTRE-1' });
    await pair.getByRole('button', { name: 'Same case' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('the same woman, told by her hospital');
    await page.getByRole('dialog').getByRole('button', { name: 'Same case' }).click();
    await page.getByText('This report is a duplicate and is not counted').waitFor();
  });

  test('the enterprise reads the list in Chinese in a hand', async () => {
    const page = await come('enterprise', { language: 'zh', width: 390, height: 844 });
    await go('/signals/reports');
    await page.getByRole('heading', { level: 1, name: '个例报告' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await go('/signals/reports/new');
    await page.getByRole('button', { name: '开始填写' }).click();
    await page.getByRole('button', { name: '标准的全部字段' }).click();
    await page.getByLabel('世界唯一').or(page.getByLabel('全球唯一病例标识')).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test.each(['patient', 'courier'])('the %s finds no such page, and gets no answer', async (role) => {
    const page = await come(role);
    await go('/');
    expect(await page.getByRole('link', { name: 'Case reports' }).count()).toBe(0);
    expect((await page.request.get('/api/signals/reports')).status()).toBe(403);
  });
});

const DAY_MS = 86_400_000;
const today = (): string => new Date().toISOString().slice(0, 10);
const daysAgo = (days: number): string =>
  new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');

const field = (page: Page, number: string) => page.locator(`.report-field:has(label[title="${number}"])`).first();

async function fill(page: Page, number: string, text: string): Promise<void> {
  await field(page, number).locator('input, textarea').first().fill(text);
}

async function choose(page: Page, number: string, answer: string): Promise<void> {
  await field(page, number).getByRole('combobox').first().click();
  await page.keyboard.type(answer);
  await page.keyboard.press('Enter');
}

async function pick(page: Page, label: string | RegExp, answer: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.locator('.ant-select-dropdown:visible').getByText(answer, { exact: true }).click();
}

/** A case of a woman of 67 with an abscess after a vaccination. */
function reportOf(number: string): CaseReport {
  const report = emptyReport({
    reaction: '00000000-0000-4000-8000-000000000001',
    drug: '00000000-0000-4000-8000-000000000002',
  });
  const at = `${daysAgo(1)}101500+0800`;
  report.message = { id: number, senderId: 'CENTRE', receiverId: 'BANYAN', createdAt: at };
  Object.assign(report.identification, {
    safetyReportId: number,
    worldwideId: number,
    createdAt: at,
    reportType: '1',
    firstReceived: daysAgo(3),
    mostRecentInformation: daysAgo(3),
    expedited: true,
    firstSender: '2',
  });
  report.reporters = [{ primary: '1', country: 'CN', qualification: '1', organisation: 'First hospital' }];
  report.sender = { type: '4', organisation: 'Centre' };
  report.patient = { name: { nullFlavor: 'MSK' }, sex: '2', age: { value: '67', unit: 'a' }, historyText: 'none' };
  Object.assign(report.reactions[0]!, {
    text: 'Abscess at injection site',
    language: 'eng',
    term: { version: '27.1', code: '99000030' },
    start: daysAgo(5),
    outcome: '1',
    country: 'CN',
  });
  report.reactions[0]!.seriousness!.hospitalisation = true;
  Object.assign(report.drugs[0]!, {
    name: 'Banyan influenza vaccine',
    dosages: [{ lot: 'RLG-2605B', start: daysAgo(7) }],
  });
  report.narrative = { text: 'Abscess two days after the vaccination, opened in hospital.' };
  return report;
}

/** A case unlike it. */
function another(at: number): CaseReport {
  const report = reportOf(`CN-CENTRE-${at + 100}`);
  report.patient.sex = at % 2 === 0 ? '1' : '2';
  report.patient.age = { value: String(20 + at), unit: 'a' };
  Object.assign(report.reactions[0]!, {
    text: `Other reaction ${at % 9}`,
    term: { version: '27.1', code: String(99000040 + (at % 9)) },
    start: daysAgo(20 + 3 * at),
  });
  report.drugs[0]!.name = `Other medicine ${at % 7}`;
  return report;
}

function batchOf(reports: readonly CaseReport[]): string {
  return writeBatch(reports, {
    number: 'CENTRE-E2E-1',
    senderId: 'CENTRE',
    receiverId: 'BANYAN',
    transmittedAt: `${daysAgo(1)}101530+0800`,
  });
}
