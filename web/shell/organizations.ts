import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from './api.ts';

interface Named {
  id: string;
  name?: string;
  _name?: { extension?: { extension?: { url: string; valueCode?: string; valueString?: string }[] }[] };
  alias?: string[];
}

const MOST = 100;
const CHINESE = /[\u3400-\u9fff]/;

/** The names of organizations in the person's language; an id stays an id until its name is known. */
export function useOrganizationNames(
  ids: readonly (string | null | undefined)[],
): (id: string | null | undefined) => string {
  const { i18n } = useTranslation();
  const wanted = [...new Set(ids)]
    .filter((id): id is string => id != null && id !== '')
    .sort()
    .slice(0, MOST);
  const query = useQuery({
    queryKey: ['organizations', ...wanted],
    queryFn: async ({ signal }) => {
      const { entry = [] } = await api.get<{ entry?: { resource: Named }[] }>('/fhir/Organization', {
        query: { _id: wanted.join(','), _count: MOST },
        signal,
      });
      return new Map(entry.map(({ resource }) => [resource.id, namesOf(resource)]));
    },
    enabled: wanted.length > 0,
    staleTime: 10 * 60_000,
    placeholderData: (before) => before,
  });
  return (id) => (id == null ? '' : (query.data?.get(id)?.[i18n.language === 'zh' ? 'zh' : 'en'] ?? id));
}

/** An Organization says its name in one language, and in others by FHIR's translation extension or an alias. */
function namesOf({ id, name = id, _name, alias = [] }: Named): { en: string; zh: string } {
  const translated = (_name?.extension ?? []).flatMap(({ extension = [] }) =>
    extension.flatMap(({ url, valueString }) => (url === 'content' && valueString !== undefined ? [valueString] : [])),
  );
  const all = [name, ...translated, ...alias];
  return {
    en: all.find((each) => !CHINESE.test(each)) ?? name,
    zh: all.find((each) => CHINESE.test(each)) ?? name,
  };
}
