import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, Go, useAddressValue, useSession } from '../shell/index.ts';
import { type Column, DataTable, Page, StatusTag, Time, type Tone, useNotice } from '../ui/index.ts';

export interface MessageShown {
  key: string;
  part: string;
  controlId: string;
  type: string;
  receivedAt: string;
  channel: string;
  origin: string;
  bytes: number;
  state: 'applied' | 'waiting' | 'failed' | 'refused' | 'conflict';
  reason: string | null;
  patient: string | null;
  letter: number | null;
}

const TONES: Record<MessageShown['state'], Tone> = {
  applied: 'good',
  waiting: 'info',
  failed: 'danger',
  refused: 'warning',
  conflict: 'warning',
};

export function MessageState({ of: { state } }: { of: Pick<MessageShown, 'state'> }) {
  const { t } = useTranslation('records');
  return <StatusTag tone={TONES[state]}>{t(`desk.states.${state}`)}</StatusTag>;
}

/** Every message as it came, and what became of it. */
export default function MessageDesk() {
  const { t } = useTranslation('records');
  const [state, setState] = useAddressValue('state', 'all');
  const columns: Column<MessageShown>[] = [
    {
      key: 'control',
      title: t('desk.control'),
      value: (row) => row.controlId,
      render: (row) => <Go to={`/records/messages/${row.key}`}>{row.controlId || row.key.slice(-8)}</Go>,
      phoneTitle: true,
    },
    { key: 'state', title: t('desk.state'), value: (row) => row.state, render: (row) => <MessageState of={row} /> },
    { key: 'type', title: t('desk.type'), value: (row) => row.type, render: (row) => <code>{row.type}</code> },
    { key: 'sender', title: t('desk.sender'), value: (row) => senderText(row) },
    { key: 'reason', title: t('desk.reason'), value: (row) => row.reason ?? '' },
    { key: 'bytes', title: t('desk.bytes'), value: (row) => row.bytes, end: true },
    {
      key: 'receivedAt',
      title: t('desk.receivedAt'),
      value: (row) => new Date(row.receivedAt),
      render: (row) => <Time at={row.receivedAt} />,
    },
    { key: 'act', title: '', value: () => '', render: (row) => <Replay of={row} /> },
  ];
  return (
    <Page title={t('desk.title')} about={t('desk.about')}>
      <DataTable
        key={state}
        name="messages"
        label={t('desk.title')}
        columns={columns}
        rowKey={(row) => row.key}
        emptyText={t('desk.none')}
        source={{
          queryKey: ['messages', state],
          load: async ({ search, after, limit }, signal) => {
            const query = {
              state: state === 'all' ? undefined : state,
              controlId: search === '' ? undefined : search,
              after,
              limit: Math.min(limit, 200),
            };
            const { messages, next } = await api.get<{ messages: MessageShown[]; next?: string }>(
              '/api/records/messages',
              { query, signal },
            );
            return { rows: messages, next };
          },
        }}
        filters={
          <Segmented
            aria-label={t('desk.state')}
            value={state}
            onChange={setState}
            options={['all', 'applied', 'waiting', 'failed', 'refused', 'conflict'].map((value) => ({
              value,
              label: t(`desk.states.${value}`),
            }))}
          />
        }
      />
    </Page>
  );
}

/** `application|facility`, as MSH-3 and MSH-4 of its messages say. */
export function senderText({ part }: Pick<MessageShown, 'part'>): string {
  return part.split('|').filter(Boolean).join(' · ');
}

/** Puts a message that failed back for processing, once its reason has been put right. */
export function Replay({ of: { letter } }: { of: Pick<MessageShown, 'letter'> }) {
  const { t } = useTranslation('records');
  const { may } = useSession();
  const notice = useNotice();
  const queries = useQueryClient();
  const replay = useMutation({
    mutationFn: () => api.post<void>(`/api/kernel/dead-letters/${letter}/replay`),
    onSuccess: () => notice.done(t('desk.replayed')),
    onError: notice.failed,
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => ['messages', 'message', 'dead-letters'].includes(String(queryKey[0])),
      }),
  });
  if (letter === null || !may('kernel.dead-letter.settle')) return null;
  return (
    <Button size="small" type="primary" loading={replay.isPending} onClick={() => replay.mutate()}>
      {t('desk.replay')}
    </Button>
  );
}
