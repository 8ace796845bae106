import { Alert, Button, Checkbox, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  EMPTY_PLAN,
  lacksOf,
  STUDY_DESIGNS,
  type StudyPage,
  type StudyPlan,
  type StudyProtocol,
  type StudyVersion,
  TARGET_TRIAL_PARTS,
  type TargetTrial,
} from '../../src/modules/signals/model.ts';
import { DataTable, Facts, Panel, StatusTag, Time } from '../ui/index.ts';
import { Codes, Field } from './definition-fields.tsx';
import { study, useStudyAct } from './study-ask.ts';
import './watch.css';

/** What the plan says, for the study and its report. */
export function PlanFacts({ protocol: { endpoints, plan } }: { protocol: StudyProtocol }) {
  const { t } = useTranslation('signals');
  if (plan === undefined) return null;
  const { exposure, comparator, outcomes, covariates, analysisSets, sensitivity, sizes, registration, targetTrial } =
    plan;
  const nameOf = (id: string) => endpoints.find((endpoint) => endpoint.id === id)?.name ?? id;
  return (
    <>
      <Facts
        facts={[
          [t('plan.exposure'), exposure],
          [t('plan.comparator'), comparator],
          [
            t('plan.outcomes'),
            outcomes
              .map(({ endpoint, primary, fromDays, toDays }) =>
                t(primary ? 'plan.primaryWindow' : 'plan.window', { name: nameOf(endpoint), fromDays, toDays }),
              )
              .join('; '),
          ],
          [t('plan.covariates'), covariates],
          [t('plan.analysisSets'), analysisSets.map(({ name, definition }) => `${name}: ${definition}`).join('; ')],
          [t('plan.sensitivity'), sensitivity.join('; ')],
          [t('plan.sizes'), sizes && t('plan.sizesSaid', sizes)],
          [t('plan.registration'), registration && `${registration.registry} ${registration.id}, ${registration.day}`],
        ]}
      />
      {targetTrial !== undefined && (
        <>
          <h3>{t('plan.targetTrial')}</h3>
          <Facts facts={TARGET_TRIAL_PARTS.map((part) => [t(`plan.parts.${part}`), targetTrial[part]])} />
        </>
      )}
    </>
  );
}

/** Who stands for the standing version; and signing it, while nobody has. */
export function SignOff({ page }: { page: StudyPage }) {
  const { t } = useTranslation('signals');
  const sign = useStudyAct(() => study.sign(page.id, page.version));
  const [standing] = page.versions;
  const lacks = lacksOf(page.protocol);
  if (standing === undefined) return null;
  if (standing.signedAt !== null)
    return (
      <Panel>
        <Signed version={standing} />
      </Panel>
    );
  return (
    <Alert
      type="warning"
      showIcon
      title={t('plan.unsigned')}
      description={
        page.mayWrite && (
          <div className="stack">
            {lacks.length > 0 && (
              <span>{t('plan.lacks', { what: lacks.map((name) => t(`plan.needed.${name}`)).join(', ') })}</span>
            )}
            <span className="row">
              <Button
                type="primary"
                disabled={lacks.length > 0}
                loading={sign.isPending}
                onClick={() => sign.mutate(undefined)}
              >
                {t('plan.sign', { version: page.version })}
              </Button>
            </span>
          </div>
        )
      }
    />
  );
}

export function Signed({ version }: { version: StudyVersion | undefined }) {
  const { t } = useTranslation('signals');
  if (version?.signedAt == null) return <StatusTag tone="warning">{t('plan.neverSigned')}</StatusTag>;
  return (
    <p>
      <StatusTag tone="good">{t('plan.signed', { version: version.version, by: version.signedByName })}</StatusTag>{' '}
      <Time at={version.signedAt} /> <code>{version.hash?.slice(0, 12)}</code>
    </p>
  );
}

/** Every version with who made it, why, and who signed it. */
export function Course({ versions }: { versions: readonly StudyVersion[] }) {
  const { t } = useTranslation('signals');
  return (
    <DataTable<StudyVersion>
      name="study-versions"
      label={t('definitions.versionTable')}
      rowKey={({ version }) => String(version)}
      source={{ rows: versions }}
      columns={[
        { key: 'version', title: t('definitions.version'), value: ({ version }) => version, phoneTitle: true },
        { key: 'by', title: t('study.by'), value: ({ madeByName }) => madeByName },
        {
          key: 'at',
          title: t('notices.at'),
          value: ({ madeAt }) => madeAt,
          render: ({ madeAt }) => <Time at={madeAt} />,
        },
        { key: 'why', title: t('plan.why'), value: ({ why }) => why ?? '' },
        { key: 'seen', title: t('plan.seen'), value: ({ seen }) => t(seen ? 'definitions.yes' : 'definitions.no') },
        { key: 'signed', title: t('plan.signedBy'), value: ({ signedByName }) => signedByName ?? '' },
      ]}
    />
  );
}

/** The protocol as a form; what only a machine reads is edited as data. */
export function PlanForm({ page }: { page: StudyPage }) {
  const { t } = useTranslation('signals');
  const [draft, setDraft] = useState(page.protocol);
  const [why, setWhy] = useState('');
  const save = useStudyAct(() => study.change(page.id, draft, page.version, why));
  const plan = draft.plan ?? EMPTY_PLAN;
  const change = (part: Partial<StudyProtocol>) => setDraft({ ...draft, ...part });
  const put = (part: Partial<StudyPlan>) => change({ plan: { ...plan, ...part } });
  return (
    <div className="stack">
      <Line label={t('study.title')} value={draft.title} change={(title) => change({ title })} />
      <Long label={t('study.question')} value={draft.question} change={(question) => change({ question })} />
      <div className="watch-filters">
        <div className="watch-field">
          {t('studies.design')}
          <Select
            aria-label={t('studies.design')}
            value={draft.design}
            onChange={(design) => change({ design })}
            options={STUDY_DESIGNS.map((value) => ({ value, label: t(`studies.designs.${value}`) }))}
          />
        </div>
      </div>
      <Long label={t('study.population')} value={draft.population} change={(population) => change({ population })} />
      <Long label={t('plan.exposure')} value={plan.exposure} change={(exposure) => put({ exposure })} />
      <Long label={t('plan.comparator')} value={plan.comparator} change={(comparator) => put({ comparator })} />
      <Groups draft={draft} change={change} />
      <Outcomes draft={draft} plan={plan} put={put} />
      <Codes
        label={t('plan.columns')}
        values={draft.adjustment.columns}
        change={(columns) => change({ adjustment: { ...draft.adjustment, columns } })}
      />
      <Long label={t('plan.covariates')} value={plan.covariates} change={(covariates) => put({ covariates })} />
      <Sets plan={plan} put={put} />
      <Long
        label={`${t('plan.sensitivity')} (${t('plan.aLineEach')})`}
        value={plan.sensitivity.join('\n')}
        change={(text) => put({ sensitivity: text === '' ? [] : text.split('\n') })}
      />
      <Sizes plan={plan} put={put} />
      <Registration plan={plan} put={put} />
      <Emulated plan={plan} put={put} />
      <Why page={page} why={why} change={setWhy} />
      <span className="row">
        <Button
          type="primary"
          loading={save.isPending}
          disabled={needsWhy(page) && why.trim().length < 5}
          onClick={() => save.mutate(undefined)}
        >
          {t('study.save', { version: page.version + 1 })}
        </Button>
      </span>
    </div>
  );
}

export function needsWhy({ versions }: StudyPage): boolean {
  return versions.some(({ signedAt }) => signedAt !== null);
}

/** Once a version was signed off, the next says why. */
export function Why({ page, why, change }: { page: StudyPage; why: string; change: (why: string) => void }) {
  const { t } = useTranslation('signals');
  if (!needsWhy(page)) return null;
  return <Long label={t('plan.amendment')} value={why} change={change} />;
}

interface PartProps {
  plan: StudyPlan;
  put: (part: Partial<StudyPlan>) => void;
}

function Line(props: { label: string; value: string; change: (text: string) => void }) {
  return (
    <Field label={props.label}>
      <Input aria-label={props.label} value={props.value} onChange={({ target }) => props.change(target.value)} />
    </Field>
  );
}

function Long(props: { label: string; value: string; change: (text: string) => void }) {
  return (
    <Field label={props.label}>
      <Input.TextArea
        aria-label={props.label}
        autoSize={{ minRows: 1, maxRows: 8 }}
        maxLength={2_000}
        value={props.value}
        onChange={({ target }) => props.change(target.value)}
      />
    </Field>
  );
}

function Whole(props: { label: string; value: number | null; change: (value: number) => void }) {
  return (
    <Field label={props.label}>
      <InputNumber
        aria-label={props.label}
        precision={0}
        value={props.value}
        onChange={(value) => props.change(value ?? 0)}
        style={{ width: '100%' }}
      />
    </Field>
  );
}

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="study-part">
      <legend>{title}</legend>
      <div className="stack">{children}</div>
    </fieldset>
  );
}

function Groups({
  draft: { treatment },
  change,
}: {
  draft: StudyProtocol;
  change: (part: Partial<StudyProtocol>) => void;
}) {
  const { t } = useTranslation('signals');
  return (
    <Part title={t('study.groups')}>
      <div className="watch-filters">
        {(['column', 'treated', 'control'] as const).map((name) => (
          <Line
            key={name}
            label={t(`plan.treatment.${name}`)}
            value={treatment[name]}
            change={(value) => change({ treatment: { ...treatment, [name]: value } })}
          />
        ))}
      </div>
    </Part>
  );
}

function Outcomes({ draft: { endpoints }, plan: { outcomes }, put }: PartProps & { draft: StudyProtocol }) {
  const { t } = useTranslation('signals');
  const of = (endpoint: string) =>
    outcomes.find((each) => each.endpoint === endpoint) ?? { endpoint, primary: false, fromDays: 0, toDays: 0 };
  const set = (next: StudyPlan['outcomes'][number]) =>
    put({ outcomes: [...outcomes.filter(({ endpoint }) => endpoint !== next.endpoint), next] });
  return (
    <Part title={t('plan.outcomes')}>
      {endpoints.length === 0 && <span className="quiet">{t('plan.noEndpoints')}</span>}
      {endpoints.map(({ id, name }) => {
        const own = of(id);
        return (
          <div className="watch-filters" key={id}>
            <Checkbox checked={own.primary} onChange={({ target }) => set({ ...own, primary: target.checked })}>
              {t('plan.primary', { name })}
            </Checkbox>
            <Whole
              label={t('plan.fromDays', { name })}
              value={own.fromDays}
              change={(fromDays) => set({ ...own, fromDays })}
            />
            <Whole label={t('plan.toDays', { name })} value={own.toDays} change={(toDays) => set({ ...own, toDays })} />
          </div>
        );
      })}
    </Part>
  );
}

function Sets({ plan: { analysisSets }, put }: PartProps) {
  const { t } = useTranslation('signals');
  const set = (at: number, part: Partial<StudyPlan['analysisSets'][number]>) =>
    put({ analysisSets: analysisSets.map((each, index) => (index === at ? { ...each, ...part } : each)) });
  return (
    <Part title={t('plan.analysisSets')}>
      {analysisSets.map(({ name, definition }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a set is what stands at its place
        <div className="stack" key={at}>
          <Line label={t('plan.setName')} value={name} change={(text) => set(at, { name: text })} />
          <Long label={t('plan.setDefinition')} value={definition} change={(text) => set(at, { definition: text })} />
          <span className="row">
            <Button onClick={() => put({ analysisSets: analysisSets.filter((_, index) => index !== at) })}>
              {t('definitions.remove')}
            </Button>
          </span>
        </div>
      ))}
      <span className="row">
        <Button onClick={() => put({ analysisSets: [...analysisSets, { name: '', definition: '' }] })}>
          {t('plan.addSet')}
        </Button>
      </span>
    </Part>
  );
}

/** A part that a protocol may be without. */
function Optional<T>(props: {
  title: string;
  value: T | undefined;
  fresh: T;
  change: (value: T | undefined) => void;
  children: (value: T) => ReactNode;
}) {
  const { title, value, fresh, change, children } = props;
  return (
    <Part
      title={
        <Checkbox checked={value !== undefined} onChange={({ target }) => change(target.checked ? fresh : undefined)}>
          {title}
        </Checkbox>
      }
    >
      {value !== undefined && children(value)}
    </Part>
  );
}

/** A member that is undefined is not sent. */
function Sizes({ plan: { sizes }, put }: PartProps) {
  const { t } = useTranslation('signals');
  const change = (next: StudyPlan['sizes']) => put({ sizes: next } as Partial<StudyPlan>);
  return (
    <Optional title={t('plan.sizes')} value={sizes} fresh={{ treated: 1, control: 1, why: '' }} change={change}>
      {(value) => (
        <>
          <div className="watch-filters">
            <Whole
              label={t('plan.sizeTreated')}
              value={value.treated}
              change={(treated) => change({ ...value, treated })}
            />
            <Whole
              label={t('plan.sizeControl')}
              value={value.control}
              change={(control) => change({ ...value, control })}
            />
          </div>
          <Long label={t('plan.sizeWhy')} value={value.why} change={(why) => change({ ...value, why })} />
        </>
      )}
    </Optional>
  );
}

function Registration({ plan: { registration }, put }: PartProps) {
  const { t } = useTranslation('signals');
  const change = (next: StudyPlan['registration']) => put({ registration: next } as Partial<StudyPlan>);
  return (
    <Optional
      title={t('plan.registration')}
      value={registration}
      fresh={{ registry: '', id: '', day: '' }}
      change={change}
    >
      {(value) => (
        <div className="watch-filters">
          <Line
            label={t('plan.registry')}
            value={value.registry}
            change={(registry) => change({ ...value, registry })}
          />
          <Line label={t('plan.registryId')} value={value.id} change={(id) => change({ ...value, id })} />
          <Field label={t('plan.registryDay')}>
            <Input type="date" value={value.day} onChange={({ target }) => change({ ...value, day: target.value })} />
          </Field>
        </div>
      )}
    </Optional>
  );
}

const NO_TRIAL = Object.fromEntries(TARGET_TRIAL_PARTS.map((part) => [part, ''])) as TargetTrial;

function Emulated({ plan: { targetTrial }, put }: PartProps) {
  const { t } = useTranslation('signals');
  const change = (next: TargetTrial | undefined) => put({ targetTrial: next } as Partial<StudyPlan>);
  return (
    <Optional title={t('plan.targetTrial')} value={targetTrial} fresh={NO_TRIAL} change={change}>
      {(value) =>
        TARGET_TRIAL_PARTS.map((part) => (
          <Long
            key={part}
            label={t(`plan.parts.${part}`)}
            value={value[part]}
            change={(text) => change({ ...value, [part]: text })}
          />
        ))
      }
    </Optional>
  );
}
