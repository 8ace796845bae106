import { useTranslation } from 'react-i18next';

/** An act of the audit trail in words: `records.person-read`; an act without a word keeps its name. */
export function ActName({ of: act }: { of: string }) {
  const { t } = useTranslation('kernel');
  return <>{t(`acts.${act}`, { defaultValue: act })}</>;
}
