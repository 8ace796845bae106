import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageSwitch } from './switches.tsx';

/** What stands around a page for everybody. */
export function PublicFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation('shell');
  return (
    <div className="public">
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <header className="bar">
        <a href="/" className="brand" aria-label={t('name')}>
          <img src="/banyan.svg" alt="" width="28" height="28" />
          <span>{t('name')}</span>
        </a>
        <div className="bar-end">
          <LanguageSwitch />
          <a href="/">{t('signIn')}</a>
        </div>
      </header>
      <main id="content" className="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
