import { useTranslation } from 'react-i18next';
import { StatusTag } from '../ui/index.ts';

/** On what was made up to show the product. */
export function ExampleTag({ on = true }: { on?: boolean }) {
  const { t } = useTranslation('cluster');
  return on ? <StatusTag tone="warning">{t('record.example')}</StatusTag> : null;
}
