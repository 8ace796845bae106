import type { PageRoute } from '../shell/index.ts';

/** Orders of the navigation: 500 catalogue and studio, 520 orders, 540 assessment and venues, 560 money. */
export const routes: readonly PageRoute[] = [];
