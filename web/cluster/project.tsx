import { EditOutlined } from '@ant-design/icons';
import { Button, Dropdown, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProjectNote, ProjectPage, ProjectStage } from '../../src/modules/cluster/model.ts';
import { api, Go, usePathValue } from '../shell/index.ts';
import {
  base64Of,
  Empty,
  Facts,
  Failure,
  Loading,
  Page,
  Panel,
  StatusTag,
  save,
  Time,
  Timeline,
  useNotice,
} from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog } from './form-dialog.tsx';
import { send, useAct, useAmounts, useProject, useProjects } from './parks-ask.ts';
import { useProjectFields } from './project-fields.ts';
import { StageTag, Stalls } from './projects.tsx';
import { MoveDialog } from './projects-board.tsx';
import './parks.css';

/** One project: where it stands, what comes next, what happened. */
export default function Project() {
  const query = useProject(usePathValue('id'));
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Shown page={query.data} />;
}

function Shown({ page }: { page: ProjectPage }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const { project, next } = page;
  const [to, setTo] = useState<ProjectStage>();
  const [editing, setEditing] = useState(false);
  return (
    <Page
      title={named(project)}
      about={
        <span className="row">
          <StageTag stage={project.stage} />
          <ExampleTag on={project.example} />
          <Stalls project={project} />
          {t('projects.inStage', { count: project.days })}
        </span>
      }
      trail={<Go to="/cluster/projects">{t('projects.title')}</Go>}
      actions={
        <>
          <Button icon={<EditOutlined />} onClick={() => setEditing(true)}>
            {t('projects.edit')}
          </Button>
          <Dropdown
            trigger={['click']}
            menu={{
              items: next.map((stage) => ({ key: stage, label: t(`projects.stages.${stage}`) })),
              onClick: ({ key }) => setTo(key as ProjectStage),
            }}
          >
            <Button type="primary">{t('projects.move')}</Button>
          </Dropdown>
        </>
      }
    >
      <div className="columns">
        <Figured page={page} />
        <NextStep page={page} />
      </div>
      <Notes page={page} />
      <div className="columns">
        <Panel title={t('projects.course')}>
          <ol className="relay-list">
            {page.moves.toReversed().map((move) => (
              <li key={move.n}>
                <span className="row">
                  <time dateTime={move.on} className="numbers">
                    {move.on}
                  </time>
                  <StageTag stage={move.to} />
                </span>
                <div>
                  {move.reason}
                  <div className="quiet">{move.by}</div>
                </div>
              </li>
            ))}
          </ol>
        </Panel>
        <Files page={page} />
      </div>
      {to !== undefined && <MoveDialog project={project} to={to} close={() => setTo(undefined)} />}
      {editing && <Edit page={page} close={() => setEditing(false)} />}
    </Page>
  );
}

function Figured({ page: { project, isPublic } }: { page: ProjectPage }) {
  const { t } = useTranslation('cluster');
  const { money, number, area, named } = useAmounts();
  return (
    <Panel title={t('projects.what')}>
      <Facts
        facts={[
          [t('projects.sector'), t(`projects.sectors.${project.sector}`)],
          [
            t('projects.park'),
            project.park === null ? (
              t('parks.unknown')
            ) : (
              <Go key="park" to={`/cluster/parks/${project.park}`}>
                {named({ name: project.parkName ?? project.park, nameZh: project.parkNameZh })}
              </Go>
            ),
          ],
          [t('projects.figures.investmentFen'), money(project.investmentFen)],
          [t('projects.figures.outputFen'), money(project.outputFen)],
          [t('projects.figures.landM2'), area(project.landM2)],
          [t('projects.figures.powerKw'), number(project.powerKw)],
          [t('projects.figures.energyMwh'), number(project.energyMwh)],
          [t('projects.figures.jobs'), number(project.jobs)],
          [
            t('projects.record'),
            isPublic ? (
              <Go key="record" to={`/cluster/things/${project.id}`}>
                {t('projects.inRecord')}
              </Go>
            ) : (
              t('projects.notInRecord')
            ),
          ],
        ]}
      />
    </Panel>
  );
}

function NextStep({ page: { project, probability } }: { page: ProjectPage }) {
  const { t } = useTranslation('cluster');
  const isDecided = project.stage === 'lost' || project.stage === 'producing';
  const { percent } = useAmounts();
  return (
    <Panel title={t('projects.next')}>
      <Facts
        facts={[
          [t('projects.next'), project.nextStep ?? (isDecided ? t('projects.decided') : t('projects.noStep'))],
          [t('projects.nextOwner'), project.nextOwner],
          [t('projects.nextDue'), project.nextDue],
          [
            t('projects.probability'),
            probability === null
              ? undefined
              : `${percent(probability.value)} (${t(`projects.probabilityFrom.${probability.from}`)})`,
          ],
        ]}
      />
    </Panel>
  );
}

function Notes({ page: { project, notes } }: { page: ProjectPage }) {
  const { t } = useTranslation('cluster');
  const [adding, setAdding] = useState<'contact' | 'problem'>();
  const [solving, setSolving] = useState<ProjectNote>();
  const add = useAct(
    (body: object) => send.post(`/projects/${project.id}/notes`, body),
    () => setAdding(undefined),
  );
  const solve = useAct(
    (body: object) => send.post(`/projects/${project.id}/notes/${solving?.id}/solve`, body),
    () => setSolving(undefined),
  );
  const problems = notes.filter(({ kind }) => kind === 'problem');
  const contacts = notes.filter(({ kind }) => kind === 'contact');
  return (
    <div className="columns">
      <Panel
        title={t('projects.problems')}
        actions={
          <Button size="small" onClick={() => setAdding('problem')}>
            {t('projects.addProblem')}
          </Button>
        }
      >
        {problems.length === 0 && <Empty title={t('projects.noProblems')} />}
        <ul className="relay-list">
          {problems.map((note) => (
            <li key={note.id}>
              <div>
                {note.words}
                <div className="quiet">
                  {[t(`projects.stages.${note.stage}`), note.who, note.by].filter(Boolean).join(' · ')} ·{' '}
                  <Time at={note.at} form="relative" />
                </div>
                {note.solution !== null && <div>{t('projects.solvedBy', { words: note.solution })}</div>}
              </div>
              {note.solvedAt === null ? (
                <Button size="small" onClick={() => setSolving(note)}>
                  {t('projects.solve')}
                </Button>
              ) : (
                <StatusTag tone="good">{t('projects.solved')}</StatusTag>
              )}
            </li>
          ))}
        </ul>
      </Panel>
      <Panel
        title={t('projects.contacts')}
        actions={
          <Button size="small" onClick={() => setAdding('contact')}>
            {t('projects.addContact')}
          </Button>
        }
      >
        <Timeline
          items={contacts.map(({ id, at, words, who, by }) => ({
            id,
            at,
            title: words,
            by: [who, by].filter(Boolean).join(' · '),
          }))}
        />
      </Panel>
      {adding !== undefined && (
        <FormDialog
          title={t(adding === 'problem' ? 'projects.addProblem' : 'projects.addContact')}
          act={t('projects.note')}
          busy={add.isPending}
          close={() => setAdding(undefined)}
          send={(filled) => add.mutate({ ...filled, kind: adding })}
          fields={[
            { name: 'who', label: t(adding === 'problem' ? 'projects.whoSolves' : 'projects.withWhom') },
            { name: 'words', label: t('projects.words'), kind: 'long', needed: true },
          ]}
        />
      )}
      {solving !== undefined && (
        <FormDialog
          title={t('projects.solve')}
          about={solving.words}
          act={t('projects.solve')}
          busy={solve.isPending}
          close={() => setSolving(undefined)}
          send={(filled) => solve.mutate(filled)}
          fields={[{ name: 'solution', label: t('projects.solution'), kind: 'long', needed: true }]}
        />
      )}
    </div>
  );
}

const MOST_BYTES = 10 * 1024 * 1024;

function Files({ page: { project, files } }: { page: ProjectPage }) {
  const { t } = useTranslation('cluster');
  const { number } = useAmounts();
  const notice = useNotice();
  const add = useAct(async (file: File) =>
    send.post(`/projects/${project.id}/files`, {
      name: file.name,
      media: file.type === '' ? 'application/octet-stream' : file.type,
      content: await base64Of(file),
    }),
  );
  return (
    <Panel
      title={t('projects.files')}
      actions={
        <Upload
          showUploadList={false}
          beforeUpload={(file) => {
            if (file.size > MOST_BYTES) notice.failed(t('projects.tooLarge'));
            else add.mutate(file);
            return false;
          }}
        >
          <Button size="small" loading={add.isPending}>
            {t('projects.addFile')}
          </Button>
        </Upload>
      }
    >
      {files.length === 0 && <Empty title={t('projects.noFiles')} />}
      <ul className="relay-list">
        {files.map(({ id, name, bytes, by, at }) => (
          <li key={id}>
            <div>
              <Button
                type="link"
                style={{ padding: 0 }}
                onClick={async () => save(name, await api.file(`/api/cluster/projects/${project.id}/files/${id}`))}
              >
                {name}
              </Button>
              <div className="quiet">
                {number(bytes / 1024, 1)} kB · {by} · <Time at={at} form="relative" />
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Edit({ page: { project }, close }: { page: ProjectPage; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const parks = new Map((useProjects({ examples: 'yes' }).data?.parks ?? []).map((park) => [park.id, named(park)]));
  if (project.park !== null)
    parks.set(project.park, named({ name: project.parkName ?? project.park, nameZh: project.parkNameZh }));
  const fields = useProjectFields([...parks]);
  const change = useAct(
    (body: object) => send.put(`/projects/${project.id}`, { ...body, revision: project.revision }),
    close,
  );
  return (
    <FormDialog
      title={t('projects.edit')}
      act={t('parks.keep')}
      busy={change.isPending}
      close={close}
      send={(filled) => change.mutate(filled)}
      initial={{ ...project }}
      fields={fields}
    />
  );
}
