import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CataloguePage, IntroductionsPage, Wish, WishesPage, WishPage } from '../../src/modules/cluster/model.ts';
import { api, Go } from '../shell/index.ts';
import { StatusTag } from '../ui/index.ts';
import { useAmounts } from './parks-ask.ts';

const read = <T,>(key: readonly unknown[], path: string, query: Record<string, string> = {}) => ({
  queryKey: ['cluster', ...key, query],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.get<T>(`/api/cluster${path}`, { query, signal }),
});
/** What the actor speaks for, and whether examples are shown. */
export const useWishes = (query: Record<string, string>) => useQuery(read<WishesPage>(['needs'], '/needs', query));
export const listWishes = (query: Record<string, string | undefined>, signal: AbortSignal) =>
  api.get<WishesPage>('/api/cluster/needs', { query, signal });
export const useWish = (id: string) => useQuery(read<WishPage>(['need', id], `/needs/${id}`));
export const useIntroductions = (over: boolean) =>
  useInfiniteQuery({
    queryKey: ['cluster', 'introductions', over],
    queryFn: ({ pageParam, signal }) =>
      api.get<IntroductionsPage>('/api/cluster/introductions', {
        query: { over: over ? 'yes' : 'no', after: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
export const useCatalogue = (query: Record<string, string>) =>
  useQuery(read<CataloguePage>(['catalogue'], '/catalogues', query));

/** What a wish is called: its words, or its kind where they are hidden. */
export function useWishName(): (wish: Wish) => string {
  const { t, i18n } = useTranslation('cluster');
  return ({ words, wordsZh, kind }) =>
    words === ''
      ? t('meeting.hidden', { kind: t(`meeting.kinds.${kind}`) })
      : i18n.language.startsWith('zh') && wordsZh !== null
        ? wordsZh
        : words;
}

/** A wish in one line and what is known of it in another. */
export function WishLine({ wish }: { wish: Wish }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const nameOf = useWishName();
  return (
    <div>
      <Go to={`/cluster/needs/${wish.id}`}>{nameOf(wish)}</Go>
      <div className="quiet">
        {[
          t(`meeting.sides.${wish.side}`),
          t(`meeting.kinds.${wish.kind}`),
          wish.thing === null ? t('meeting.confidential') : named(wish.thing),
        ].join(' · ')}
      </div>
    </div>
  );
}

export function WishState({ wish: { state } }: { wish: Wish }) {
  const { t } = useTranslation('cluster');
  return <StatusTag tone={state === 'open' ? 'good' : 'neutral'}>{t(`meeting.wishStates.${state}`)}</StatusTag>;
}
