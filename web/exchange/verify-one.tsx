import { useTranslation } from 'react-i18next';
import { Go, usePathValue } from '../shell/index.ts';
import { Failure, Loading, Page } from '../ui/index.ts';
import { useCertificate } from './verify-ask.ts';
import { VerdictShown } from './verify-shown.tsx';
import './verify.css';

/** One certificate of this platform: where its printed code leads. */
export default function VerifyOne() {
  const { t } = useTranslation('exchange');
  const id = usePathValue('id');
  const query = useCertificate(id);
  return (
    <Page title={t('verify.one')} about={t('verify.about')} trail={<Go to="/verify">{t('verify.title')}</Go>}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && <VerdictShown document={query.data} own={id} />}
    </Page>
  );
}
