import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, Go, useAddressValue, useGo, usePathValue, useSession } from '../shell/index.ts';
import {
  DataTable,
  Empty,
  Facts,
  Failure,
  Loading,
  Page,
  Panel,
  StatusTag,
  save,
  type Column as TableColumn,
  Tabs,
  Time,
  useAsk,
  useNotice,
} from '../ui/index.ts';
import './lake.css';
import { type Column, EXTENSIONS, FORMATS, type Format, type Json, useViews, VIEWS, type View } from './lake-api.ts';
import { Preview } from './preview.tsx';
import { Code, Snippets, viewSnippets } from './snippets.tsx';
import { Versions } from './versions.tsx';
import { KEPT_TONES, useWords } from './words.ts';

/** One view: its dictionary, its first rows, its files, how programs use it, and how it came to be. */
export default function ViewPage() {
  const { t } = useTranslation('lake');
  const id = usePathValue('id');
  const views = useViews();
  const view = views.data?.find((each) => each.id === id);
  const words = useWords();
  const [tab, setTab] = useAddressValue('tab', 'rows');
  const trail = <Go to="/lake/views">{t('views.title')}</Go>;
  if (view === undefined)
    return (
      <Page title={t('views.view')} trail={trail}>
        {views.isPending && <Loading lines={8} />}
        {views.isError && <Failure error={views.error} retry={() => views.refetch()} />}
        {views.isSuccess && <Empty title={t('views.gone')} />}
      </Page>
    );
  return (
    <Page title={words.title(view)} about={words.about(view)} trail={trail} actions={<Acts view={view} />}>
      <Panel>
        <Facts
          facts={[
            [t('views.name'), <code key="name">{view.name}</code>],
            [t('views.url'), view.url && <code>{view.url}</code>],
            [t('views.resource'), view.resource],
            [
              t('views.kept'),
              <span key="kept" className="row">
                <StatusTag tone={KEPT_TONES[view.kept]}>{t(`views.keptAs.${view.kept}`)}</StatusTag>
                <span className="quiet">{view.reason ?? t(`views.keptAbout.${view.kept}`)}</span>
              </span>,
            ],
            [t('views.status'), view.status === 'active' ? undefined : t(`views.states.${view.status}`)],
            [
              t('views.version'),
              <span key="version">
                {[view.edition, t('views.stored', { version: view.version })].filter(Boolean).join(' · ')} ·{' '}
                <Time at={view.updated} />
              </span>,
            ],
            [t('views.maker'), t(view.builtIn ? 'views.froms.built-in' : 'views.froms.own')],
          ]}
        />
      </Panel>
      <Tabs
        label={words.title(view)}
        active={tab}
        choose={setTab}
        tabs={[
          {
            key: 'rows',
            label: t('views.preview'),
            content: () => (
              <Panel flush actions={<Downloads view={view} />} title={t('views.firstRows')}>
                <Preview of={{ id: view.id, version: view.version }} columns={view.columns} />
              </Panel>
            ),
          },
          { key: 'columns', label: t('views.dictionary'), content: () => <Dictionary view={view} /> },
          {
            key: 'use',
            label: t('views.use'),
            content: () => (
              <Panel title={t('views.use')}>
                <p className="note">
                  {t('views.useAbout')} <Go to="/lake/notebooks">{t('notebooks.title')}</Go>
                </p>
                <Snippets label={t('views.use')} snippets={viewSnippets(view, location.origin)} />
              </Panel>
            ),
          },
          { key: 'definition', label: t('views.definition'), content: () => <Definition view={view} /> },
          { key: 'versions', label: t('views.versions'), content: () => <Versions view={view} /> },
        ]}
      />
    </Page>
  );
}

/** The data dictionary. */
function Dictionary({ view }: { view: View }) {
  const { t } = useTranslation('lake');
  const words = useWords();
  const columns: TableColumn<Column>[] = [
    {
      key: 'name',
      title: t('views.column'),
      value: (column) => column.name,
      render: (column) => <code>{column.name}</code>,
      phoneTitle: true,
      sortable: true,
    },
    { key: 'about', title: t('views.meaning'), value: (column) => words.column(column, view) },
    { key: 'type', title: t('views.fhirType'), value: (column) => column.type, sortable: true },
    {
      key: 'sqlType',
      title: t('views.sqlType'),
      value: (column) => column.sqlType,
      render: (column) => <code>{column.sqlType}</code>,
    },
    {
      key: 'path',
      title: 'FHIRPath',
      value: (column) => column.path,
      render: (column) => <code className="path">{column.path}</code>,
    },
  ];
  return (
    <DataTable
      name={`${view.name}-columns`}
      label={t('views.dictionary')}
      columns={columns}
      rowKey={(column) => column.name}
      source={{ rows: view.columns }}
    />
  );
}

function Downloads({ view }: { view: View }) {
  const { t } = useTranslation('lake');
  const notice = useNotice();
  const [busy, setBusy] = useState<Format>();
  if (!view.reach.includes('rows')) return null;
  const download = async (format: Format) => {
    setBusy(format);
    try {
      const place = `/fhir/ViewDefinition/${view.id}/$viewdefinition-run`;
      save(`${view.name}.${EXTENSIONS[format]}`, await api.file(place, undefined, { query: { _format: format } }));
    } catch (error) {
      notice.failed(error);
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <>
      {FORMATS.map((format) => (
        <Button
          key={format}
          size="small"
          icon={<DownloadOutlined />}
          loading={busy === format}
          disabled={busy !== undefined}
          onClick={() => download(format)}
        >
          {t(`formats.${format}`)}
        </Button>
      ))}
    </>
  );
}

export function useDefinition(id: string, version: number) {
  return useQuery({
    queryKey: ['lake', 'definition', id, version],
    queryFn: ({ signal }) => api.get<Json>(`/fhir/ViewDefinition/${id}`, { signal }),
    staleTime: 60_000,
  });
}

function Definition({ view }: { view: View }) {
  const query = useDefinition(view.id, view.version);
  if (query.isPending) return <Loading lines={10} />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Code title={`${view.name}.json`} text={JSON.stringify(query.data, null, 2)} />;
}

function Acts({ view }: { view: View }) {
  const { t } = useTranslation('lake');
  const { may } = useSession();
  const go = useGo();
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: VIEWS });
  const remove = useMutation({
    mutationFn: async () => {
      const definition = await api.get<Json>(`/fhir/ViewDefinition/${view.id}`);
      await api.remove(`/fhir/ViewDefinition/${view.id}`);
      return definition;
    },
    onSuccess: async ({ meta: _, ...definition }) => {
      notice.done(t('views.removed', { name: view.name }), {
        undo: () => api.put(`/fhir/ViewDefinition/${view.id}`, definition).then(refresh),
      });
      await refresh();
      go('/lake/views');
    },
    onError: notice.failed,
  });
  const confirm = async () => {
    const answer = await ask({
      title: t('views.removeAsk', { name: view.name }),
      about: t('views.removeAbout'),
      act: t('views.remove'),
      danger: true,
    });
    if (answer !== undefined) remove.mutate();
  };
  return (
    <>
      {may('lake.sql.ask') && view.reach.includes('rows') && (
        <Button onClick={() => go(`/lake/sql?view=${encodeURIComponent(view.name)}`)}>{t('views.askSql')}</Button>
      )}
      {may('lake.view.manage') && (
        <>
          <Button onClick={() => go(`/lake/views/new?from=${view.id}`)}>{t('views.copy')}</Button>
          {!view.builtIn && (
            <>
              <Button type="primary" onClick={() => go(`/lake/views/${view.id}/edit`)}>
                {t('views.edit')}
              </Button>
              <Button danger loading={remove.isPending} onClick={confirm}>
                {t('views.remove')}
              </Button>
            </>
          )}
        </>
      )}
    </>
  );
}
