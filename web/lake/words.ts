import { useTranslation } from 'react-i18next';
import type { Tone } from '../ui/index.ts';
import { COLUMNS, TABLES_ZH, VIEWS_ZH } from './dictionary.ts';
import type { Column, ModuleTable, View } from './lake-api.ts';

/** What views and columns are called in the person's language; those that come with Banyan are known in both. */
export function useWords() {
  const { i18n } = useTranslation();
  const isChinese = i18n.language === 'zh';
  return {
    title: ({ name, title, builtIn }: Pick<View, 'name' | 'title' | 'builtIn'>) =>
      (isChinese && builtIn ? VIEWS_ZH[name]?.title : undefined) ?? title ?? name,
    about: ({ name, description, builtIn }: Pick<View, 'name' | 'description' | 'builtIn'>) =>
      (isChinese && builtIn ? VIEWS_ZH[name]?.about : undefined) ?? description,
    /** A table of a module. */
    table: ({ name, title, description }: Pick<ModuleTable, 'name' | 'title' | 'description'>) => {
      const known = isChinese ? TABLES_ZH[name] : undefined;
      return { title: known?.title ?? title, about: known?.about ?? description };
    },
    tableColumn: ({ name: table }: Pick<ModuleTable, 'name'>, { name, description }: ModuleTable['columns'][number]) =>
      (isChinese ? TABLES_ZH[table]?.columns[name] : undefined) ?? description,
    column: ({ name, description }: Column, { builtIn }: Pick<View, 'builtIn'>) => {
      const known = builtIn ? COLUMNS[name] : undefined;
      return isChinese ? (known?.zh ?? description) : (description ?? known?.en);
    },
  };
}

export const KEPT_TONES: Record<View['kept'], Tone> = {
  no: 'neutral',
  asked: 'info',
  building: 'info',
  current: 'good',
  refused: 'danger',
};
