import { openBrowser, visit, signIn, open, findBarriers } from '/work/wt-booking/tests/e2e/browser.ts';
const url='http://127.0.0.1:18761';
const { accounts } = await (await fetch(url+'/api/session/demo')).json();
const b = await openBrowser();
const shots = process.argv.slice(2);
for (const s of shots) {
  const [role, width, lang, path, name] = s.split('|');
  const v = await visit(b,{url,language:lang as any,width:Number(width),height:Number(width)<500?844:900});
  await signIn(v, accounts.find((a:any)=>a.roles.includes(role)));
  await open(v, path!);
  await v.page.waitForTimeout(1200);
  await v.page.screenshot({path:`/tmp/booking-${name}.png`, fullPage:true});
  console.log(name, v.troubles, JSON.stringify(await findBarriers(v)).slice(0,600), await v.page.evaluate(()=>document.documentElement.scrollWidth));
  await v.close();
}
await b.close();
