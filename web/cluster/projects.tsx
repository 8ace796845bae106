import { DownloadOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  ALL_STAGES,
  PROJECT_STAGES,
  type ProjectLine,
  type ProjectPage,
  type ProjectStage,
} from '../../src/modules/cluster/model.ts';
import { api, Go, useAddressValue, useGo } from '../shell/index.ts';
import { type Column, DataTable, Empty, Failure, Loading, Page, Panel, StatusTag, save, Tabs } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog, Toggle } from './form-dialog.tsx';
import { STAGE_TONES, send, today, useAct, useAmounts, useProjects } from './parks-ask.ts';
import { useProjectFields } from './project-fields.ts';
import { Board } from './projects-board.tsx';
import { Forecast } from './projects-forecast.tsx';
import { Funnel } from './projects-funnel.tsx';
import './parks.css';

/** The pipeline: the same projects as board, list, calendar, funnel and forecast. */
export default function Projects() {
  const { t } = useTranslation('cluster');
  const [view, setView] = useAddressValue('view', 'board');
  const [chosen, setChosen] = useAddressValue('examples');
  const [park, setPark] = useAddressValue('park');
  const [entering, setEntering] = useState(false);
  const filter = { ...(chosen !== '' && { examples: chosen }), ...(park !== '' && { park }) };
  const query = useProjects(filter);
  const { named } = useAmounts();
  const projects = query.data?.projects ?? [];
  const parks = new Map([
    ...(query.data?.parks ?? []).map((each) => [each.id, named(each)] as const),
    ...projects.flatMap(({ park: id, parkName, parkNameZh }) =>
      id === null ? [] : [[id, named({ name: parkName ?? id, nameZh: parkNameZh })] as const],
    ),
  ]);
  return (
    <Page
      title={t('projects.title')}
      about={t('projects.about')}
      actions={
        <>
          <Toggle
            label={t('parks.withExamples')}
            on={query.data?.examples === true}
            set={(on) => setChosen(on ? 'yes' : 'no')}
          />
          {parks.size > 1 && (
            <Select
              aria-label={t('projects.park')}
              style={{ minWidth: 180 }}
              allowClear
              placeholder={t('projects.anyPark')}
              value={park === '' ? null : park}
              onChange={(value) => setPark(value ?? '')}
              options={[...parks].map(([value, label]) => ({ value, label }))}
            />
          )}
          <Button
            icon={<DownloadOutlined />}
            disabled={projects.length === 0}
            onClick={async () =>
              save('projects.xlsx', await api.file('/api/cluster/projects.xlsx', undefined, { query: filter }))
            }
          >
            {t('projects.workbook')}
          </Button>
          <Button type="primary" icon={<PlusOutlined />} disabled={!query.isSuccess} onClick={() => setEntering(true)}>
            {t('projects.enter')}
          </Button>
        </>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (projects.length === 0 ? (
          <Empty title={t('projects.none')}>{t('projects.noneAbout')}</Empty>
        ) : (
          <Tabs
            label={t('projects.title')}
            active={view}
            choose={setView}
            tabs={[
              { key: 'board', label: t('projects.board'), content: () => <Board projects={projects} /> },
              { key: 'list', label: t('projects.list'), content: () => <List projects={projects} /> },
              { key: 'calendar', label: t('projects.calendar'), content: () => <Calendar projects={projects} /> },
              { key: 'funnel', label: t('projects.funnel'), content: () => <Funnel filter={filter} /> },
              { key: 'forecast', label: t('projects.forecast'), content: () => <Forecast filter={filter} /> },
            ]}
          />
        ))}
      {entering && <Enter parks={[...parks]} close={() => setEntering(false)} />}
    </Page>
  );
}

function Enter({ parks, close }: { parks: readonly (readonly [string, string])[]; close: () => void }) {
  const { t } = useTranslation('cluster');
  const go = useGo();
  const fields = useProjectFields(parks);
  const enter = useAct(
    (body: object) => send.post<ProjectPage>('/projects', body),
    ({ project: { id } }) => go(`/cluster/projects/${id}`),
  );
  return (
    <FormDialog
      title={t('projects.enter')}
      about={t('projects.enterAbout')}
      act={t('projects.enterAct')}
      busy={enter.isPending}
      close={close}
      send={(filled) => enter.mutate(filled)}
      initial={{
        stage: 'reserved',
        since: today(),
        sector: 'other',
        ...(parks.length === 1 && { park: parks[0]![0] }),
      }}
      fields={[
        ...fields,
        {
          name: 'stage',
          label: t('projects.stage'),
          kind: 'choice',
          needed: true,
          options: PROJECT_STAGES.map((value) => ({ value, label: t(`projects.stages.${value}`) })),
        },
        { name: 'since', label: t('projects.since'), kind: 'date', needed: true },
      ]}
    />
  );
}

export function StageTag({ stage }: { stage: ProjectStage }) {
  const { t } = useTranslation('cluster');
  return <StatusTag tone={STAGE_TONES[stage]}>{t(`projects.stages.${stage}`)}</StatusTag>;
}

export function Stalls({ project: { stalled } }: { project: Pick<ProjectLine, 'stalled'> }) {
  const { t } = useTranslation('cluster');
  return stalled.map((why) => (
    <StatusTag key={why} tone={why === 'no-step' ? 'neutral' : 'warning'}>
      {t(`projects.stalls.${why}`)}
    </StatusTag>
  ));
}

function List({ projects }: { projects: readonly ProjectLine[] }) {
  const { t } = useTranslation('cluster');
  const { money, number, named } = useAmounts();
  const [stage, setStage] = useAddressValue('stage');
  const [stalled, setStalled] = useAddressValue('stalled');
  const shown = projects.filter(
    (each) => (stage === '' || each.stage === stage) && (stalled !== 'yes' || each.stalled.length > 0),
  );
  const amount = (key: 'investmentFen' | 'jobs', show: (value: number | null) => string): Column<ProjectLine> => ({
    key,
    title: t(`projects.figures.${key}`),
    value: (project) => (key.endsWith('Fen') && project[key] !== null ? project[key] / 100 : project[key]),
    render: (project) => show(project[key]),
    sortable: true,
    end: true,
  });
  return (
    <DataTable<ProjectLine>
      name="projects"
      label={t('projects.title')}
      rowKey={({ id }) => id}
      source={{ rows: shown }}
      few={100}
      filters={
        <>
          <Select
            aria-label={t('projects.stage')}
            style={{ minWidth: 130 }}
            allowClear
            placeholder={t('projects.anyStage')}
            value={stage === '' ? null : stage}
            onChange={(value) => setStage(value ?? '')}
            options={ALL_STAGES.map((value) => ({ value, label: t(`projects.stages.${value}`) }))}
          />
          <Toggle label={t('projects.onlyStalled')} on={stalled === 'yes'} set={(on) => setStalled(on ? 'yes' : '')} />
        </>
      }
      columns={[
        {
          key: 'name',
          title: t('projects.name'),
          value: named,
          render: (project) => (
            <span className="row">
              <Go to={`/cluster/projects/${project.id}`}>{named(project)}</Go>
              <ExampleTag on={project.example} />
            </span>
          ),
          sortable: true,
          phoneTitle: true,
        },
        {
          key: 'stage',
          title: t('projects.stage'),
          value: ({ stage: at }) => t(`projects.stages.${at}`),
          render: ({ stage: at }) => <StageTag stage={at} />,
        },
        { key: 'days', title: t('projects.days'), value: ({ days }) => days, sortable: true, end: true },
        {
          key: 'stalled',
          title: t('projects.stalled'),
          value: (project) => project.stalled.map((why) => t(`projects.stalls.${why}`)).join(', '),
          render: (project) => <Stalls project={project} />,
        },
        {
          key: 'sector',
          title: t('projects.sector'),
          value: ({ sector }) => t(`projects.sectors.${sector}`),
          sortable: true,
        },
        amount('investmentFen', money),
        amount('jobs', number),
        {
          key: 'next',
          title: t('projects.next'),
          value: ({ nextStep, nextOwner, nextDue }) => [nextDue, nextStep, nextOwner].filter(Boolean).join(' · '),
        },
      ]}
    />
  );
}

/** Next steps by their day; what is late first. */
function Calendar({ projects }: { projects: readonly ProjectLine[] }) {
  const { t, i18n } = useTranslation('cluster');
  const { named } = useAmounts();
  const due = projects
    .filter(({ nextDue, stage }) => nextDue !== null && stage !== 'lost' && stage !== 'producing')
    .toSorted((one, two) => (one.nextDue ?? '').localeCompare(two.nextDue ?? ''));
  const now = today();
  const days = Map.groupBy(due, ({ nextDue }) => nextDue as string);
  return (
    <Panel title={t('projects.calendar')}>
      {days.size === 0 && <Empty title={t('projects.noSteps')} />}
      <ul className="days">
        {[...days].map(([day, own]) => (
          <li key={day}>
            <div>
              <time dateTime={day} className="numbers">
                {new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(day))}
              </time>
              {day < now && (
                <div>
                  <StatusTag tone="danger">{t('parks.late')}</StatusTag>
                </div>
              )}
            </div>
            <ul>
              {own.map((project) => (
                <li key={project.id} className="row">
                  <strong>{project.nextStep}</strong>
                  <Go to={`/cluster/projects/${project.id}`}>{named(project)}</Go>
                  <StageTag stage={project.stage} />
                  <span className="quiet">{project.nextOwner}</span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
