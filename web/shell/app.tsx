import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider, type ConfigProviderProps } from 'antd';
import enUS from 'antd/es/locale/en_US.js';
import zhCN from 'antd/es/locale/zh_CN.js';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { antTheme, Failure, Loading, useLook } from '../ui/index.ts';
import { Refusal } from './api.ts';
import { buildPublicRouter, buildRouter } from './router.tsx';
import { SessionGate } from './session.tsx';
import { type Language, language } from './words.ts';

const SignIn = lazy(() => import('../kernel/sign-in.tsx'));
// The compiler takes these files for CommonJS, the bundler rightly for modules: what arrives is the locale itself.
const LOCALES = { en: enUS, zh: zhCN } as unknown as Record<Language, NonNullable<ConfigProviderProps['locale']>>;
const router = buildRouter();
const publicRouter = buildPublicRouter(() => (
  <Suspense fallback={<Loading lines={3} />}>
    <SignIn />
  </Suspense>
));
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server decided will not change by asking again; what could not be asked may.
      retry: (count, error) => count < 2 && error instanceof Refusal && (error.status === 0 || error.status === 503),
    },
  },
});

export function App() {
  useTranslation(); // renders anew when the language changes
  const look = useLook();
  return (
    <ConfigProvider theme={antTheme(look)} locale={LOCALES[language()]} button={{ autoInsertSpace: false }}>
      <AntApp>
        <QueryClientProvider client={queries}>
          <SessionGate
            loading={<Loading lines={3} />}
            failed={(error, retry) => <Failure error={error} retry={retry} />}
            signIn={<RouterProvider router={publicRouter as unknown as typeof router} />}
          >
            <RouterProvider router={router} />
          </SessionGate>
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
