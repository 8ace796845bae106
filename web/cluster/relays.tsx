import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  RELAY_SECTORS,
  RELAY_STAGES,
  type RelayLine,
  type RelayPage,
  type ResourceRequest,
} from '../../src/modules/cluster/model.ts';
import { Go, useGo } from '../shell/index.ts';
import { DataTable, Empty, Failure, Figures, Loading, Page, Panel, StatusTag } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog } from './form-dialog.tsx';
import { send, useAct, useAmounts, useRelays, useThings } from './parks-ask.ts';
import { AskAnswer } from './relay.tsx';
import './parks.css';

/** Projects on their way from idea to market. */
export default function Relays() {
  const { t } = useTranslation('cluster');
  const query = useRelays();
  const [beginning, setBeginning] = useState(false);
  return (
    <Page
      title={t('relay.title')}
      about={t('relay.about')}
      actions={
        <Button type="primary" icon={<PlusOutlined />} disabled={!query.isSuccess} onClick={() => setBeginning(true)}>
          {t('relay.begin')}
        </Button>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <>
          {query.data.relays.length === 0 ? (
            <Empty title={t('relay.none')}>{t('relay.noneAbout')}</Empty>
          ) : (
            <>
              <Stages relays={query.data.relays} />
              <List relays={query.data.relays} />
            </>
          )}
          {query.data.asked.length > 0 && <Asked asked={query.data.asked} />}
          {beginning && <Begin owners={query.data.owners} close={() => setBeginning(false)} />}
        </>
      )}
    </Page>
  );
}

function Stages({ relays }: { relays: readonly RelayLine[] }) {
  const { t } = useTranslation('cluster');
  const under = relays.filter(({ stopped }) => !stopped);
  return (
    <Figures
      figures={[
        ...RELAY_STAGES.map((stage) => ({
          label: t(`relay.stages.${stage}`),
          value: under.filter((each) => each.stage === stage).length,
        })),
        { label: t('relay.stalled'), value: under.filter(({ stalled }) => stalled).length, tone: 'warning' as const },
      ]}
    />
  );
}

function List({ relays }: { relays: readonly RelayLine[] }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  return (
    <DataTable<RelayLine>
      name="relay"
      label={t('relay.title')}
      rowKey={({ id }) => id}
      source={{ rows: relays }}
      columns={[
        {
          key: 'name',
          title: t('projects.name'),
          value: named,
          render: (relay) => (
            <span className="row">
              <Go to={`/cluster/relay/${relay.id}`}>{named(relay)}</Go>
              <ExampleTag on={relay.example} />
            </span>
          ),
          phoneTitle: true,
        },
        {
          key: 'sector',
          title: t('projects.sector'),
          value: ({ sector }) => t(`projects.sectors.${sector}`),
          sortable: true,
        },
        { key: 'stage', title: t('projects.stage'), value: ({ stage }) => t(`relay.stages.${stage}`), sortable: true },
        { key: 'gate', title: t('relay.gate'), value: ({ itemsDone, items }) => `${itemsDone} / ${items}`, end: true },
        { key: 'days', title: t('projects.days'), value: ({ days }) => days, sortable: true, end: true },
        {
          key: 'state',
          title: t('parks.state'),
          value: ({ stopped, stalled }) => t(stopped ? 'relay.stopped' : stalled ? 'relay.stalled' : 'relay.going'),
          render: ({ stopped, stalled }) => (
            <StatusTag tone={stopped ? 'neutral' : stalled ? 'warning' : 'good'}>
              {t(stopped ? 'relay.stopped' : stalled ? 'relay.stalled' : 'relay.going')}
            </StatusTag>
          ),
        },
        { key: 'owner', title: t('relay.owner'), value: ({ ownerName }) => ownerName },
      ]}
    />
  );
}

/** What others ask of the things that one speaks for. */
function Asked({ asked }: { asked: readonly ResourceRequest[] }) {
  const { t } = useTranslation('cluster');
  return (
    <Panel title={t('relay.askedOfYou')}>
      <ul className="relay-list">
        {asked.map((ask) => (
          <li key={ask.id}>
            <div>
              <Go to={`/cluster/relay/${ask.relay}`}>{ask.relayName}</Go>
              <div>{ask.words}</div>
              <div className="quiet">{ask.resourceName}</div>
            </div>
            <AskAnswer ask={ask} isOwner={false} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Begin({
  owners,
  close,
}: {
  owners: readonly { id: string; name: string; nameZh: string | null }[];
  close: () => void;
}) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const go = useGo();
  const places = useThings('place').data?.things ?? [];
  const begin = useAct(
    (body: object) => send.post<RelayPage>('/relay', body),
    ({ relay: { id } }) => go(`/cluster/relay/${id}`),
  );
  return (
    <FormDialog
      title={t('relay.begin')}
      act={t('relay.beginAct')}
      busy={begin.isPending}
      close={close}
      send={(filled) => begin.mutate(filled)}
      initial={{ stage: 'idea', ...(owners.length === 1 && { owner: owners[0]?.id }) }}
      fields={[
        { name: 'name', label: t('projects.name'), needed: true },
        { name: 'nameZh', label: t('projects.nameZh') },
        {
          name: 'sector',
          label: t('projects.sector'),
          kind: 'choice',
          needed: true,
          options: RELAY_SECTORS.map((value) => ({ value, label: t(`projects.sectors.${value}`) })),
        },
        {
          name: 'stage',
          label: t('projects.stage'),
          kind: 'choice',
          needed: true,
          options: RELAY_STAGES.map((value) => ({ value, label: t(`relay.stages.${value}`) })),
        },
        {
          name: 'owner',
          label: t('relay.owner'),
          kind: 'choice',
          options: owners.map((each) => ({ value: each.id, label: named(each) })),
        },
        {
          name: 'place',
          label: t('relay.place'),
          kind: 'choice',
          options: places.map((each) => ({ value: each.id, label: named(each) })),
        },
        { name: 'words', label: t('projects.words'), kind: 'long' },
      ]}
    />
  );
}
