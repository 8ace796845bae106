import type { ComponentType } from 'react';

/** A page as its module lists it in `web/<module>/routes.tsx`: `export const routes: readonly PageRoute[] = [...]`. */
export interface PageRoute {
  /** Starts with the module: `/laboratory/orders/$id`; `$id` is read with `usePathValue('id')`. */
  path: string;
  /** Loaded when it is first opened: `() => import('./orders.tsx')`; the file's default export is the page. */
  page: () => Promise<{ default: ComponentType }>;
  /** Who may open it, by one of these; without it, everybody who is signed in. */
  permission?: string | readonly string[];
  roles?: readonly string[];
  /** Shown to who is not signed in, too: it may ask nothing of the session. */
  isPublic?: boolean;
  /** Its place in the navigation; pages without one are reached from others. */
  nav?: NavEntry;
  /** Takes the whole window, without navigation: a wall screen. */
  bare?: boolean;
}

export interface NavEntry {
  /** Message key with namespace: `laboratory:orders.title`. */
  label: string;
  icon: ComponentType;
  /** Places in the list: small first. Kernel pages begin at 900. */
  order: number;
  /** `g` then this letter opens it. */
  key?: string;
  /** Roles that find the same elsewhere. */
  notFor?: readonly string[];
  /** In the bottom bar of a phone, which holds four. */
  phone?: boolean;
}

const modules = import.meta.glob<{ routes: readonly PageRoute[] }>('/*/routes.tsx', { eager: true });

/** Every page of every module. */
export const pages: readonly PageRoute[] = Object.values(modules).flatMap((module) => module.routes);

/** The entries of the navigation that this actor may open, in their order. */
export function navigationFor(
  actor: { roles: readonly string[] },
  may: (permission: string) => boolean,
): readonly PageWithNav[] {
  return pages
    .filter((page): page is PageWithNav => page.nav !== undefined && mayOpen(page, actor, may))
    .filter(({ nav }) => !nav.notFor?.some((role) => actor.roles.includes(role)))
    .sort((one, two) => one.nav.order - two.nav.order);
}

export type PageWithNav = PageRoute & { nav: NavEntry };

export function mayOpen(
  page: Pick<PageRoute, 'permission' | 'roles'>,
  actor: { roles: readonly string[] },
  may: (permission: string) => boolean,
): boolean {
  if (page.permission !== undefined && ![page.permission].flat().some(may)) return false;
  return page.roles === undefined || page.roles.some((role) => actor.roles.includes(role));
}
