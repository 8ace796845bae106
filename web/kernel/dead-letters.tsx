import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Drawer, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, useAddressValue, useSession } from '../shell/index.ts';
import { type Column, DataTable, Facts, Page, StatusTag, Time, type Tone, useAsk, useNotice } from '../ui/index.ts';

interface DeadLetter {
  id: number;
  hearer: string;
  type: string;
  subject: string;
  data: unknown;
  toldAt: string;
  diedAt: string;
  attempts: number;
  kind: string;
  reason: string;
  facts: Record<string, unknown>;
  state: 'open' | 'replayed' | 'dismissed';
  settledBy: string | null;
  settledAt: string | null;
  settledWhy: string | null;
}

const KEY = ['dead-letters'] as const;
const TONES: Record<DeadLetter['state'], Tone> = { open: 'danger', replayed: 'good', dismissed: 'neutral' };

/** The desk where a person decides about what the program could not process. */
export default function DeadLetters() {
  const { t } = useTranslation('kernel');
  const [state, setState] = useAddressValue('state', 'open');
  const [shown, setShown] = useState<DeadLetter>();

  const columns: Column<DeadLetter>[] = [
    {
      key: 'reason',
      title: t('letters.reason'),
      value: (letter) => letter.reason,
      render: (letter) => (
        <Button
          type="link"
          size="small"
          style={{ padding: 0, whiteSpace: 'normal', textAlign: 'start', height: 'auto' }}
          onClick={() => setShown(letter)}
        >
          {letter.reason}
        </Button>
      ),
      phoneTitle: true,
    },
    {
      key: 'state',
      title: t('letters.state'),
      value: (letter) => letter.state,
      render: (letter) => <State of={letter} />,
    },
    {
      key: 'diedAt',
      title: t('letters.diedAt'),
      value: (letter) => new Date(letter.diedAt),
      render: (letter) => <Time at={letter.diedAt} />,
    },
    {
      key: 'type',
      title: t('letters.type'),
      value: (letter) => letter.type,
      render: (letter) => <code>{letter.type}</code>,
    },
    { key: 'hearer', title: t('letters.hearer'), value: (letter) => letter.hearer },
    {
      key: 'subject',
      title: t('letters.subject'),
      value: (letter) => letter.subject,
      render: (letter) => <code>{letter.subject}</code>,
    },
    { key: 'attempts', title: t('letters.attempts'), value: (letter) => letter.attempts, end: true },
    { key: 'act', title: '', value: () => '', render: (letter) => <Settle letter={letter} /> },
  ];
  return (
    <Page title={t('letters.title')} about={t('letters.about')}>
      <DataTable
        key={state}
        name="dead-letters"
        label={t('letters.title')}
        columns={columns}
        rowKey={(letter) => String(letter.id)}
        searchable={false}
        emptyText={t('letters.none')}
        source={{
          queryKey: [...KEY, state],
          load: async ({ after, limit }, signal) => {
            const query = { state: state === 'all' ? undefined : state, before: after, limit: Math.min(limit, 200) };
            const { letters, next } = await api.get<{ letters: DeadLetter[]; next?: number }>(
              '/api/kernel/dead-letters',
              { query, signal },
            );
            return { rows: letters, next: next === undefined ? undefined : String(next) };
          },
        }}
        filters={
          <Segmented
            aria-label={t('letters.state')}
            value={state}
            onChange={setState}
            options={['open', 'replayed', 'dismissed', 'all'].map((value) => ({
              value,
              label: t(`letters.states.${value}`),
            }))}
          />
        }
      />
      <Drawer open={shown !== undefined} onClose={() => setShown(undefined)} title={shown?.reason} size="large">
        {shown !== undefined && <Letter letter={shown} />}
      </Drawer>
    </Page>
  );
}

function State({ of: { state } }: { of: DeadLetter }) {
  const { t } = useTranslation('kernel');
  return <StatusTag tone={TONES[state]}>{t(`letters.states.${state}`)}</StatusTag>;
}

function Letter({ letter }: { letter: DeadLetter }) {
  const { t } = useTranslation('kernel');
  return (
    <div className="stack">
      <Facts
        facts={[
          [t('letters.id'), letter.id],
          [t('letters.state'), <State key="state" of={letter} />],
          [t('letters.type'), <code key="type">{letter.type}</code>],
          [t('letters.hearer'), letter.hearer],
          [t('letters.subject'), <code key="subject">{letter.subject}</code>],
          [t('letters.toldAt'), <Time key="told" at={letter.toldAt} />],
          [t('letters.diedAt'), <Time key="died" at={letter.diedAt} />],
          [t('letters.attempts'), letter.attempts],
          [t('letters.settled'), letter.settledAt && <Time at={letter.settledAt} />],
          ['', letter.settledBy && t('letters.settledBy', { who: letter.settledBy, why: letter.settledWhy ?? '' })],
        ]}
      />
      <Settle letter={letter} />
      {Object.keys(letter.facts).length > 0 && <Json title={t('letters.facts')} value={letter.facts} />}
      <Json title={t('letters.data')} value={letter.data} />
    </div>
  );
}

export function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre className="json" tabIndex={0}>
        {JSON.stringify(value, null, 2)}
      </pre>
    </section>
  );
}

function Settle({ letter }: { letter: DeadLetter }) {
  const { t } = useTranslation('kernel');
  const { may } = useSession();
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  const settle = useMutation({
    mutationFn: ({ way, why }: { way: 'replay' | 'dismiss'; why?: string }) =>
      api.post<void>(`/api/kernel/dead-letters/${letter.id}/${way}`, why === undefined ? {} : { why }),
    onSuccess: (_, { way }) => notice.done(t(way === 'replay' ? 'letters.replayed' : 'letters.dismissed')),
    onError: notice.failed,
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  if (letter.state !== 'open' || !may('kernel.dead-letter.settle')) return null;

  const dismiss = async () => {
    const answer = await ask({
      title: t('letters.dismissAsk'),
      about: t('letters.dismissAbout'),
      act: t('letters.dismiss'),
      danger: true,
      reason: true,
    });
    if (answer !== undefined) settle.mutate({ way: 'dismiss', why: answer.reason });
  };
  return (
    <div className="row">
      <Button size="small" type="primary" loading={settle.isPending} onClick={() => settle.mutate({ way: 'replay' })}>
        {t('letters.replay')}
      </Button>
      <Button size="small" disabled={settle.isPending} onClick={dismiss}>
        {t('letters.dismiss')}
      </Button>
    </div>
  );
}
