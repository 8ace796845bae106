import { CheckOutlined } from '@ant-design/icons';
import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ClaimLine, DuePage } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Empty, Failure, Figures, Loading, Page, Panel, StatusTag, Time, useAsk } from '../ui/index.ts';
import { kindOf, nameOf, useClaims, useDue, useOwnerWords, useRecordAct } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import './record.css';

/** What is to be looked at again, whose it is, and who asks to speak for what. */
export default function DueDesk() {
  const { t } = useTranslation('cluster');
  const [within, setWithin] = useAddressValue('within', '0');
  const query = useDue(within);
  return (
    <Page
      title={t('record.due')}
      about={t('record.dueAbout')}
      trail={<Go to="/cluster">{t('record.title')}</Go>}
      actions={
        <Segmented
          aria-label={t('record.dueWithin')}
          value={within}
          onChange={setWithin}
          options={['0', '30', '90', '365'].map((days) => ({
            value: days,
            label: days === '0' ? t('record.dueNow') : t('record.dueIn', { count: Number(days) }),
          }))}
        />
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <div className="stack">
          <Claims />
          <Due page={query.data} />
        </div>
      )}
    </Page>
  );
}

type DueLine = DuePage['things'][number];

function Due({ page }: { page: DuePage }) {
  const { t } = useTranslation('cluster');
  const act = useRecordAct();
  const owner = useOwnerWords();
  return (
    <>
      <Figures
        figures={page.owners.slice(0, 6).map(({ ownerName, due, things }) => ({
          label: owner(ownerName),
          value: `${due}/${things}`,
          ...(due > 0 && { tone: 'warning' as const }),
        }))}
      />
      {page.things.length === 0 ? (
        <Empty title={t('record.nothingDue')}>{t('record.nothingDueAbout')}</Empty>
      ) : (
        <DataTable<DueLine>
          name="due"
          label={t('record.due')}
          rowKey={({ id }) => id}
          source={{ rows: page.things }}
          columns={[
            {
              key: 'name',
              title: t('record.name'),
              value: nameOf,
              render: (thing) => <ThingLink thing={thing} />,
              phoneTitle: true,
              sortable: true,
            },
            { key: 'kind', title: t('record.kind'), value: ({ kind }) => kindOf(kind), sortable: true },
            {
              key: 'owner',
              title: t('record.owner'),
              value: ({ ownerName }) => owner(ownerName),
              sortable: true,
            },
            {
              key: 'due',
              title: t('record.dueAt'),
              value: ({ dueAt }) => dueAt,
              render: ({ dueAt }) => <Time at={dueAt} />,
              sortable: true,
            },
            {
              key: 'act',
              title: t('record.acts'),
              value: () => '',
              render: ({ id }) => (
                <Button
                  size="small"
                  icon={<CheckOutlined />}
                  loading={act.isPending && act.variables?.path === `/things/${id}/review`}
                  onClick={() => act.mutate({ path: `/things/${id}/review` })}
                >
                  {t('record.stillRight')}
                </Button>
              ),
            },
          ]}
        />
      )}
    </>
  );
}

/** For the regulator what waits; for others their own. */
function Claims() {
  const { t } = useTranslation('cluster');
  const query = useClaims();
  const ask = useAsk();
  const act = useRecordAct();
  const decide = async (claim: ClaimLine, decision: 'confirmed' | 'refused') => {
    const answer =
      decision === 'refused'
        ? await ask({ title: t('record.refuseTitle'), act: t('record.refuse'), danger: true, reason: true })
        : { reason: '' };
    if (answer !== undefined) act.mutate({ path: `/claims/${claim.id}/decision`, body: { decision, ...answer } });
  };
  if (!query.isSuccess) return null;
  const { mayDecide } = query.data;
  return (
    <Panel title={t(mayDecide ? 'record.claimsWaiting' : 'record.claimsOwn')}>
      {query.data.claims.length === 0 && (
        <p className="quiet">{t(mayDecide ? 'record.noClaims' : 'record.noClaimsOwn')}</p>
      )}
      {query.data.claims.map((claim) => (
        <div key={claim.id} className="row">
          <strong>{claim.partyName}</strong>
          <ThingLink thing={claim.thingName} />
          <StatusTag tone={claim.state === 'confirmed' ? 'good' : claim.state === 'refused' ? 'danger' : 'info'}>
            {t(`record.claims.${claim.state}`)}
          </StatusTag>
          <Time at={claim.claimedAt} form="date" />
          <span className="quiet">{claim.reason ?? claim.words}</span>
          {mayDecide && claim.state === 'claimed' && (
            <>
              <Button size="small" type="primary" onClick={() => decide(claim, 'confirmed')}>
                {t('record.confirm')}
              </Button>
              <Button size="small" danger onClick={() => decide(claim, 'refused')}>
                {t('record.refuse')}
              </Button>
            </>
          )}
        </div>
      ))}
    </Panel>
  );
}
