import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Empty, Page } from '../ui/index.ts';

export function NotFound() {
  const { t } = useTranslation('shell');
  return (
    <Page title={t('notFound')} about={t('notFoundAbout')}>
      <Empty title="404">
        <Button href="/">{t('toStart')}</Button>
      </Empty>
    </Page>
  );
}

export function NotAllowed() {
  const { t } = useTranslation('shell');
  return (
    <Page title={t('notAllowed')} about={t('notAllowedAbout')}>
      <Empty title="403">
        <Button href="/">{t('toStart')}</Button>
      </Empty>
    </Page>
  );
}

/** A bug on one page. What was thrown is shown: whoever reports it needs the words. */
export function Broken({ error }: { error: unknown }) {
  const { t } = useTranslation('shell');
  return (
    <Page title={t('broken')} about={t('brokenAbout')}>
      <div className="state" role="alert">
        <code>{error instanceof Error ? error.message : String(error)}</code>
        <div className="row">
          <Button type="primary" onClick={() => location.reload()}>
            {t('reload')}
          </Button>
          <Button href="/">{t('toStart')}</Button>
        </div>
      </div>
    </Page>
  );
}
