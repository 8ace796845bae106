import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Texts } from '../ui/index.ts';

export type Language = 'en' | 'zh';

const KEY = 'banyan.language';

/** Starts the texts: one namespace per folder of web/, named like the folder. */
export async function startWords(): Promise<void> {
  const found = import.meta.glob<{ messages: { en: Texts; zh: Texts } }>('/*/messages.ts', { eager: true });
  const resources: Record<Language, Record<string, Texts>> = { en: {}, zh: {} };
  for (const [path, { messages }] of Object.entries(found)) {
    const name = path.split('/')[1] as string;
    resources.en[name] = messages.en;
    resources.zh[name] = messages.zh;
  }
  await i18next.use(initReactI18next).init({
    resources,
    lng: firstLanguage(),
    fallbackLng: 'en',
    defaultNS: 'shell',
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  showLanguage();
}

export function language(): Language {
  return i18next.language === 'zh' ? 'zh' : 'en';
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  localStorage.setItem(KEY, chosen);
  await i18next.changeLanguage(chosen);
  showLanguage();
}

/** What was chosen before, else what the browser asks for. */
function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function showLanguage(): void {
  document.documentElement.lang = language() === 'zh' ? 'zh-Hans' : 'en';
}
