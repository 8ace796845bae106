import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { findBarriers, open, openBrowser, type Visit, type Visitor, visit, visitAs } from './browser.ts';

/**
 * One person at a time in a true browser on the shared platform: for a whole `describe`. After each test the page is clean for axe-core,
 * and nothing went wrong on it.
 */
export function oneVisitor() {
  let browser: Browser;
  let one: Visit;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    expect(await findBarriers(one)).toEqual([]);
    expect(one.troubles).toEqual([]);
    await one.close();
  });
  return {
    /** Somebody of this role, signed in, is the visitor from now on. */
    async come(role: string, visitor: Partial<Visitor> = {}): Promise<Page> {
      one = await visitAs(browser, role, { ...inject('screen'), ...visitor });
      return one.page;
    },
    /** Somebody without an account is. */
    async drop(visitor: Partial<Visitor> = {}): Promise<Page> {
      one = await visit(browser, { ...inject('screen'), ...visitor });
      return one.page;
    },
    /** Opens a page, as `open` does. */
    go: (path: string): Promise<void> => open(one, path),
    visit: (): Visit => one,
    browser: (): Browser => browser,
  };
}
