import { Alert, Button, Input, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConnectorTrial, Counterparty } from '../../src/modules/exchange/model.ts';
import { DataTable, Failure, Field, Loading, Page, Panel, StatusTag, Time, useAsk, useNotice } from '../ui/index.ts';
import { connectors, useConnectorAct, useConnectors } from './connector-ask.ts';
import './trade.css';

/** Other connectors, as the operator lets them in. */
export default function Connectors() {
  const { t } = useTranslation('exchange');
  const query = useConnectors();
  return (
    <Page title={t('connectors.title')} about={t('connectors.about')}>
      <div className="stack">
        <Enter />
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && <List known={query.data.connectors} />}
      </div>
    </Page>
  );
}

function Enter() {
  const { t } = useTranslation('exchange');
  const [given, setGiven] = useState({ name: '', address: '', authorization: '' });
  const [token, setToken] = useState<string>();
  const enter = useConnectorAct(
    () => {
      const { authorization, ...rest } = given;
      return connectors.enter({ ...rest, ...(authorization.trim() !== '' && { authorization }) });
    },
    (answer) => {
      setToken(answer.token);
      setGiven({ name: '', address: '', authorization: '' });
    },
  );
  const isReady = given.name.trim() !== '' && /^https?:\/\/./.test(given.address);
  return (
    <Panel title={t('connectors.enter')}>
      <div className="stack">
        <p className="quiet">{t('connectors.enterAbout', { address: `${location.origin}/dsp/2025-1` })}</p>
        <div className="trade-form">
          {(['name', 'address', 'authorization'] as const).map((name) => (
            <Field key={name} label={t(`connectors.${name}`)}>
              {(id) => (
                <Input
                  id={id}
                  style={{ width: 'min(100%, 300px)' }}
                  value={given[name]}
                  maxLength={1_000}
                  placeholder={PLACEHOLDERS[name]}
                  onChange={({ target }) => setGiven({ ...given, [name]: target.value })}
                />
              )}
            </Field>
          ))}
          <Button type="primary" disabled={!isReady} loading={enter.isPending} onClick={() => enter.mutate(undefined)}>
            {t('connectors.act')}
          </Button>
        </div>
        {token !== undefined && (
          <Alert
            type="success"
            showIcon
            title={t('connectors.tokenOnce')}
            description={
              <Typography.Text code copyable className="trade-hash">
                {token}
              </Typography.Text>
            }
          />
        )}
      </div>
    </Panel>
  );
}

const PLACEHOLDERS = { name: '', address: 'https://connector.example/dsp', authorization: 'Bearer …' } as const;

function List({ known }: { known: readonly Counterparty[] }) {
  const { t } = useTranslation('exchange');
  const ask = useAsk();
  const notice = useNotice();
  const [tried, setTried] = useState<{ id: string; trials: ConnectorTrial[] }>();
  const test = useConnectorAct(async (id: string) => setTried({ id, ...(await connectors.test(id)) }));
  const end = useConnectorAct(connectors.end);
  const [changing, setChanging] = useState<Counterparty>();
  const endIt = async ({ id, name }: Counterparty) => {
    const sure = await ask({
      title: t('connectors.endAsk', { name }),
      about: t('connectors.endAbout'),
      act: t('connectors.end'),
      danger: true,
    });
    if (sure !== undefined) end.mutate(id);
  };
  return (
    <>
      {changing !== undefined && (
        <Authorize
          connector={changing}
          done={() => {
            setChanging(undefined);
            notice.done(t('connectors.changed'));
          }}
        />
      )}
      {tried !== undefined && (
        <Panel title={t('connectors.tested', { name: known.find(({ id }) => id === tried.id)?.name })}>
          <Trials trials={tried.trials} />
        </Panel>
      )}
      <DataTable<Counterparty>
        name="connectors"
        label={t('connectors.title')}
        emptyText={t('connectors.none')}
        rowKey={({ id }) => id}
        source={{ rows: known }}
        searchable
        columns={[
          { key: 'name', title: t('connectors.name'), value: ({ name }) => name, phoneTitle: true, sortable: true },
          {
            key: 'address',
            title: t('connectors.address'),
            value: ({ address }) => address,
            render: ({ address }) => <code className="trade-hash">{address}</code>,
          },
          {
            key: 'entered',
            title: t('connectors.entered'),
            value: ({ createdAt }) => createdAt,
            render: ({ createdAt }) => <Time at={createdAt} />,
            sortable: true,
          },
          {
            key: 'state',
            title: t('connectors.state'),
            value: ({ disabledAt }) => t(disabledAt === null ? 'connectors.open' : 'connectors.ended'),
            render: (row) =>
              row.disabledAt === null ? (
                <span className="trade-acts">
                  <StatusTag tone="good">{t('connectors.open')}</StatusTag>
                  <Button
                    size="small"
                    loading={test.isPending && test.variables === row.id}
                    onClick={() => test.mutate(row.id)}
                  >
                    {t('connectors.test')}
                  </Button>
                  <Button size="small" onClick={() => setChanging(row)}>
                    {t('connectors.change')}
                  </Button>
                  <Button size="small" danger onClick={() => endIt(row)}>
                    {t('connectors.end')}
                  </Button>
                </span>
              ) : (
                <StatusTag>{t('connectors.ended')}</StatusTag>
              ),
          },
        ]}
      />
    </>
  );
}

function Trials({ trials }: { trials: readonly ConnectorTrial[] }) {
  const { t } = useTranslation('exchange');
  return (
    <ul role="status" aria-label={t('connectors.test')}>
      {trials.map(({ what, isWell, said, tookMs }) => (
        <li key={what}>
          <StatusTag tone={isWell ? 'good' : 'danger'}>
            {t(`connectors.trials.${isWell ? 'well' : 'failed'}`)}
          </StatusTag>{' '}
          {t(`connectors.trials.${what}`, { said: isWell ? said : t('connectors.trials.nothing'), tookMs })}{' '}
          {isWell ? '' : said}
        </li>
      ))}
    </ul>
  );
}

function Authorize({ connector: { id, name }, done }: { connector: Counterparty; done(): void }) {
  const { t } = useTranslation('exchange');
  const [text, setText] = useState('');
  const change = useConnectorAct(() => connectors.authorize(id, text.trim() === '' ? null : text.trim()), done);
  return (
    <Panel title={t('connectors.changeOf', { name })}>
      <div className="trade-form">
        <Field label={t('connectors.authorization')} note={t('connectors.changeAbout')}>
          {(field) => (
            <Input
              id={field}
              value={text}
              maxLength={4_000}
              placeholder={PLACEHOLDERS.authorization}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
        <Button type="primary" loading={change.isPending} onClick={() => change.mutate(undefined)}>
          {t('connectors.save')}
        </Button>
      </div>
    </Panel>
  );
}
