import { ExperimentOutlined, UploadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { DecisionLine } from '../../src/modules/cluster/model.ts';
import { Go } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, StatusTag, Time } from '../ui/index.ts';
import { decision, useDecisionAct, useDecisions } from './decision-ask.ts';

/** Decision models, and the way to bring another. */
export default function Decisions() {
  const { t } = useTranslation('cluster');
  const query = useDecisions();
  const add = useDecisionAct(decision.add);
  const example = useDecisionAct(decision.example);
  const isBusy = add.isPending || example.isPending;
  return (
    <Page
      title={t('decisions.title')}
      about={t('decisions.about')}
      actions={
        query.data?.mayWrite === true && (
          <>
            <Button
              icon={<ExperimentOutlined />}
              loading={example.isPending}
              disabled={isBusy}
              onClick={() => example.mutate(undefined)}
            >
              {t('decisions.example')}
            </Button>
            <ModelFile
              label={t('decisions.bring')}
              loading={add.isPending}
              disabled={isBusy}
              take={add.mutate}
              primary
            />
          </>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.decisions.length === 0 ? (
          <Empty title={t('decisions.none')}>{t('decisions.noneAbout')}</Empty>
        ) : (
          <List decisions={query.data.decisions} />
        ))}
    </Page>
  );
}

/** A button that asks for a DMN file and gives its text. */
export function ModelFile(props: {
  label: string;
  loading: boolean;
  disabled?: boolean;
  primary?: boolean;
  take: (content: string) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".dmn,.xml"
        aria-label={props.label}
        tabIndex={-1}
        hidden
        onChange={async ({ target }) => {
          const file = target.files?.[0];
          if (file !== undefined) props.take(await file.text());
          // The same file may be chosen again.
          target.value = '';
        }}
      />
      <Button
        {...(props.primary === true && { type: 'primary' })}
        icon={<UploadOutlined />}
        loading={props.loading}
        disabled={props.disabled === true}
        onClick={() => input.current?.click()}
      >
        {props.label}
      </Button>
    </>
  );
}

function List({ decisions }: { decisions: readonly DecisionLine[] }) {
  const { t } = useTranslation('cluster');
  return (
    <DataTable<DecisionLine>
      name="decisions"
      label={t('decisions.title')}
      rowKey={({ id }) => id}
      source={{ rows: decisions }}
      searchable
      columns={[
        {
          key: 'name',
          title: t('decisions.name'),
          value: ({ name }) => name,
          render: ({ id, name, example }) => (
            <span className="row">
              <Go to={`/cluster/decisions/${id}`}>{name}</Go>
              {example && <StatusTag tone="warning">{t('decisions.isExample')}</StatusTag>}
            </span>
          ),
          sortable: true,
          phoneTitle: true,
        },
        { key: 'version', title: t('decisions.version'), value: ({ version }) => version, end: true },
        {
          key: 'changed',
          title: t('decisions.changed'),
          value: ({ changedAt }) => changedAt,
          render: ({ changedAt }) => <Time at={changedAt} />,
          sortable: true,
        },
      ]}
    />
  );
}
