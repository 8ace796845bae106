import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { DuplicatePair, Merge } from '../../src/modules/cluster/model.ts';
import { api, Go } from '../shell/index.ts';
import {
  Empty,
  Failure,
  Loading,
  Page,
  Panel,
  ShortList,
  StatusTag,
  type Tone,
  useAsk,
  useNotice,
} from '../ui/index.ts';
import { MatchEvidence } from './match-evidence.tsx';
import './matching.css';

const TONES: Record<DuplicatePair['verdict'], Tone> = { same: 'warning', unresolved: 'info', different: 'neutral' };

/** Things that may be one, to be merged or kept apart by a person. */
export default function Duplicates() {
  const { t } = useTranslation('cluster');
  const query = useQuery({
    queryKey: ['cluster', 'duplicates'],
    queryFn: ({ signal }) =>
      api.get<{ pairs: DuplicatePair[]; merges: Merge[] }>('/api/cluster/duplicates', { signal }),
  });
  return (
    <Page title={t('twins.title')} about={t('twins.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <div className="stack">
          {query.data.pairs.length === 0 ? (
            <Empty title={t('twins.none')}>{t('twins.noneAbout')}</Empty>
          ) : (
            query.data.pairs.map((pair) => <Pair key={`${pair.one.id} ${pair.other.id}`} pair={pair} />)
          )}
          <Panel title={t('twins.done')}>
            <Merges merges={query.data.merges} />
          </Panel>
        </div>
      )}
    </Page>
  );
}

function useTwinAct(said: string) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: object }) => api.post(`/api/cluster/${path}`, body),
    onSuccess: () => {
      notice.done(said);
      return queries.invalidateQueries({ queryKey: ['cluster'] });
    },
    onError: notice.failed,
  });
}

function Pair({ pair }: { pair: DuplicatePair }) {
  const { t } = useTranslation('cluster');
  const ask = useAsk();
  const merging = useTwinAct(t('twins.merged'));
  const parting = useTwinAct(t('twins.keptApart'));
  const { one, other, verdict } = pair;
  const merge = async (kept: DuplicatePair['one'], gone: DuplicatePair['one']) => {
    const sure = await ask({
      title: t('twins.mergeAsk', { gone: gone.name, kept: kept.name }),
      act: t('twins.mergeAct'),
      reason: true,
    });
    if (sure !== undefined) merging.mutate({ path: 'merges', body: { thing: gone.id, into: kept.id, ...sure } });
  };
  const keepApart = async () => {
    const sure = await ask({ title: t('twins.apartAsk'), act: t('twins.apart'), reason: true });
    if (sure !== undefined) parting.mutate({ path: 'apart', body: { one: one.id, other: other.id, ...sure } });
  };
  return (
    <div className="panel twins">
      <div className="row">
        <StatusTag tone={TONES[verdict]}>{t(`twins.verdicts.${verdict}`)}</StatusTag>
        <Button className="no-print" onClick={keepApart} loading={parting.isPending}>
          {t('twins.apart')}
        </Button>
      </div>
      <div className="twin">
        {[one, other].map((end, at) => (
          <div key={end.id} className="stack">
            <Go to={`/cluster/things/${end.id}`}>{end.name}</Go>
            {end.nameZh !== null && end.nameZh !== end.name && <span>{end.nameZh}</span>}
            <span className="quiet">
              {end.id} · {t('twins.statements', { count: end.statements })}
            </span>
            <Button className="no-print" loading={merging.isPending} onClick={() => merge(end, at === 0 ? other : one)}>
              {t('twins.keep')}
            </Button>
          </div>
        ))}
      </div>
      <MatchEvidence match={pair} />
    </div>
  );
}

function Merges({ merges }: { merges: readonly Merge[] }) {
  const { t } = useTranslation('cluster');
  const ask = useAsk();
  const undoing = useTwinAct(t('twins.parted'));
  const undo = async ({ id }: Merge) => {
    const sure = await ask({ title: t('twins.undoAsk'), act: t('twins.undo'), reason: true });
    if (sure !== undefined) undoing.mutate({ path: `merges/${id}/undo`, body: sure });
  };
  return (
    <ShortList
      empty={t('twins.noMerges')}
      items={merges.map((merge) => ({
        id: merge.id,
        title: t('twins.into', { name: merge.name, into: merge.intoName }),
        by: `${merge.mergedByName}: ${merge.reason}${merge.undoneWhy === null ? '' : ` (${t('twins.undone', { why: merge.undoneWhy })})`}`,
        at: merge.mergedAt,
        ...(merge.undoneAt === null && {
          tag: (
            <Button size="small" className="no-print" onClick={() => undo(merge)}>
              {t('twins.undo')}
            </Button>
          ),
        }),
      }))}
    />
  );
}
