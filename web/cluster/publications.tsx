import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  PUBLICATION_FORMS,
  type Publication,
  type PublicationForm,
  type PublicationsPage,
} from '../../src/modules/cluster/model.ts';
import { api, Go } from '../shell/index.ts';
import { DataTable, Panel, Plot, type PlotOption, StatusTag, save, useNotice } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { useAmounts } from './parks-ask.ts';

/** Papers and patents that a thing wrote, applied for or is protected by; nothing where there are none. */
export function Publications({ thing }: { thing: string }) {
  const { t } = useTranslation('cluster');
  const root = `/api/cluster/things/${encodeURIComponent(thing)}/publications`;
  const query = useQuery({
    queryKey: ['cluster', 'publications', thing],
    queryFn: ({ signal }) => api.get<PublicationsPage>(root, { signal }),
  });
  if (!query.isSuccess || query.data.total === 0) return null;
  const { years, states, undated, total, isCut } = query.data;
  const words = { papers: t('publications.papers'), patents: t('publications.patents') };
  return (
    <Panel title={t('publications.title', { count: total })} actions={<Exports thing={thing} />}>
      <Plot
        title={t('publications.byYear')}
        option={yearsOption(years, words)}
        heightPx={200}
        table={{
          columns: [t('publications.year'), words.papers, words.patents],
          rows: years.map((each) => [each.year, each.papers, each.patents]),
        }}
        note={t('publications.note', { count: undated })}
      />
      {states.length > 0 && (
        <p className="row">
          {t('publications.states')}
          {states.map(({ state, patents }) => (
            <StatusTag key={state} tone={state === 'valid' ? 'good' : 'neutral'}>
              {t(`publications.state.${state}`)}: {patents}
            </StatusTag>
          ))}
        </p>
      )}
      {isCut && <p className="quiet">{t('publications.cut')}</p>}
      <Works thing={thing} root={root} />
    </Panel>
  );
}

function Works({ thing, root }: { thing: string; root: string }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  return (
    <DataTable<Publication>
      name="publications"
      label={t('publications.list')}
      searchable={false}
      rowKey={({ id }) => id}
      source={{
        queryKey: ['cluster', 'publications', thing, 'list'],
        load: async ({ after }, signal) => {
          const page = await api.get<PublicationsPage>(root, { query: { after }, signal });
          return { rows: page.works, next: page.next ?? undefined };
        },
      }}
      columns={[
        {
          key: 'name',
          title: t('publications.work'),
          value: (work) => named(work),
          render: (work) => (
            <div>
              <span className="row">
                <Go to={`/cluster/things/${work.id}`}>{named(work)}</Go>
                <ExampleTag on={work.example} />
              </span>
              <div className="quiet">{work.authors.slice(0, 6).join('; ')}</div>
            </div>
          ),
          phoneTitle: true,
        },
        { key: 'kind', title: t('publications.kind'), value: ({ kind }) => t(`publications.${kind}`) },
        { key: 'year', title: t('publications.year'), value: ({ year }) => year ?? t('parks.unknown') },
        {
          key: 'code',
          title: t('publications.code'),
          value: ({ doi, number, journal }) => [journal, doi ?? number].filter((each) => each !== null).join(' · '),
        },
        {
          key: 'state',
          title: t('publications.legal'),
          value: ({ kind, state, termEnds }) =>
            kind === 'paper'
              ? ''
              : [
                  t(`publications.state.${state ?? 'unknown'}`),
                  ...(termEnds === null ? [] : [t('publications.term', { day: termEnds })]),
                ].join(', '),
        },
      ]}
    />
  );
}

function Exports({ thing }: { thing: string }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const file = useMutation({
    mutationFn: async (form: PublicationForm) => {
      const content = await api.file('/api/cluster/publications', undefined, { query: { thing, form } });
      save(`publications.${form}`, content);
    },
    onError: notice.failed,
  });
  return (
    <>
      {PUBLICATION_FORMS.map((form) => (
        <Button key={form} size="small" icon={<DownloadOutlined />} onClick={() => file.mutate(form)}>
          {t(`publications.forms.${form}`)}
        </Button>
      ))}
    </>
  );
}

function yearsOption(
  years: readonly { year: string; papers: number; patents: number }[],
  words: { papers: string; patents: string },
): PlotOption {
  const bar = (name: string, color: string, data: number[]) => ({ type: 'bar' as const, name, color, data });
  return {
    tooltip: { trigger: 'axis' },
    legend: { top: 0 },
    grid: { left: 8, right: 20, top: 36, bottom: 8, containLabel: true },
    xAxis: { type: 'category', data: years.map(({ year }) => year) },
    yAxis: { type: 'value', minInterval: 1 },
    series: [
      bar(
        words.papers,
        '#0072b2',
        years.map(({ papers }) => papers),
      ),
      bar(
        words.patents,
        '#d55e00',
        years.map(({ patents }) => patents),
      ),
    ],
  };
}
