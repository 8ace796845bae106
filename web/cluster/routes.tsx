import type { PageRoute } from '../shell/index.ts';

/** Orders of the navigation: 500 to 560. */
export const routes: readonly PageRoute[] = [];
