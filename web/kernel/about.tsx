import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, StatusTag } from '../ui/index.ts';

interface Ready {
  status: string;
  parts: Record<string, string>;
}

/** What runs here, whether it is well, and how anybody checks that the log of acts has not been changed. */
export default function About() {
  const { t } = useTranslation('kernel');
  return (
    <Page title={t('about.title')} about={t('about.about')}>
      <Health />
      <Ledger />
      <Panel title={t('about.doors')}>
        <ul className="plain">
          {(['api', 'fhir', 'checkpoint', 'key'] as const).map((door) => (
            <li key={door}>
              <a href={DOORS[door]}>{t(`about.links.${door}`)}</a> <code>{DOORS[door].replace(/\/$/, '')}</code>
            </li>
          ))}
        </ul>
      </Panel>
    </Page>
  );
}

const DOORS = {
  // With the slash: the pages of the API documentation name their parts relative to it.
  api: '/api/',
  fhir: '/fhir/metadata',
  checkpoint: '/ledger/checkpoint',
  key: '/ledger/key',
} as const;

function Health() {
  const { t } = useTranslation('kernel');
  const health = useQuery({
    queryKey: ['ready'],
    queryFn: ({ signal }) => api.get<Ready>('/health/ready', { signal }),
    refetchInterval: 30_000,
  });
  const openapi = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => api.get<{ info: { version: string } }>('/api/json', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Panel title={t('about.health')}>
      {health.isPending && <Loading lines={3} />}
      {health.isError && <Failure error={health.error} retry={() => health.refetch()} />}
      {health.isSuccess && (
        <Facts
          facts={[
            [t('about.version'), openapi.data?.info.version],
            [t('about.licence'), 'Apache-2.0'],
            ...Object.entries(health.data.parts).map(
              ([part, answer]) =>
                [
                  t(`about.parts.${part}`, { defaultValue: part }),
                  <StatusTag key={part} tone={answer === 'up' ? 'good' : 'danger'}>
                    {answer === 'up' ? t('about.up') : answer}
                  </StatusTag>,
                ] as const,
            ),
          ]}
        />
      )}
    </Panel>
  );
}

/** The signed head of the log (C2SP tlog-checkpoint): origin, size, root hash, signatures. */
function Ledger() {
  const { t, i18n } = useTranslation('kernel');
  const query = useQuery({
    queryKey: ['checkpoint'],
    queryFn: async ({ signal }) => {
      const response = await fetch('/ledger/checkpoint', { signal });
      if (!response.ok) throw new Error(t('about.noCheckpoint'));
      return response.text();
    },
    refetchInterval: 30_000,
    retry: false,
  });
  const [origin, size, root] = (query.data ?? '').split('\n');
  return (
    <Panel title={t('about.ledger')}>
      <div className="stack">
        <p>{t('about.ledgerAbout')}</p>
        {query.isPending && <Loading lines={3} />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && (
          <>
            <Facts
              facts={[
                [t('about.origin'), <code key="origin">{origin}</code>],
                [t('about.size'), Number(size).toLocaleString(i18n.language)],
                [
                  t('about.root'),
                  <code key="root" style={{ overflowWrap: 'anywhere' }}>
                    {root}
                  </code>,
                ],
              ]}
            />
            <p>{t('about.verify')}</p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
            <pre className="json" tabIndex={0}>
              npm run -s banyan -- verify-ledger
            </pre>
          </>
        )}
      </div>
    </Panel>
  );
}
