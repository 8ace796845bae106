import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { TimelineEntry } from '../../src/modules/records/model.ts';
import { api, Go, useSession } from '../shell/index.ts';
import { Failure, Loading, Timeline, type Tone } from '../ui/index.ts';
import { useNamed } from './words.ts';

type Kind = TimelineEntry['kind'];

const TONES: Partial<Record<Kind, Tone>> = { report: 'good', order: 'info', specimen: 'warning', encounter: 'primary' };

/** What happened to a person, newest first; of some kinds, or of all. */
export function Happened({ id, kinds }: { id: string; kinds?: readonly Kind[] }) {
  const { t } = useTranslation('records');
  const named = useNamed();
  const pathOf = usePathOf();
  const query = useInfiniteQuery({
    queryKey: ['timeline', id, kinds],
    queryFn: ({ pageParam, signal }) =>
      api.get<{ entries: TimelineEntry[]; next?: string }>(`/api/records/people/${encodeURIComponent(id)}/timeline`, {
        query: { after: pageParam, kinds: kinds?.join(',') },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const items = query.data.pages.flatMap(({ entries }) =>
    entries.map((entry) => {
      const { kind, status } = entry;
      const title = named({ text: entry.title, textZh: entry.titleZh });
      const path = pathOf(entry);
      return {
        id: entry.id,
        at: entry.at,
        title: path === undefined ? title : <Go to={path}>{title}</Go>,
        by: [t(`person.kinds.${kind}`), status && t(`person.statuses.${status}`, { defaultValue: status })]
          .filter(Boolean)
          .join(' · '),
        tone: TONES[kind] ?? ('neutral' as const),
      };
    }),
  );
  return (
    <>
      <Timeline items={items} />
      {query.hasNextPage && (
        <Button onClick={() => query.fetchNextPage()} loading={query.isFetchingNextPage}>
          {t('person.more')}
        </Button>
      )}
    </>
  );
}

/** The page of an entry that has one which this person may open. */
function usePathOf(): (entry: TimelineEntry) => string | undefined {
  const { may } = useSession();
  return ({ id, kind }) => {
    const own = id.split('/')[1] ?? '';
    if (kind === 'report' && may('laboratory.report.read')) return `/laboratory/reports/${own}`;
    if (kind === 'order' && may('laboratory.order.read')) return `/laboratory/orders/${own}`;
    return undefined;
  };
}
