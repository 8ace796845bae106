import type { TestProject } from 'vitest/node';
import { makePlatform } from '../support/platform.ts';
import { type Account, hasChromium } from './browser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    screen: { url: string; mllpPort: number; accounts: Account[] };
  }
}

/** One platform with the synthetic region for all browser tests: to start it costs more than most of them. */
export default async function shareOnePlatform(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!hasChromium) return undefined;
  // Measles spread and a vaccine's lot does harm in the region from its first day on: there is something to find.
  const platform = await makePlatform(['--fault', 'measles,bad-lot']);
  try {
    await platform.start();
    const answer = await fetch(`${platform.url}/api/session/demo`);
    const { accounts } = (await answer.json()) as { accounts: Account[] };
    project.provide('screen', { url: platform.url, mllpPort: platform.mllpPort, accounts });
  } catch (error) {
    await platform.end();
    throw error;
  }
  return platform.end;
}
