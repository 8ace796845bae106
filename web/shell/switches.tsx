import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLook, type LookChoice, lookChoice } from '../ui/index.ts';
import { chooseLanguage, type Language, language } from './words.ts';

/** Shows the other language's own name: who cannot read this one can read that. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const other: Language = i18n.language === 'zh' ? 'en' : 'zh';
  return (
    <Button type="text" lang={other} onClick={() => chooseLanguage(other)}>
      {other === 'zh' ? '中文' : 'English'}
    </Button>
  );
}

export function LanguageChoice({ onChosen }: { onChosen?: (chosen: Language) => void }) {
  const { t } = useTranslation('shell');
  return (
    <Segmented<Language>
      aria-label={t('language')}
      value={language()}
      options={[
        { value: 'en', label: t('languages.en') },
        { value: 'zh', label: t('languages.zh') },
      ]}
      onChange={(chosen) => {
        chooseLanguage(chosen);
        onChosen?.(chosen);
      }}
    />
  );
}

export function LookSwitch() {
  const { t } = useTranslation('shell');
  const [choice, setChoice] = useState(lookChoice);
  return (
    <Segmented<LookChoice>
      aria-label={t('look')}
      value={choice}
      options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`looks.${value}`) }))}
      onChange={(chosen) => {
        chooseLook(chosen);
        setChoice(chosen);
      }}
    />
  );
}
