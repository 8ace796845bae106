import { useTranslation } from 'react-i18next';
import type { Count } from '../../src/modules/records/model.ts';

/** What a number of a person is, from the code of its kind (HL7 table 0203); an unknown code stays a code. */
export function useNumberLabel(): (code: string) => string {
  const { t } = useTranslation('records');
  return (code) => t(`numbers.${code}`, { defaultValue: code });
}

/** A text that the record may hold in Chinese too, in the language of the screen. */
export function useNamed(): (named: { text: string; textZh?: string | undefined }) => string {
  const { i18n } = useTranslation();
  return ({ text, textZh }) => (i18n.language === 'zh' ? (textZh ?? text) : text);
}

/** A count as it may be shown; the smallest group that is told has ten persons. */
export function sayCount(count: Count, language: string): string {
  return count === 'few' ? '<10' : count.toLocaleString(language);
}
