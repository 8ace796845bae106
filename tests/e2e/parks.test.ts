import { describe, expect, test } from 'vitest';
import { hasChromium, until } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: a park manager takes a project from its entry to its signing, lets a unit to a tenant, and answers what the tenant asks; the tenant sees its own.
 * Method: true browsers on the true server and the example park of the demo; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('parks', () => {
  const { come, go } = oneVisitor();
  const serial = Date.now().toString(36);
  const project = `Plasma works ${serial}`;
  const unit = `Z${serial}`;

  test('the park manager enters a project, moves it to signed, and sees it in funnel and forecast', async () => {
    const page = await come('park-operator');
    // The jobs of the demo enter the example within two minutes of its start.
    const isThere = async () => {
      const answer = await page.request.get('/api/cluster/parks/example-park/desk');
      return answer.ok() && ((await answer.json()) as { figures: unknown[] }).figures.length > 0;
    };
    await until('the example is there', isThere, 200_000);
    await go('/cluster/projects?view=list');
    await page.getByRole('link', { name: 'CAR-T clean suites (example)' }).waitFor();
    await page.getByRole('button', { name: 'Enter a project' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).or(dialog.getByLabel('Name *')).first().fill(project);
    await dialog.getByLabel('Investment (10,000 yuan)').fill('3000');
    await dialog.getByRole('button', { name: 'Enter', exact: true }).click();
    await page.getByRole('heading', { name: project, level: 1 }).waitFor();
    await page.getByText('not before it is signed').waitFor();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Signed' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByText('entered, see its profile').waitFor();
    await go('/cluster/projects?view=forecast');
    await page.getByText('Projects signed or beyond').first().waitFor();
    await go('/cluster/projects?view=funnel');
    await page.getByRole('heading', { name: 'As stated by sources' }).waitFor();
    await page.getByText('more than 150 projects have been reserved').first().waitFor();
  }, 240_000);

  test('a unit is entered and let once, and is on the plan', async () => {
    const page = await come('park-operator');
    await go('/cluster/parks/example-park');
    await page.getByRole('button', { name: 'Enter a unit' }).click();
    const dialog = page.getByRole('dialog');
    for (const [label, value] of [
      ['Building', 'Z'],
      ['Floor', '1'],
      ['Unit', unit],
      ['Area, m²', '420'],
    ] as const)
      await dialog.getByLabel(`${label} *`).fill(value);
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('link', { name: new RegExp(`^${unit}\\s*420 m²\\s*free`) }).click();
    await page.getByRole('button', { name: 'Let', exact: true }).click();
    const lease = page.getByRole('dialog');
    await lease.getByLabel('Tenant *').fill('Kapok');
    await page.getByTitle('Kapok Cell Therapeutics (example)').click();
    await lease.getByLabel('Last day *').fill('2031-12-31');
    await lease.getByLabel('Rent, ¥ per m² and month *').fill('41');
    await lease.getByRole('button', { name: 'Let', exact: true }).click();
    await page.getByRole('link', { name: new RegExp(`^${unit}\\s*420 m²\\s*let`) }).waitFor();
  });

  test('the tenant asks from a hand in Chinese, and finds space that fits', async () => {
    const page = await come('enterprise', { language: 'zh', width: 390, height: 844 });
    await go('/cluster/portal');
    await page.getByRole('button', { name: '向园区提出诉求' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('主题 *').fill(`停电 ${serial}`);
    await dialog.getByLabel('说明 *').fill('三楼没有电。');
    await dialog.getByRole('button', { name: /发\s*送/ }).click();
    await page.getByRole('button', { name: `停电 ${serial}` }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await go('/cluster/space?areaM2=800&gmp=D&examples=yes');
    await page.getByText('A202').first().waitFor();
    await page.getByRole('checkbox', { name: '对比 A202' }).check();
    await page.getByRole('table').getByRole('columnheader', { name: /A202/ }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('the park answers the tenant; a project passes its gate by the regulator', async () => {
    const page = await come('regulator');
    await go('/cluster/parks/example-park?view=tenants');
    await page.getByRole('button', { name: `停电 ${serial}` }).click();
    await page.getByRole('textbox', { name: 'Answer' }).fill('The fuse is changed.');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('The fuse is changed.', { exact: true }).waitFor();
    await go('/cluster/relay');
    await page.getByRole('link', { name: 'Cartilage cell sheet (example)' }).click();
    await page.getByText('Gate of').first().waitFor();
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByRole('menuitem', { name: 'Pass the gate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason *').fill('The rest follows.');
    await dialog.getByRole('button', { name: 'Pass the gate' }).click();
    await page.getByText(/^Gate of (Validation|Approval|Making|Market)/).waitFor();
  });
});
