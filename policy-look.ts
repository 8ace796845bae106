import { openBrowser, visitAs, open } from './tests/e2e/browser.ts';
const url = 'http://127.0.0.1:18780';
const { accounts } = (await (await fetch(`${url}/api/session/demo`)).json()) as { accounts: never[] };
const browser = await openBrowser();
const shots: [string, string, string, object][] = JSON.parse(process.argv[2]!);
for (const [name, role, path, more] of shots) {
  const visit = await visitAs(browser, role, { url, accounts, ...more } as never);
  try {
    await open(visit, path);
    await visit.page.waitForTimeout(1500);
    if (path.includes('simulate')) { await visit.page.getByRole('button', { name: /Reckon|测算/ }).click(); await visit.page.waitForTimeout(9000); }
    if ((more as {details?: boolean}).details) await visit.page.evaluate(() => { const all=document.querySelectorAll('details'); all[0]?.setAttribute('open',''); });
    await visit.page.screenshot({ path: `/tmp/policy-${name}.png`, fullPage: !(more as {top?: boolean}).top });
    console.log(name, visit.troubles, await visit.page.evaluate(() => document.documentElement.scrollWidth));
  } catch (e) { console.log(name, String(e)); await visit.page.screenshot({ path: `/tmp/policy-${name}.png` }); }
  await visit.close();
}
await browser.close();
