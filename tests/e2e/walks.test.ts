import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { MllpLine } from '../../region/mllp-line.ts';
import { ask, findBarriers, hasChromium, open, openBrowser, type Visit, type Visitor, visitAs } from './browser.ts';

/**
 * Goal: each main role does its daily work from the start page on, with what the synthetic region has told.
 * Method: one walk a role in a true browser on the true server; every page on the way must be clean for axe-core.
 */
describe.skipIf(!hasChromium)('a walk', () => {
  let browser: Browser;
  let one: Visit;
  let barriers: string[];

  const come = async (role: string, visitor: Partial<Visitor> = {}) => {
    barriers = [];
    one = await visitAs(browser, role, { ...inject('screen'), ...visitor });
    await open(one, '/');
    return one.page;
  };
  const judge = async () => {
    barriers.push(...(await findBarriers(one)));
  };

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    expect(barriers).toEqual([]);
    expect(one.troubles).toEqual([]);
    await one.close();
  });

  test('the clinician finds a person by the Latin name, reads a trend and sees who looked', async () => {
    const page = await come('clinician');
    const { person, trend } = await someoneMeasured(page);
    await page.keyboard.press('/');
    await page.getByRole('combobox').fill(person.nameLatin);
    await page.getByRole('option').filter({ hasText: person.name }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: person.name }).waitFor();
    await judge();

    await page.getByRole('tab', { name: 'Trends' }).click();
    await page
      .getByRole('navigation', { name: 'Value' })
      .getByRole('button')
      .filter({ hasText: trend.name })
      .first()
      .click();
    await page.locator('.plot svg path').first().waitFor();
    await judge();
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await page.locator('.plot tbody tr').count()).toBe(trend.points.length);

    await page.getByRole('tab', { name: 'Who looked' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: 'Demo Clinician' })
      .filter({ hasText: 'Opened the record' })
      .first()
      .waitFor();
    await judge();
  });

  test('the patient opens the own record and its newest report, in Chinese in a hand', async () => {
    const page = await come('patient', { language: 'zh', width: 390, height: 844 });
    // The demo's patient becomes a person of the region when it has told of one with results.
    const isSomebody = async () =>
      (await ask<{ actor: { patient?: string } }>(page, '/api/session')).actor.patient !== undefined;
    await expect.poll(isSomebody, { timeout: 120_000 }).toBe(true);
    await open(one, '/');
    await page.getByRole('heading', { name: '谁查看了我的档案' }).waitFor();
    await judge();
    await page.getByRole('region', { name: '我的最新报告' }).locator('li a').first().click();
    await page.locator('table.table tbody tr').first().waitFor();
    await judge();
    await open(one, '/records/mine?tab=who');
    await page.locator('table.table tbody tr').first().waitFor();
    await judge();
    expect(await status(page, '/api/records/people')).toBe(403);
  });

  test('the courier hands over a box on a phone', async () => {
    const page = await come('courier', { width: 390, height: 844 });
    await judge();
    await page.getByRole('button', { name: 'Hand over a box' }).click();
    const { boxes } = await ask<{ boxes: { part: string; holder?: string }[] }>(page, '/api/custody/boxes?limit=200');
    // The region tells where boxes are, and of few who answers for them: then the courier says who gives it.
    const box = boxes.find(({ holder }) => holder === undefined) as { part: string };
    await page.locator('#thing').fill(box.part);
    await judge();
    const receiver = page.getByRole('combobox', { name: 'Who takes it' });
    await receiver.fill('Pearl');
    await receiver.press('Enter');
    const giver = page.getByRole('combobox', { name: 'Who gives it' });
    await giver.fill('Swift');
    await giver.press('Enter');
    const [sent] = await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith('/api/custody/hand-overs')),
      page.locator('button[type="submit"]').click(),
    ]);
    expect(sent.status()).toBe(201);
    await page
      .locator('.ant-message, .ant-notification')
      .getByText(box.part.split('/').at(-1) as string)
      .first()
      .waitFor();
    expect(await page.locator('#thing').inputValue()).toBe('');
  });

  test('the technician follows a specimen from the worklist', async () => {
    const page = await come('laboratory-technician');
    await page.locator('nav.side').getByRole('link', { name: 'Orders' }).click();
    const specimen = page.locator('table.table a[href^="/laboratory/specimens/"]').first();
    const accession = await specimen.textContent();
    await specimen.click();
    await page
      .getByRole('heading', { level: 1 })
      .filter({ hasText: accession as string })
      .waitFor();
    await page.locator('.timeline-item').first().waitFor();
    await judge();
  });

  test('the administrator reads why a message failed and puts it back', async () => {
    const controlId = `walk${Date.now()}`;
    const { mllpPort } = inject('screen');
    const line = new MllpLine({ host: '127.0.0.1', port: mllpPort, timeoutMs: 15_000 });
    // A text with a NUL is a sound message, but nothing that FHIR may hold.
    const text = `MSH|^~\\&|WALK|E2E|||20260101080000||ORU^R01|${controlId}|P|2.5.1\rPID|1||80^^^WALK^MR||Doe^Jo\rOBR|1||F4|c^n^LN\rOBX|1|ST|x^y^LN||a\u0000b||||||F\r`;
    expect((await line.send(text, controlId)).code).toBe('AA');
    line.close();

    const page = await come('administrator');
    const state = async () =>
      (
        await ask<{ messages: { state: string; letter: number | null }[] }>(
          page,
          `/api/records/messages?controlId=${controlId}`,
        )
      ).messages[0];
    await expect.poll(async () => (await state())?.state, { timeout: 60_000 }).toBe('failed');
    const before = (await state())?.letter;
    await open(one, '/records/messages?state=failed');
    await judge();
    await page.getByRole('link', { name: controlId }).click();
    await page.getByText('the resource breaks the rules of FHIR R4').first().waitFor();
    await judge();
    await page.getByRole('button', { name: 'Process again' }).click();
    await page.getByText('Put back for processing').waitFor();
    // The fault is still in it: it comes back as another letter, and the first one stands as replayed.
    await expect.poll(async () => (await state())?.letter ?? before, { timeout: 60_000 }).not.toBe(before);
    await open(one, '/dead-letters?state=replayed');
    await page.getByRole('row').filter({ hasText: 'the resource breaks the rules of FHIR R4' }).first().waitFor();
    await judge();
  });

  test('the administrator sees the policies, takes one away and brings it back', async () => {
    const page = await come('administrator');
    await open(one, '/policies?role=park-operator');
    await judge();
    const before = await policiesOf(page, 'park-operator');
    expect(before).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Remove' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => policiesOf(page, 'park-operator')).toBe(before - 1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => policiesOf(page, 'park-operator')).toBe(before);
  });
});

interface Measured {
  person: { id: string; name: string; nameLatin: string };
  trend: { name: string; points: unknown[] };
}

/** Somebody with a name in both scripts and a value measured twice. The region may still be telling of earlier years. */
async function someoneMeasured(page: Page): Promise<Measured> {
  let found: Measured | undefined;
  await expect
    .poll(
      async () => {
        const { people } = await ask<{ people: Measured['person'][] }>(page, '/api/records/people?limit=100');
        for (const person of people.filter(({ nameLatin }) => nameLatin !== undefined)) {
          const { trends } = await ask<{ trends: Measured['trend'][] }>(
            page,
            `/api/records/people/${person.id}/trends`,
          );
          const trend = trends.find(({ points }) => points.length > 1);
          if (trend !== undefined) found = { person, trend };
          if (found !== undefined) break;
        }
        return found !== undefined;
      },
      { timeout: 120_000, interval: 2_000 },
    )
    .toBe(true);
  return found as unknown as Measured;
}

async function policiesOf(page: Page, role: string): Promise<number> {
  const { policies } = await ask<{ policies: { role: string }[] }>(page, '/api/access/policies');
  return policies.filter((policy) => policy.role === role).length;
}

async function status(page: Page, path: string): Promise<number> {
  return (await page.context().request.get(path)).status();
}
