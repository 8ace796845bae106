import { useTranslation } from 'react-i18next';

/** An act of the audit trail in words: `records.person-read`, by its module or by the kernel; an act without a word keeps its name. */
export function ActName({ of: act }: { of: string }) {
  const { t } = useTranslation('kernel');
  const [module = '', ...name] = act.split('.');
  return <>{t([`${module}:acts.${name.join('.')}`, `acts.${act}`], { defaultValue: act })}</>;
}
