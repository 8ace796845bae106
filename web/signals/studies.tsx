import { ExperimentOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { StudyLine, StudyPage, StudyProtocol } from '../../src/modules/signals/model.ts';
import { Go, useGo } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, StatusTag, Time } from '../ui/index.ts';
import { study, useStudies, useStudyAct } from './study-ask.ts';

/** Every study that one may see. */
export default function Studies() {
  const { t } = useTranslation('signals');
  const query = useStudies();
  const go = useGo();
  const open = ({ id }: StudyPage) => go(`/signals/studies/${id}`);
  const example = useStudyAct(study.example, open);
  const make = useStudyAct(() => study.make(blank(t('studies.newTitle'))), open);
  const isBusy = example.isPending || make.isPending;
  return (
    <Page
      title={t('studies.title')}
      about={t('studies.about')}
      actions={
        query.data?.mayWrite === true && (
          <>
            <Button
              icon={<ExperimentOutlined />}
              loading={example.isPending}
              disabled={isBusy}
              onClick={() => example.mutate(undefined)}
            >
              {t('studies.example')}
            </Button>
            <Button
              type="primary"
              icon={<PlusOutlined />}
              loading={make.isPending}
              disabled={isBusy}
              onClick={() => make.mutate(undefined)}
            >
              {t('studies.make')}
            </Button>
          </>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.studies.length === 0 ? (
          <Empty title={t('studies.none')}>{t('studies.noneAbout')}</Empty>
        ) : (
          <List studies={query.data.studies} />
        ))}
    </Page>
  );
}

/** Enough to be kept; the person says the rest. */
function blank(title: string): StudyProtocol {
  return {
    form: 1,
    title,
    question: '',
    design: 'cohort',
    population: '',
    treatment: { column: '', treated: '', control: '' },
    endpoints: [],
    adjustment: { method: 'none', columns: [], estimand: 'ate', caliper: 0.2 },
    subgroups: [],
    missing: 'complete',
    dimensions: [],
    level: 0.95,
    seed: 1,
  };
}

function List({ studies }: { studies: readonly StudyLine[] }) {
  const { t } = useTranslation('signals');
  return (
    <DataTable<StudyLine>
      name="studies"
      label={t('studies.title')}
      rowKey={({ id }) => id}
      source={{ rows: studies }}
      searchable
      columns={[
        {
          key: 'name',
          title: t('studies.name'),
          value: ({ name }) => name,
          render: ({ id, name }) => <Go to={`/signals/studies/${id}`}>{name}</Go>,
          sortable: true,
          phoneTitle: true,
        },
        {
          key: 'design',
          title: t('studies.design'),
          value: ({ design }) => t(`studies.designs.${design}`),
          sortable: true,
        },
        {
          key: 'rows',
          title: t('studies.rows'),
          value: ({ rows, source }) => (rows === null ? '' : `${rows} (${t(`studies.sources.${source}`)})`),
        },
        {
          key: 'last',
          title: t('studies.last'),
          value: ({ lastRun }) => lastRun?.state ?? '',
          render: ({ id, lastRun }) =>
            lastRun === null ? (
              t('studies.never')
            ) : (
              <Go to={`/signals/studies/${id}/${lastRun.id}`}>
                <StatusTag tone={lastRun.state === 'failed' ? 'danger' : lastRun.state === 'done' ? 'good' : 'warning'}>
                  {t(`studies.states.${lastRun.state}`)}
                </StatusTag>
              </Go>
            ),
        },
        { key: 'owner', title: t('studies.owner'), value: ({ ownerName }) => ownerName, sortable: true },
        {
          key: 'changed',
          title: t('studies.changed'),
          value: ({ updatedAt }) => updatedAt,
          render: ({ updatedAt }) => <Time at={updatedAt} />,
          sortable: true,
        },
      ]}
    />
  );
}
