import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Checkbox, ConfigProvider, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CaseDefinition,
  type DefinitionChange,
  type DefinitionPage,
  type DefinitionPreview,
  type DefinitionVersion,
  EVERYWHERE,
  type RuleTrial,
} from '../../src/modules/signals/model.ts';
import { api, Go, Refusal, useDistricts, useGo, usePathValue, useSession } from '../shell/index.ts';
import { DataTable, Failure, Figures, Loading, Page, Panel, Plot, Time, useNotice } from '../ui/index.ts';
import { Amount, Codes, Field } from './definition-fields.tsx';
import { Rules } from './definition-rules.tsx';
import { named, useDefinitionPage, useNumber, useRuleName, useVersionName } from './watch-ask.ts';
import { previewOption } from './watch-plots.ts';
import './watch.css';

/** What a new one begins with: to be filled in. */
const EMPTY: CaseDefinition = {
  id: '',
  name: { en: '', zh: '' },
  icd10: '',
  lawClass: null,
  reportWithinHours: null,
  findings: [{ codes: [], values: ['10828004', '260373001', 'POS', 'DET'] }],
  episodeDays: 30,
  incubationDays: [1, 14],
  rules: [
    {
      method: 'ears',
      unit: 'day',
      levels: ['district', 'city', 'region'],
      type: 'C1',
      alpha: 0.001,
      minSigma: 0.5,
      leastCases: 3,
    },
  ],
};

/** One case definition: read by who sees the watch, edited by who answers for it. */
export default function Definition() {
  const id = usePathValue('id');
  if (id === 'new')
    return <Editor key="new" page={{ definition: EMPTY, version: 0, retired: false, versions: [] }} isNew />;
  return <Known id={id} />;
}

function Known({ id }: { id: string }) {
  const { t } = useTranslation('signals');
  const query = useDefinitionPage(id);
  if (query.isSuccess) return <Editor key={`${id} ${query.data.version}`} page={query.data} isNew={false} />;
  return (
    <Page title={t('definitions.one')} trail={<Go to="/signals/definitions">{t('definitions.title')}</Go>}>
      {query.isPending ? <Loading /> : <Failure error={query.error} retry={() => query.refetch()} />}
    </Page>
  );
}

function Editor({ page, isNew }: { page: DefinitionPage; isNew: boolean }) {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const [draft, setDraft] = useState(page.definition);
  const versionName = useVersionName();
  const mayWrite = may('signals.definition.write');
  const change = (part: Partial<CaseDefinition>) => setDraft({ ...draft, ...part });
  return (
    <Page
      title={isNew ? t('definitions.new') : named(page.definition.name)}
      about={isNew ? t('definitions.newAbout') : t('definitions.standing', { version: versionName(page.version) })}
      trail={<Go to="/signals/definitions">{t('definitions.title')}</Go>}
    >
      <ConfigProvider componentDisabled={!mayWrite}>
        <Basics draft={draft} change={change} isNew={isNew} />
        <Findings draft={draft} change={change} />
        <Rules rules={draft.rules} change={(rules) => change({ rules })} />
      </ConfigProvider>
      {mayWrite && <Save draft={draft} page={page} />}
      {page.versions.length > 0 && <Past versions={page.versions} take={mayWrite ? setDraft : undefined} />}
    </Page>
  );
}

interface PartProps {
  draft: CaseDefinition;
  change: (part: Partial<CaseDefinition>) => void;
}

function Basics({ draft, change, isNew }: PartProps & { isNew: boolean }) {
  const { t } = useTranslation('signals');
  const { name, icd10, lawClass, reportWithinHours, episodeDays, incubationDays, serialDays } = draft;
  return (
    <Panel title={t('outbreaks.disease')}>
      <div className="watch-filters">
        {isNew && (
          <Field label={t('definitions.id')}>
            <Input value={draft.id} onChange={({ target }) => change({ id: target.value })} />
          </Field>
        )}
        <Field label={t('definitions.nameEn')}>
          <Input value={name.en} onChange={({ target }) => change({ name: { ...name, en: target.value } })} />
        </Field>
        <Field label={t('definitions.nameZh')}>
          <Input value={name.zh} onChange={({ target }) => change({ name: { ...name, zh: target.value } })} />
        </Field>
        <Field label={t('disease.icd')}>
          <Input value={icd10} onChange={({ target }) => change({ icd10: target.value })} />
        </Field>
        <Field label={t('outbreaks.class')}>
          <Select
            aria-label={t('outbreaks.class')}
            value={lawClass ?? 'none'}
            onChange={(value) => change({ lawClass: value === 'none' ? null : (value as 'A') })}
            options={(['A', 'B', 'C', 'none'] as const).map((value) => ({
              value,
              label: t(`outbreaks.classes.${value}`),
            }))}
          />
        </Field>
        <Amount
          label={t('definitions.hours')}
          value={reportWithinHours}
          change={(hours) => change({ reportWithinHours: hours })}
        />
        <Amount
          label={t('definitions.episode')}
          value={episodeDays}
          change={(days) => change({ episodeDays: days ?? 0 })}
        />
        <Amount
          label={t('definitions.shortest')}
          value={incubationDays[0]}
          change={(days) => change({ incubationDays: [days ?? 0, incubationDays[1]] })}
        />
        <Amount
          label={t('definitions.longest')}
          value={incubationDays[1]}
          change={(days) => change({ incubationDays: [incubationDays[0], days ?? 0] })}
        />
        <Amount
          label={t('definitions.serialMean')}
          value={serialDays?.mean ?? null}
          change={(mean) => change(withSerial(mean, serialDays?.sd ?? 1))}
        />
        <Amount
          label={t('definitions.serialSd')}
          value={serialDays?.sd ?? null}
          change={(sd) => change(withSerial(serialDays?.mean ?? null, sd ?? 0))}
        />
      </div>
    </Panel>
  );
}

/** Without a mean there is no serial interval; a member that is undefined is not sent. */
function withSerial(mean: number | null, sd: number): Partial<CaseDefinition> {
  return { serialDays: mean === null ? undefined : { mean, sd } } as Partial<CaseDefinition>;
}

function Findings({ draft: { findings, typing = [] }, change }: PartProps) {
  const { t } = useTranslation('signals');
  const put = (at: number, part: Partial<CaseDefinition['findings'][number]>) =>
    change({ findings: findings.map((each, index) => (index === at ? { ...each, ...part } : each)) });
  return (
    <Panel title={t('disease.definition')}>
      <div className="stack">
        <p className="quiet">{t('definitions.findingsAbout')}</p>
        {findings.map((finding, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a finding is what stands at its place
          <div className="watch-filters" key={at}>
            <Codes label={t('disease.codes')} values={finding.codes} change={(codes) => put(at, { codes })} />
            <Codes
              label={t('disease.positive')}
              values={finding.values ?? []}
              change={(values) => put(at, { values })}
            />
            <Amount
              label={t('definitions.above')}
              value={finding.above ?? null}
              change={(above) => put(at, { above } as Partial<CaseDefinition['findings'][number]>)}
            />
            {findings.length > 1 && (
              <Button onClick={() => change({ findings: findings.filter((_, index) => index !== at) })}>
                {t('definitions.remove')}
              </Button>
            )}
          </div>
        ))}
        <span className="row">
          <Button onClick={() => change({ findings: [...findings, { codes: [], values: [] }] })}>
            {t('definitions.addFinding')}
          </Button>
        </span>
        <div className="watch-filters">
          <Codes label={t('definitions.typing')} values={typing} change={(codes) => change({ typing: codes })} />
        </div>
      </div>
    </Panel>
  );
}

/** First what it would give, then why it is changed. */
function Save({ draft, page }: { draft: CaseDefinition; page: DefinitionPage }) {
  const { t } = useTranslation('signals');
  const queries = useQueryClient();
  const notice = useNotice();
  const go = useGo();
  const [why, setWhy] = useState('');
  const [retired, setRetired] = useState(page.retired);
  const preview = useMutation({
    mutationFn: () => api.post<DefinitionPreview>('/api/signals/definitions/preview', { definition: draft }),
  });
  const save = useMutation({
    mutationFn: (change: DefinitionChange) =>
      api.put<DefinitionPage>(`/api/signals/definitions/${encodeURIComponent(draft.id)}`, change),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['signals'] });
      notice.done(t('definitions.saved'));
      go(`/signals/definitions/${draft.id}`);
    },
  });
  const error = save.error ?? preview.error;
  return (
    <Panel title={t('definitions.check')}>
      <div className="stack">
        <span className="row">
          <Button loading={preview.isPending} onClick={() => preview.mutate()}>
            {t('definitions.preview')}
          </Button>
        </span>
        {preview.data !== undefined && <Preview preview={preview.data} />}
        <Checkbox checked={retired} onChange={({ target }) => setRetired(target.checked)}>
          {t('definitions.retire')}
        </Checkbox>
        <Input.TextArea
          aria-label={t('alarm.reason')}
          placeholder={t('alarm.reason')}
          rows={2}
          maxLength={4_000}
          value={why}
          onChange={({ target }) => setWhy(target.value)}
        />
        {error !== null && <Faults error={error} />}
        <span className="row">
          <Button
            type="primary"
            loading={save.isPending}
            // Who has not looked at what a change gives does not save it.
            disabled={why.trim().length < 5 || (preview.data === undefined && !retired)}
            onClick={() => save.mutate({ definition: draft, retired, why, version: page.version })}
          >
            {t('definitions.save')}
          </Button>
        </span>
      </div>
    </Panel>
  );
}

/** What is wrong, each with its place. */
function Faults({ error }: { error: Error }) {
  const issues = error instanceof Refusal ? error.issues : [];
  return (
    <Alert
      type="error"
      showIcon
      title={error.message}
      description={
        issues.length > 0 && (
          <ul>
            {issues.map(({ expression = '', message }) => (
              <li key={`${expression} ${message}`}>
                <code>{expression}</code> {message}
              </li>
            ))}
          </ul>
        )
      }
    />
  );
}

function Preview({ preview: { dates, standing, proposed, tested, trial } }: { preview: DefinitionPreview }) {
  const { t } = useTranslation('signals');
  const sum = (cases: readonly number[]) => cases.reduce((all, each) => all + each, 0);
  return (
    <>
      <Figures
        figures={[
          { label: t('definitions.proposed'), value: sum(proposed) },
          { label: t('definitions.now'), value: sum(standing) },
          { label: t('disease.testedPersons'), value: tested },
        ]}
      />
      <Plot
        title={t('definitions.previewPlot')}
        option={previewOption(
          { dates, standing, proposed },
          { standing: t('definitions.now'), proposed: t('definitions.proposed') },
        )}
        table={{
          columns: [t('disease.date'), t('definitions.proposed'), t('definitions.now')],
          rows: dates.map((date, at) => [date, proposed[at] ?? 0, standing[at] ?? 0]),
        }}
      />
      <Trial trial={trial} />
    </>
  );
}

/** What each rule would have raised. */
function Trial({ trial }: Pick<DefinitionPreview, 'trial'>) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const ruleName = useRuleName();
  const { nameOf } = useDistricts();
  const said = ({ latest }: RuleTrial): string =>
    latest
      .map(({ place, date, cases, expected }) =>
        t(expected === null ? 'definitions.raisedFixed' : 'definitions.raised', {
          place: place === EVERYWHERE ? t('disease.everywhere') : place === '' ? t('disease.unknown') : nameOf(place),
          date,
          cases,
          expected: number(expected ?? 0),
        }),
      )
      .join('; ');
  return (
    <>
      <h3>{t('definitions.trial')}</h3>
      <DataTable<RuleTrial>
        name="trial"
        label={t('definitions.trial')}
        rowKey={({ rule }) => JSON.stringify(rule)}
        source={{ rows: trial }}
        columns={[
          { key: 'rule', title: t('disease.rule'), value: ({ rule }) => ruleName(rule), phoneTitle: true },
          { key: 'series', title: t('definitions.series'), value: ({ series }) => series, end: true },
          { key: 'short', title: t('definitions.tooShort'), value: ({ tooShort }) => tooShort, end: true },
          { key: 'alarms', title: t('definitions.before'), value: ({ alarms }) => alarms, end: true },
          { key: 'kept', title: t('definitions.kept'), value: ({ kept }) => kept, end: true },
          { key: 'latest', title: t('definitions.latest'), value: said },
        ]}
      />
      <p className="quiet">{t('definitions.trialNote')}</p>
    </>
  );
}

function Past(props: {
  versions: readonly DefinitionVersion[];
  take: ((definition: CaseDefinition) => void) | undefined;
}) {
  const { t } = useTranslation('signals');
  const { take } = props;
  return (
    <Panel title={t('definitions.versions')} flush>
      <DataTable<DefinitionVersion>
        name="versions"
        label={t('definitions.versionTable')}
        rowKey={({ version }) => String(version)}
        source={{ rows: props.versions }}
        columns={[
          { key: 'version', title: t('definitions.version'), value: ({ version }) => version, phoneTitle: true },
          { key: 'at', title: t('notices.at'), value: ({ at }) => new Date(at), render: ({ at }) => <Time at={at} /> },
          { key: 'by', title: t('definitions.by'), value: ({ actorName }) => actorName },
          { key: 'why', title: t('alarm.reason'), value: ({ why }) => why },
          {
            key: 'retired',
            title: t('definitions.retired'),
            value: ({ retired }) => (retired ? '✓' : ''),
          },
          ...(take === undefined
            ? []
            : [
                {
                  key: 'take',
                  title: t('definitions.take'),
                  value: () => '',
                  render: ({ definition }: DefinitionVersion) => (
                    <Button size="small" onClick={() => take(definition)}>
                      {t('definitions.take')}
                    </Button>
                  ),
                },
              ]),
        ]}
      />
    </Panel>
  );
}
