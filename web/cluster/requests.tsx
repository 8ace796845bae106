import { Button, Input, Modal, Rate } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RequestState, TenantRequest } from '../../src/modules/cluster/model.ts';
import { useAddressValue } from '../shell/index.ts';
import { DataTable, Failure, Loading, StatusTag, Time, type Tone } from '../ui/index.ts';
import { send, useAct, useAmounts, useRequest } from './parks-ask.ts';

const TONES: Readonly<Record<RequestState, Tone>> = { open: 'warning', answered: 'info', closed: 'good' };

/** What tenants ask, and the talk behind each. */
export function Requests({ requests, isPark = false }: { requests: readonly TenantRequest[]; isPark?: boolean }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const [open, setOpen] = useAddressValue('request');
  return (
    <>
      <DataTable<TenantRequest>
        name="requests"
        label={t('portal.requests')}
        rowKey={({ id }) => id}
        source={{ rows: requests }}
        emptyText={t('portal.noRequests')}
        columns={[
          {
            key: 'title',
            title: t('portal.subject'),
            value: ({ title }) => title,
            render: ({ id, title }) => (
              <Button
                type="link"
                style={{ padding: 0, height: 'auto', whiteSpace: 'normal', textAlign: 'start' }}
                onClick={() => setOpen(id)}
              >
                {title}
              </Button>
            ),
            phoneTitle: true,
          },
          {
            key: 'who',
            title: t(isPark ? 'parks.tenant' : 'parks.park'),
            value: (request) =>
              named(
                isPark
                  ? { name: request.tenantName, nameZh: request.tenantNameZh }
                  : { name: request.parkName, nameZh: request.parkNameZh },
              ),
          },
          { key: 'kind', title: t('portal.kind'), value: ({ kind }) => t(`portal.kinds.${kind}`), sortable: true },
          {
            key: 'state',
            title: t('parks.state'),
            value: ({ state }) => t(`portal.states.${state}`),
            render: ({ state, late }) => (
              <span className="row">
                <StatusTag tone={TONES[state]}>{t(`portal.states.${state}`)}</StatusTag>
                {late && <StatusTag tone="danger">{t('parks.late')}</StatusTag>}
              </span>
            ),
          },
          {
            key: 'due',
            title: t('portal.due'),
            value: ({ dueAt }) => dueAt,
            render: ({ dueAt }) => <Time at={dueAt} form="relative" />,
            sortable: true,
          },
          { key: 'mark', title: t('portal.mark'), value: ({ mark }) => mark, end: true },
        ]}
      />
      {open !== '' && <Talk id={open} close={() => setOpen('')} />}
    </>
  );
}

function Talk({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation('cluster');
  const query = useRequest(id);
  const [words, setWords] = useState('');
  const [mark, setMark] = useState(0);
  const revision = query.data?.request.revision;
  const say = useAct(
    (body: object) => send.post(`/requests/${id}/messages`, body),
    () => setWords(''),
  );
  const end = useAct((body: object) => send.post(`/requests/${id}/close`, body), close);
  return (
    <Modal open title={query.data?.request.title ?? t('portal.request')} onCancel={close} footer={null}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} />}
      {query.isSuccess && (
        <div className="stack">
          <ol className="talk">
            {query.data.messages.map(({ n, side, words: said, by, at }) => (
              <li key={n} data-side={side}>
                <p>{said}</p>
                <span className="quiet">
                  {by} · <Time at={at} form="relative" />
                </span>
              </li>
            ))}
          </ol>
          {query.data.request.state !== 'closed' && (
            <>
              <Input.TextArea
                aria-label={t('portal.answer')}
                rows={3}
                maxLength={4_000}
                value={words}
                onChange={({ target }) => setWords(target.value)}
              />
              <span className="row">
                <Button
                  type="primary"
                  disabled={words.trim() === ''}
                  loading={say.isPending}
                  onClick={() => say.mutate({ words, revision })}
                >
                  {t('portal.send')}
                </Button>
                {query.data.side !== 'park' && (
                  <>
                    <Rate value={mark} onChange={setMark} tooltips={['1', '2', '3', '4', '5']} />
                    <Button
                      loading={end.isPending}
                      onClick={() => end.mutate({ mark: mark === 0 ? null : mark, revision })}
                    >
                      {t('portal.close')}
                    </Button>
                  </>
                )}
              </span>
            </>
          )}
        </div>
      )}
    </Modal>
  );
}
