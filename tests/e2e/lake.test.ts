import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  findBarriers,
  findPages,
  hasChromium,
  open,
  openBrowser,
  until,
  type Visit,
  type Visitor,
  visitAs,
} from './browser.ts';

/**
 * Goal: whoever may use the lake finds the views, asks in SQL, takes files and tokens along, and whoever keeps it sees how it is; nobody finds more.
 * Method: the true program with its synthetic region, a true browser, each page used as a person would use it.
 */
let browser: Browser;
let visits: Visit[] = [];

const person = async (role: string, visitor: Partial<Visitor> = {}): Promise<Visit> => {
  const one = await visitAs(browser, role, { ...inject('screen'), ...visitor });
  visits.push(one);
  return one;
};

/** Puts a text into the editor of that name in place of what it holds. */
const write = async ({ page }: Visit, label: string, text: string): Promise<void> => {
  const editor = page.getByRole('textbox', { name: label });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  // As one paste: typing would be completed and indented.
  await page.keyboard.insertText(text);
};

describe.skipIf(!hasChromium)('the lake', () => {
  beforeAll(async () => {
    browser = await openBrowser();
    const one = await person('laboratory-director');
    await until('the lake holds results', async () => {
      const answer = await one.page.request.post('/api/lake/ask', {
        headers: { 'x-banyan': 'app' },
        data: { sql: 'select count() as n from laboratory_result' },
      });
      return answer.ok() && ((await answer.json()) as { rows: number[][] }).rows[0]![0]! > 100;
    });
  });
  afterAll(async () => {
    await browser?.close();
  });
  afterEach(async () => {
    const troubles = visits.flatMap((one) => one.troubles);
    for (const one of visits) await one.close();
    visits = [];
    expect(troubles).toEqual([]);
  });

  test.each([
    ['laboratory-director', ['/lake/sql', '/lake/views', '/lake/exports', '/lake/notebooks', '/lake/status']],
    ['clinician', ['/lake/sql', '/lake/views', '/lake/exports', '/lake/notebooks']],
    ['researcher', ['/lake/sql', '/lake/views', '/lake/exports', '/lake/notebooks']],
    ['regulator', ['/lake/sql', '/lake/views', '/lake/exports', '/lake/notebooks']],
    ['administrator', ['/lake/views', '/lake/status']],
    ['patient', ['/lake/exports']],
    ['courier', []],
  ])('%s finds what is meant for the role', async (role, expected) => {
    const one = await person(role);
    expect((await findPages(one)).filter((path) => path.startsWith('/lake/'))).toEqual(expected);
  });

  test('a clinician looks for research, on record and without rows of persons, until the usual purpose is back', async () => {
    const one = await person('clinician');
    const { page } = one;
    await open(one, '/lake/views');
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Purpose of looking' }).hover();
    await page.getByRole('menuitem', { name: 'Research' }).click();
    const told = page.getByText('You look for this purpose: Research.');
    await told.waitFor();
    await page.reload();
    await told.waitFor();
    const stating = { 'x-banyan': 'app', 'x-purpose-of-use': 'HRESCH' };
    const ask = (headers: Record<string, string>) =>
      page.request.post('/api/lake/ask', { headers, data: { sql: 'select count() as n from laboratory_result' } });
    expect((await ask(stating)).status()).toBe(403);
    await page.getByRole('button', { name: 'Back to the usual purpose' }).click();
    await told.waitFor({ state: 'detached' });
    expect((await ask({ 'x-banyan': 'app' })).status()).toBe(200);
  });

  describe('asking in SQL', () => {
    test('a question is answered, drawn, kept in the history, saved under a name and found again', async () => {
      const one = await person('laboratory-director');
      const { page } = one;
      await open(one, '/lake/sql');
      const text =
        'select code, count() as results\nfrom laboratory_result\nwhere value > :least\ngroup by code order by results desc limit 5';
      await write(one, 'Question', text);
      await page.getByRole('combobox', { name: 'Type of least' }).click();
      await page.getByText('Number', { exact: true }).click();
      await page.getByRole('textbox', { name: 'Value of least' }).fill('0.5');
      await page.getByRole('textbox', { name: 'Question' }).click();
      await page.keyboard.press('ControlOrMeta+Enter');
      const answer = page.getByRole('region', { name: 'Answer' });
      await answer.locator('table.result tbody tr').nth(4).waitFor();
      await answer.getByText(/5 rows in [\d.]+ s/).waitFor();
      const counts = await answer.locator('tbody td:nth-child(3)').allTextContents();
      expect(counts.map(Number)).toEqual([...counts.map(Number)].sort((a, b) => b - a));
      await answer.getByRole('button', { name: 'results' }).click();
      expect(Number(await answer.locator('tbody td:nth-child(3)').first().textContent())).toBe(
        Math.min(...counts.map(Number)),
      );
      await answer.getByText('Chart', { exact: true }).click();
      await answer.getByRole('heading', { name: 'results / code' }).waitFor();
      await answer.locator('.plot svg').first().waitFor();
      await answer.getByText('Points', { exact: true }).click();
      await answer.getByRole('combobox', { name: 'Across' }).click();
      await page.getByTitle('results', { exact: true }).last().click();
      await answer.getByText('This cannot be drawn').waitFor();

      const waiting = page.waitForEvent('download');
      await answer.getByRole('button', { name: 'Parquet' }).click();
      const bytes = await readFile(await (await waiting).path());
      expect(bytes.subarray(0, 4).toString()).toBe('PAR1');

      const name = `Frequent tests ${Date.now()}`;
      await page.getByRole('button', { name: 'save Save', exact: true }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();

      await open(one, '/lake/sql');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByText('Link copied').waitFor();
      const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
      expect(new URLSearchParams(link.hash.slice(1)).get('sql')).toBe(text);
      await page.getByRole('button', { name: 'History' }).click();
      await page.locator('button.past').getByText('from laboratory_result').first().waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Saved questions' }).click();
      await page.getByRole('button', { name }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.getByRole('textbox', { name: 'Question' }).getByText('where value > :least').waitFor();
      expect(await findBarriers(one)).toEqual([]);
    });

    test('what is wrong is marked at its line, and what reads elsewhere is refused', async () => {
      const one = await person('laboratory-director');
      const { page } = one;
      await open(one, '/lake/sql');
      await write(one, 'Question', 'select id,\n  patiant\nfrom laboratory_result');
      await page.getByRole('button', { name: 'Run' }).click();
      await page
        .getByRole('alert')
        .getByText(/patiant/)
        .first()
        .waitFor();
      expect(await page.locator('.cm-lintRange-error').textContent()).toBe('patiant');
      await write(one, 'Question', "select * from file('/etc/passwd')");
      await page.getByRole('button', { name: 'Run' }).click();
      await page.getByText('A question may read the views listed at the left').waitFor();
      expect(await page.locator('table.result').count()).toBe(0);
    });

    test('columns are completed', async () => {
      const one = await person('laboratory-director');
      await open(one, '/lake/sql?view=laboratory_result');
      await write(one, 'Question', 'select laboratory_result.code_s');
      await one.page.keyboard.press('Control+ ');
      await one.page.locator('.cm-tooltip-autocomplete').getByText('code_system').waitFor();
    });

    test('a question that takes long is given up for real', async () => {
      const one = await person('laboratory-director');
      const { page } = one;
      await open(one, '/lake/sql');
      await write(one, 'Question', 'select count() from numbers(200000000000) where sipHash64(number) = 1');
      await page.getByRole('button', { name: 'Run' }).click();
      await page.getByText(/The lake is at it/).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Run' }).waitFor();
      // Its two turns are free again: the next one is answered at once.
      await write(one, 'Question', 'select 42 as answer');
      await page.getByRole('button', { name: 'Run' }).click();
      await page.locator('table.result').getByText('42').waitFor({ timeout: 20_000 });
    });

    test('a researcher sees no row of a person, and is told where counts are', async () => {
      const one = await person('researcher');
      await open(one, '/lake/sql');
      await write(one, 'Question', 'select * from laboratory_result');
      await one.page.getByRole('button', { name: 'Run' }).click();
      await one.page.getByRole('alert').waitFor();
      expect(await one.page.locator('table.result').count()).toBe(0);
    });
  });

  describe('views', () => {
    test('a view tells its columns, shows its rows, gives its files and says how programs read it', async () => {
      const one = await person('laboratory-director');
      const { page } = one;
      await open(one, '/lake/views');
      await page.getByRole('searchbox').fill('laboratory_result');
      await page.getByRole('link', { name: 'Laboratory results' }).click();
      await page.locator('table.result tbody tr').nth(5).waitFor();
      for (const [format, first] of [
        ['CSV', '"id","patient"'],
        ['Parquet', 'PAR1'],
      ] as const) {
        const waiting = page.waitForEvent('download');
        await page.getByRole('button', { name: `download ${format}`, exact: true }).click();
        const bytes = await readFile(await (await waiting).path());
        expect(bytes.subarray(0, first.length).toString()).toBe(first);
      }
      await page.getByRole('tab', { name: 'Dictionary' }).click();
      await page.getByRole('cell', { name: 'subject.getReferenceKey(Patient)' }).waitFor();
      await page.getByRole('tab', { name: 'Use it' }).click();
      await page.getByText('curl -H "Authorization: Bearer $BANYAN_TOKEN"').waitFor();
      await page.getByRole('tab', { name: 'Versions' }).click();
      await page.getByText('The first version').waitFor();
    });

    test('a view is written with help, saved, changed, compared, deleted and brought back', async () => {
      const one = await person('laboratory-director');
      const { page } = one;
      const name = `e2e_${Date.now()}`;
      const view = (path: string) =>
        JSON.stringify(
          {
            resourceType: 'ViewDefinition',
            name,
            title: `Test ${name}`,
            status: 'active',
            resource: 'Patient',
            select: [
              {
                column: [
                  { name: 'id', path: 'getResourceKey()' },
                  { name: 'said', path },
                ],
              },
            ],
          },
          null,
          2,
        );
      await open(one, '/lake/views/new');
      await page.locator('table.result tbody tr').first().waitFor();
      expect(await findBarriers(one)).toEqual([]);
      await write(one, 'Definition', view('gender.nonsense('));
      await page.getByText('1 error').waitFor();
      // The mark stands on the path and not on the whole.
      expect(await page.locator('.cm-lintRange-error').first().textContent()).toContain('gender.nonsense(');
      expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
      await write(one, 'Definition', view('gender'));
      await page.getByText('Sound').waitFor();
      await page.locator('table.result th', { hasText: 'said' }).waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: `Test ${name}` }).waitFor();

      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByText('Sound').waitFor();
      await write(one, 'Definition', view('birthDate'));
      await page.getByText('Difference', { exact: true }).click();
      await page.locator('.diff-added', { hasText: 'birthDate' }).waitFor();
      await page.getByText('Sound').waitFor();
      await page.getByRole('button', { name: 'Save as the next version' }).click();
      await page.getByRole('tab', { name: 'Versions' }).click();
      await page.getByText('What changed since version 1').waitFor();
      expect(await page.locator('.diff-removed').textContent()).toContain('gender');

      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('heading', { level: 1, name: 'Views' }).waitFor();
      await page.getByText(`${name} is deleted`).waitFor();
      expect(await page.getByRole('link', { name: `Test ${name}` }).count()).toBe(0);
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('link', { name: `Test ${name}` }).waitFor();
    });

    test('a built-in view offers no deletion, and whoever does not keep the views no writing', async () => {
      const director = await person('laboratory-director');
      await open(director, '/lake/views/person');
      expect(await director.page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
      const clinician = await person('clinician');
      await open(clinician, '/lake/views');
      expect(await clinician.page.getByRole('button', { name: 'New view' }).count()).toBe(0);
      await clinician.page.goto('/lake/views/new');
      await clinician.page.getByRole('heading', { level: 1, name: 'This page is not open to you' }).waitFor();
    });
  });

  test('an export is asked for, made, fetched and deleted', async () => {
    const one = await person('laboratory-director');
    const { page } = one;
    await open(one, '/lake/exports');
    await page.getByRole('button', { name: 'New export' }).click();
    await page.getByRole('combobox', { name: 'Views' }).click();
    await page.keyboard.type('person');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Begin' }).click();
    const file = page.getByRole('button', { name: 'person.parquet' });
    await file.waitFor({ timeout: 60_000 });
    await page.getByText(/\d+ rows · [\d.]+ kB/).waitFor();
    const waiting = page.waitForEvent('download');
    await file.click();
    expect((await readFile(await (await waiting).path())).subarray(0, 4).toString()).toBe('PAR1');
    expect(await findBarriers(one)).toEqual([]);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('You have no exports').waitFor();
  });

  test('a token is made, shown once, reads the lake and nothing else, and ends when it is revoked', async () => {
    const one = await person('laboratory-director');
    const { page } = one;
    const name = `study ${Date.now()}`;
    await open(one, '/lake/notebooks');
    await page.getByRole('textbox', { name: 'What for' }).fill(name);
    await page.getByRole('checkbox', { name: 'export files' }).uncheck();
    await page.getByRole('button', { name: 'Make a token' }).click();
    const token = /BANYAN_TOKEN=(\S+)/.exec((await page.getByText('export BANYAN_TOKEN=').textContent()) ?? '')![1]!;
    const ask = (path: string, more: RequestInit = {}) =>
      fetch(`${inject('screen').url}${path}`, {
        ...more,
        headers: { authorization: `Bearer ${token}`, ...more.headers },
      });
    const read = '/fhir/ViewDefinition/organization/$viewdefinition-run?_format=csv&_limit=1';
    expect((await ask(read)).status).toBe(200);
    expect(await (await ask('/fhir/Organization')).json()).not.toHaveProperty('entry');
    const export_ = { method: 'POST', headers: { prefer: 'respond-async', 'content-type': 'application/fhir+json' } };
    expect((await ask('/fhir/ViewDefinition/organization/$viewdefinition-export', export_)).status).toBe(403);

    await page.reload();
    const row = page.getByRole('row', { name: new RegExp(name) });
    await row.waitFor();
    expect(await page.getByText(token).count()).toBe(0);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await ask(read)).status).toBe(401);
  });

  test('whoever keeps the lake sees how it is and has it rebuilt', async () => {
    const one = await person('administrator');
    const { page } = one;
    await open(one, '/lake/status');
    await page.getByText('Up', { exact: true }).waitFor();
    await page.getByRole('row', { name: /laboratory_result code, time, patient/ }).waitFor();
    await page.locator('.plot svg').first().waitFor();
    expect(await findBarriers(one)).toEqual([]);
    await page.getByRole('button', { name: 'Rebuild' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rebuild' }).click();
    await page.getByText('Generation 2 is being built').waitFor();
    await page.getByText(/^Generation 2: [\d,]+ resources so far/).waitFor();
    // Both read the whole lake: one waits for the other, and says so.
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('the lake is being built: wait until that is done').waitFor();
  });
});
