import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, Go, usePathValue } from '../shell/index.ts';
import { type Column, DataTable, Facts, Failure, Loading, Page, Panel, StatusTag, Time } from '../ui/index.ts';
import { type MessageShown, MessageState, Replay, senderText } from './message-desk.tsx';

interface MessageDetail extends MessageShown {
  text: string;
  segments?: { name: string; fields: string[] }[];
  resources: { type: string; id: string; version: number; op: string }[] | null;
  unmapped: string[] | null;
  issues: { severity: string; message: string; place?: { segment: string; field?: number } }[] | null;
}

/** One message: its segments field by field, what they became, and its text as it came. */
export default function MessagePage() {
  const { t } = useTranslation('records');
  const key = usePathValue('key');
  const query = useQuery({
    queryKey: ['message', key],
    queryFn: ({ signal }) => api.get<MessageDetail>(`/api/records/messages/${encodeURIComponent(key)}`, { signal }),
  });
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const message = query.data;
  return (
    <Page
      title={message.controlId || t('desk.title')}
      trail={<Go to="/records/messages">{t('desk.title')}</Go>}
      actions={<Replay of={message} />}
    >
      <Facts
        facts={[
          [t('desk.state'), <MessageState key="state" of={message} />],
          [t('desk.reason'), message.reason],
          [t('desk.type'), <code key="type">{message.type}</code>],
          [t('desk.sender'), senderText(message)],
          [t('desk.channel'), `${message.channel} · ${message.origin}`],
          [t('desk.receivedAt'), <Time key="at" at={message.receivedAt} />],
          [
            t('desk.patient'),
            message.patient !== null && <Go to={`/records/people/${message.patient}`}>{t('desk.show')}</Go>,
          ],
          [t('desk.letter'), message.letter !== null && <Go to="/dead-letters">{message.letter}</Go>],
        ]}
      />
      {message.issues !== null && message.issues.length > 0 && (
        <Panel title={t('desk.issues')}>
          <ul>
            {message.issues.map(({ message: text, place }) => (
              <li key={`${text} ${place?.segment} ${place?.field}`}>
                {place !== undefined && (
                  <code>{`${place.segment}${place.field === undefined ? '' : `-${place.field}`} `}</code>
                )}
                {text}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {message.segments !== undefined && <Segments segments={message.segments} unmapped={message.unmapped ?? []} />}
      {message.resources !== null && <Resources resources={message.resources} />}
      <Panel title={t('desk.raw')}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <pre className="json" tabIndex={0}>
          {message.text.replaceAll('\r', '\n')}
        </pre>
      </Panel>
    </Page>
  );
}

interface Field {
  key: string;
  place: string;
  content: string;
  missing: string[];
}

function Segments({
  segments,
  unmapped,
}: {
  segments: NonNullable<MessageDetail['segments']>;
  unmapped: readonly string[];
}) {
  const { t } = useTranslation('records');
  const rows = segments.flatMap(({ name, fields }, line) =>
    fields.flatMap((content, index): Field[] => {
      const place = `${name}-${index + 1}`;
      if (content === '') return [];
      return [
        {
          key: `${line} ${place}`,
          place,
          content,
          missing: unmapped.filter((each) => each === place || each.startsWith(`${place}.`)),
        },
      ];
    }),
  );
  const columns: Column<Field>[] = [
    {
      key: 'place',
      title: t('desk.field'),
      value: (row) => row.place,
      render: (row) => <code>{row.place}</code>,
      phoneTitle: true,
    },
    {
      key: 'content',
      title: t('desk.content'),
      value: (row) => row.content,
      render: (row) => <code style={{ overflowWrap: 'anywhere' }}>{row.content}</code>,
    },
    {
      key: 'missing',
      title: t('desk.notMapped'),
      value: (row) => row.missing.join(' '),
      render: (row) =>
        row.missing.length === 0 ? null : <StatusTag tone="warning">{row.missing.join(' ')}</StatusTag>,
    },
  ];
  return (
    <Panel title={t('desk.segments')} flush>
      <DataTable
        name="segments"
        label={`${t('desk.field')}, ${t('desk.content')}`}
        columns={columns}
        rowKey={(row) => row.key}
        source={{ rows }}
      />
    </Panel>
  );
}

type Made = NonNullable<MessageDetail['resources']>[number];

function Resources({ resources }: { resources: readonly Made[] }) {
  const { t } = useTranslation('records');
  const columns: Column<Made>[] = [
    {
      key: 'resource',
      title: t('desk.resource'),
      value: (row) => `${row.type}/${row.id}`,
      render: (row) => <code style={{ overflowWrap: 'anywhere' }}>{`${row.type}/${row.id}`}</code>,
      phoneTitle: true,
    },
    { key: 'version', title: t('desk.version'), value: (row) => row.version, end: true },
    { key: 'op', title: t('desk.operation'), value: (row) => row.op },
  ];
  return (
    <Panel title={t('desk.resources')} flush>
      <DataTable
        name="resources"
        label={`${t('desk.resource')}, ${t('desk.operation')}`}
        columns={columns}
        rowKey={(row) => `${row.type}/${row.id}`}
        source={{ rows: resources }}
      />
    </Panel>
  );
}
