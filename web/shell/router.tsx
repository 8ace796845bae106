import { type AnyRoute, createRootRoute, createRoute, createRouter, Outlet } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { Loading } from '../ui/index.ts';
import { Broken, NotAllowed, NotFound } from './broken.tsx';
import { Frame } from './frame.tsx';
import { Home } from './home.tsx';
import { PublicFrame } from './public-frame.tsx';
import { mayOpen, type PageRoute, pages } from './routes.ts';
import { useSession } from './session.tsx';

/** Builds the router from the pages that the modules list. */
export function buildRouter() {
  const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Broken });
  const framed = createRoute({ getParentRoute: () => root, id: 'framed', component: FramedOutlet });
  const home = createRoute({ getParentRoute: () => framed, path: '/', component: Home });
  const inFrame = pages.filter((page) => page.bare !== true).map((page) => pageRoute(page, () => framed));
  const bare = pages.filter((page) => page.bare === true).map((page) => pageRoute(page, () => root));
  const rest = createRoute({ getParentRoute: () => framed, path: '$', component: NotFound });
  return createRouter({
    routeTree: root.addChildren([framed.addChildren([home, ...inFrame, rest]), ...bare]),
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NotFound,
  });
}

/** What who is not signed in can open; every other address is the sign-in, which leads back to it. */
export function buildPublicRouter(SignIn: () => ReactNode) {
  const root = createRootRoute({ component: Outlet, notFoundComponent: SignIn, errorComponent: Broken });
  const open = pages
    .filter((page) => page.isPublic === true)
    .map(({ path, page }) => {
      const Content = lazy(page);
      return createRoute({
        getParentRoute: () => root,
        path,
        component: () => (
          <PublicFrame>
            <Suspense fallback={<Loading lines={8} />}>
              <Content />
            </Suspense>
          </PublicFrame>
        ),
      });
    });
  return createRouter({ routeTree: root.addChildren(open), defaultErrorComponent: Broken });
}

function pageRoute(page: PageRoute, getParentRoute: () => AnyRoute) {
  const Content = lazy(page.page);
  return createRoute({
    getParentRoute,
    path: page.path,
    component: function PageOfModule() {
      const { actor, may } = useSession();
      if (!mayOpen(page, actor, may)) return <NotAllowed />;
      return (
        <Suspense
          fallback={
            <div className="page">
              <Loading lines={8} />
            </div>
          }
        >
          <Content />
        </Suspense>
      );
    },
  });
}

function FramedOutlet() {
  return (
    <Frame>
      <Outlet />
    </Frame>
  );
}
