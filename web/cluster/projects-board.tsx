import { ArrowRightOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { type DragEvent, type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ALL_STAGES, PROJECT_STAGES, type ProjectLine, type ProjectStage } from '../../src/modules/cluster/model.ts';
import { Go } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog } from './form-dialog.tsx';
import { send, today, useAct, useAmounts } from './parks-ask.ts';
import { Stalls } from './projects.tsx';

interface Wish {
  project: ProjectLine;
  to: ProjectStage;
}
/** Cards of a column before somebody asks for more; what is lost asks for least. */
const [FEW, FEW_LOST] = [12, 4];

/** A column for each stage: cards are dragged, moved by arrow keys, or sent by their menu. */
export function Board({ projects }: { projects: readonly ProjectLine[] }) {
  const { t } = useTranslation('cluster');
  const { money } = useAmounts();
  const [over, setOver] = useState<ProjectStage>();
  const [wish, setWish] = useState<Wish>();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const drop = (to: ProjectStage) => (event: DragEvent) => {
    event.preventDefault();
    setOver(undefined);
    const project = projects.find(({ id }) => id === event.dataTransfer.getData('text/plain'));
    if (project !== undefined && project.stage !== to) setWish({ project, to });
  };
  return (
    <>
      <p className="quiet no-print">{t('projects.boardHelp')}</p>
      <div className="board">
        {ALL_STAGES.map((stage) => {
          const own = projects.filter((project) => project.stage === stage);
          const shown = open.has(stage) ? own : own.slice(0, stage === 'lost' ? FEW_LOST : FEW);
          const sum = own.reduce((total, { investmentFen }) => total + (investmentFen ?? 0), 0);
          return (
            <section
              key={stage}
              className="board-column"
              aria-label={t(`projects.stages.${stage}`)}
              data-over={over === stage}
              onDragOver={(event) => {
                event.preventDefault();
                setOver(stage);
              }}
              onDragLeave={() => setOver(undefined)}
              onDrop={drop(stage)}
            >
              <h3>
                <span>{t(`projects.stages.${stage}`)}</span>
                <span className="numbers">{own.length}</span>
              </h3>
              {sum > 0 && <span className="quiet">{money(sum)}</span>}
              {shown.map((project) => (
                <Card key={project.id} project={project} wish={(to) => setWish({ project, to })} />
              ))}
              {shown.length < own.length && (
                <Button type="text" onClick={() => setOpen(new Set([...open, stage]))}>
                  {t('projects.more', { count: own.length - shown.length })}
                </Button>
              )}
            </section>
          );
        })}
      </div>
      {wish !== undefined && <MoveDialog {...wish} close={() => setWish(undefined)} />}
    </>
  );
}

function Card({ project, wish }: { project: ProjectLine; wish: (to: ProjectStage) => void }) {
  const { t } = useTranslation('cluster');
  const { money, named } = useAmounts();
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = step === undefined ? undefined : PROJECT_STAGES[PROJECT_STAGES.indexOf(project.stage as 'key') + step];
    if (to === undefined || project.stage === 'lost') return;
    event.preventDefault();
    wish(to);
  };
  return (
    <article
      className="board-card"
      draggable
      onDragStart={(event) => event.dataTransfer.setData('text/plain', project.id)}
    >
      <Go to={`/cluster/projects/${project.id}`}>{named(project)}</Go>
      <span className="quiet">
        {money(project.investmentFen)} · {t('projects.inStage', { count: project.days })}
      </span>
      <span className="row">
        <ExampleTag on={project.example} />
        <Stalls project={project} />
      </span>
      <span className="board-foot no-print">
        <span className="quiet">{t(`projects.sectors.${project.sector}`)}</span>
        <Dropdown
          trigger={['click']}
          menu={{
            items: ALL_STAGES.filter((to) => to !== project.stage).map((to) => ({
              key: to,
              label: t(`projects.stages.${to}`),
            })),
            onClick: ({ key }) => wish(key as ProjectStage),
          }}
        >
          <Button
            size="small"
            icon={<ArrowRightOutlined />}
            aria-label={t('projects.moveOne', { name: named(project) })}
            onKeyDown={pressed}
          />
        </Dropdown>
      </span>
    </article>
  );
}

/** The act that brings a project to another stage: since when, and why where it goes back or is lost. */
export function MoveDialog({ project, to, close }: Wish & { close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const notice = useNotice();
  const move = useAct(
    (body: object) => send.post(`/projects/${project.id}/moves`, { ...body, to, revision: project.revision }),
    () => {
      notice.done(t('projects.moved', { name: named(project), stage: t(`projects.stages.${to}`) }));
      close();
    },
  );
  const rank = (stage: ProjectStage) => PROJECT_STAGES.indexOf(stage as 'key');
  const needsReason = to === 'lost' || project.stage === 'lost' || rank(to) < rank(project.stage);
  const isSigning = rank(project.stage) < rank('signed') && rank(to) >= rank('signed');
  return (
    <FormDialog
      title={t('projects.moveTo', { name: named(project), stage: t(`projects.stages.${to}`) })}
      {...(isSigning && { about: t('projects.becomesPublic') })}
      act={t('projects.move')}
      busy={move.isPending}
      close={close}
      send={(filled) => move.mutate(filled)}
      initial={{ on: today() }}
      fields={[
        { name: 'on', label: t('projects.on'), kind: 'date', needed: true },
        { name: 'reason', label: t('projects.reason'), kind: 'long', needed: needsReason },
      ]}
    />
  );
}
