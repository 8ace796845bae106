import { openBrowser, visitAs, open } from './tests/e2e/browser.ts';
const url = 'http://127.0.0.1:18780';
const { accounts } = (await (await fetch(`${url}/api/session/demo`)).json()) as { accounts: never[] };
const browser = await openBrowser();
const visit = await visitAs(browser, 'enterprise', { url, accounts, language: 'zh', width: 390, height: 844 } as never);
await open(visit, '/cluster/policies');
await visit.page.waitForTimeout(5000);
console.log(await visit.page.evaluate(() => [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > 390.5).map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)} ${(e.textContent ?? '').slice(0, 40)}`).slice(0, 25)));
console.log(await visit.page.evaluate(() => document.documentElement.scrollWidth)); await visit.page.screenshot({path:'/tmp/policy-p1.png'}); await visit.page.evaluate(() => window.scrollTo(0, 1100)); await visit.page.screenshot({path:'/tmp/policy-p2.png'}); await browser.close();
