import { mkdir } from 'node:fs/promises';
import { openPool } from '#kernel/sql';
import { plantOffering } from '../support/exchange.ts';
import { makePlatform } from '../support/platform.ts';
import { findBarriers, open, openBrowser, signIn, visit } from './browser.ts';

const out = '/tmp/protocol-look';
await mkdir(out, { recursive: true });
const platform = await makePlatform(['--no-region']);
const browser = await openBrowser();
try {
  await platform.start();
  console.log('up');
  const api = async (path: string, body: object) => {
    const r = await fetch(platform.url + path, { method: 'POST', headers: { authorization: `Bearer ${platform.adminToken}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!r.ok) throw new Error(`${path} ${r.status} ${await r.text()}`);
    return r.json();
  };
  const people = [
    { username: 'seller', name: 'Chen Wei', roles: ['laboratory-director'], organizations: ['lab-1'], password: 'Kapok-blooms-in-Liwan-1' },
    { username: 'buyer', name: 'Lin Yi', roles: ['data-buyer'], organizations: ['insurer'], password: 'Kapok-blooms-in-Liwan-2' },
  ];
  for (const one of people) await api('/api/access/accounts', one);
  const db = openPool(platform.databaseUrl, { size: 2 });
  const offering = await plantOffering(db, { prices: [{ kind: 'flat', fen: 300000 }], terms: { purposes: ['research', 'public-health'], days: 365, mostUses: 100, attribution: true, deleteAfter: true } });
  await db.run({ text: 'update access.account set must_change = false', values: [] } as never).catch((e) => console.log(String(e)));
  const accounts = people.map((p) => ({ ...p, roles: p.roles }));
  for (const [account, language, width] of [[1, 'en', 1440], [1, 'zh', 390], [0, 'en', 390], [0, 'zh', 1440]] as const) {
    const one = await visit(browser, { url: platform.url, language, width, height: 900 } as never);
    await signIn(one, accounts[account] as never);
    const shot = async (path: string, name: string, act?: () => Promise<void>) => {
      await open(one, path);
      await one.page.waitForTimeout(900);
      if (act) await act();
      await one.page.screenshot({ path: `${out}/${name}-${account === 1 ? 'buyer' : 'seller'}-${language}-${width}.png`, fullPage: true });
      const wide = await one.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      console.log(name, language, width, 'sideways', wide, JSON.stringify(await findBarriers(one)).slice(0, 400));
    };
    if (account === 1 && language === 'en') {
      await shot('/exchange/negotiations', 'empty');
      await shot(`/exchange/negotiations/new?offering=${offering}`, 'new');
      await one.page.getByLabel('Times in all').first().fill('500');
      await one.page.getByRole('button', { name: 'Ask for these terms' }).click();
      await one.page.getByRole('heading', { name: 'Course' }).waitFor();
      await one.page.waitForTimeout(600);
      await one.page.screenshot({ path: `${out}/asked-buyer-en.png`, fullPage: true });
    } else if (account === 1) await shot(`/exchange/negotiations/new?offering=${offering}`, 'new');
    await shot('/exchange/negotiations', 'list');
    const link = one.page.locator('main a[href^="/exchange/negotiations/"]').first();
    const href = await link.getAttribute('href');
    await shot(String(href), 'one');
    if (account === 0 && language === 'en') {
      await one.page.getByRole('button', { name: 'Answer with other terms' }).click();
      await one.page.waitForTimeout(500);
      await one.page.screenshot({ path: `${out}/counter-seller-en-390.png`, fullPage: true });
      await open(one, String(href));
      await one.page.getByRole('button', { name: 'Agree to these terms' }).click();
      await one.page.getByText('in force').first().waitFor({ timeout: 20000 });
      await one.page.waitForTimeout(600);
      await one.page.screenshot({ path: `${out}/done-seller-en-390.png`, fullPage: true });
    }
    console.log('troubles', one.troubles);
    await one.close();
  }
  await db.end();
} finally {
  await browser.close();
  await platform.end();
}
