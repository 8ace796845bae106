import { useMutation } from '@tanstack/react-query';
import { Button, Checkbox, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { known } from '#standards/e2b';
import {
  ASSESSMENT_FORMS,
  ASSESSMENT_METHODS,
  ASSESSMENT_SOURCES,
  type Assessment,
  type AssessmentField,
  type AssessmentMethod,
  type ReportPage,
} from '../../src/modules/signals/model.ts';
import { api } from '../shell/index.ts';
import { DataTable, Empty, Panel, StatusTag, Time, useNotice } from '../ui/index.ts';
import { pathOf, useForget } from './report-ask.ts';
import { named } from './watch-ask.ts';

/** Causality and grades: what was recorded, and a method to answer. */
export function Judgement({ page }: { page: ReportPage }) {
  const { t } = useTranslation('signals');
  const { line, assessments, mayWrite } = page;
  if (line.version === 0) return <Empty title={t('judge.draft')} />;
  return (
    <div className="stack">
      <Recorded assessments={assessments} page={page} />
      {mayWrite && line.state === 'submitted' && <Ask page={page} />}
    </div>
  );
}

function Recorded({ assessments, page }: { assessments: readonly Assessment[]; page: ReportPage }) {
  const { t } = useTranslation('signals');
  const names = useNames(page);
  const restsOn = ({ answers }: Assessment): string => {
    const { decisive = [], unknown = [] } = answers as { decisive?: string[]; unknown?: string[] };
    const said = (domains: string[]) => domains.map((each) => t(`judge.domains.${each}`)).join(', ');
    return [said(decisive), unknown.length === 0 ? '' : t('judge.unknown', { what: said(unknown) })]
      .filter(Boolean)
      .join('; ');
  };
  return (
    <DataTable<Assessment>
      name={`${page.line.caseNumber ?? page.line.id}-judgements`}
      label={t('report.parts.judgement')}
      rowKey={({ id }) => id}
      source={{ rows: assessments }}
      searchable={false}
      emptyText={t('judge.none')}
      columns={[
        {
          key: 'method',
          title: t('judge.method'),
          value: ({ method }) => t(`judge.methods.${method}`),
          phoneTitle: true,
        },
        {
          key: 'result',
          title: t('judge.result'),
          value: ({ result }) => t(`judge.results.${result}`),
          render: ({ result }) => <StatusTag tone="primary">{t(`judge.results.${result}`)}</StatusTag>,
        },
        { key: 'score', title: t('judge.score'), value: ({ method, score }) => (method === 'naranjo' ? score : '') },
        {
          key: 'of',
          title: t('judge.product'),
          value: ({ drug, reaction }) => [names.product(drug), names.reaction(reaction)].filter(Boolean).join(' → '),
        },
        { key: 'rests', title: t('judge.rests'), value: restsOn },
        { key: 'note', title: t('judge.note'), value: ({ note }) => note },
        { key: 'by', title: t('judge.by'), value: ({ byName }) => byName },
        { key: 'at', title: t('judge.at'), value: ({ at }) => new Date(at), render: ({ at }) => <Time at={at} /> },
        { key: 'source', title: t('judge.source'), value: ({ method }) => ASSESSMENT_SOURCES[method] },
      ]}
    />
  );
}

function useNames({ content: { drugs, reactions } }: ReportPage) {
  return {
    product: (id: string | null) => known(drugs.find((drug) => drug.id === id)?.name) ?? '',
    reaction: (id: string | null) => {
      const found = reactions.find((reaction) => reaction.id === id);
      return known(found?.text) ?? known(found?.translation) ?? '';
    },
  };
}

function Ask({ page }: { page: ReportPage }) {
  const { t } = useTranslation('signals');
  const notice = useNotice();
  const forget = useForget();
  const { drugs, reactions } = page.content;
  const names = useNames(page);
  const [method, setMethod] = useState<AssessmentMethod>('who-umc');
  const [drug, setDrug] = useState(drugs[0]?.id);
  const [reaction, setReaction] = useState(reactions[0]?.id);
  const [answers, setAnswers] = useState<Readonly<Record<string, unknown>>>({});
  const [note, setNote] = useState('');
  const record = useMutation({
    mutationFn: () =>
      api.post<ReportPage>(`${pathOf(page.line.id)}/assessments`, {
        method,
        answers,
        note: note.trim(),
        ...(drug !== undefined && { drug }),
        ...(reaction !== undefined && { reaction }),
      }),
    onSuccess: async ({ assessments: [newest] }) => {
      notice.done(t('judge.recorded', { result: t(`judge.results.${newest?.result}`) }));
      setAnswers({});
      setNote('');
      await forget();
    },
    onError: notice.failed,
  });
  const isAnswered = ASSESSMENT_FORMS[method].every(({ id, needed }) => needed !== true || answers[id] !== undefined);
  return (
    <Panel title={t('judge.record')}>
      <div className="stack">
        <p className="quiet">{t('judge.about')}</p>
        <div className="report-grid">
          <Choice
            label={t('judge.method')}
            value={method}
            options={ASSESSMENT_METHODS.map((value) => ({ value, label: t(`judge.methods.${value}`) }))}
            choose={(value) => {
              setMethod(value as AssessmentMethod);
              setAnswers({});
            }}
          />
          <Choice
            label={t('judge.product')}
            value={drug}
            options={drugs.map(({ id }) => ({ value: id, label: names.product(id) }))}
            choose={setDrug}
          />
          <Choice
            label={t('judge.reaction')}
            value={reaction}
            options={reactions.map(({ id }) => ({ value: id, label: names.reaction(id) }))}
            choose={setReaction}
          />
        </div>
        <div className="report-grid">
          {ASSESSMENT_FORMS[method].map((field) => (
            <Question
              key={`${method} ${field.id}`}
              field={field}
              value={answers[field.id]}
              set={(value) => setAnswers({ ...answers, [field.id]: value })}
            />
          ))}
          <div className="report-field wide">
            <span className="label">{t('judge.note')}</span>
            <Input.TextArea
              aria-label={t('judge.note')}
              value={note}
              maxLength={4_000}
              onChange={(event) => setNote(event.target.value)}
            />
          </div>
        </div>
        <p className="quiet">
          {t('judge.source')}: {ASSESSMENT_SOURCES[method]}
        </p>
        <div>
          <Button type="primary" disabled={!isAnswered} loading={record.isPending} onClick={() => record.mutate()}>
            {t('judge.record')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Choice(props: {
  label: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  choose: (value: string) => void;
}) {
  return (
    <div className="report-field">
      <span className="label">{props.label}</span>
      <Select
        aria-label={props.label}
        value={props.value ?? null}
        onChange={(value: string | null) => value !== null && props.choose(value)}
        options={props.options}
        popupMatchSelectWidth={false}
      />
    </div>
  );
}

function Question({
  field: { id, text, type, options = [], unit, needed },
  value,
  set,
}: {
  field: AssessmentField;
  value: unknown;
  set: (value: unknown) => void;
}) {
  const name = unit === undefined ? named(text) : `${named(text)} (${unit})`;
  if (type === 'flag')
    return (
      <div className="report-field">
        <Checkbox checked={value === true} onChange={({ target }) => set(target.checked || undefined)}>
          {name}
        </Checkbox>
      </div>
    );
  return (
    <div className="report-field">
      <span className={`label ${needed === true ? 'report-needed' : ''}`}>{name}</span>
      {type === 'number' && (
        <InputNumber
          aria-label={name}
          style={{ width: '100%' }}
          value={(value as number | undefined) ?? null}
          onChange={(next) => set(next ?? undefined)}
        />
      )}
      {type === 'choice' && (
        <Select
          key={id}
          aria-label={name}
          allowClear
          value={(value as string | undefined) ?? null}
          onChange={(next: string | undefined) => set(next)}
          options={options.map((option) => ({ value: option.value, label: named(option.text) }))}
          popupMatchSelectWidth={false}
        />
      )}
      {type === 'texts' && (
        <Select
          aria-label={name}
          mode="tags"
          value={(value as string[] | undefined) ?? []}
          onChange={(next: string[]) => set(next.length === 0 ? undefined : next)}
          tokenSeparators={[',', '，', ';']}
        />
      )}
    </div>
  );
}
