import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../shell/index.ts';
import { Empty, Failure, Loading, Panel, Scroller, showTime } from '../ui/index.ts';
import type { Json, View } from './lake-api.ts';
import { diffLines } from './line-diff.ts';

interface Version {
  number: string;
  at: string;
  /** Absent where the view was deleted. */
  text?: string;
}

interface History {
  entry?: { resource?: Json; request?: { url?: string }; response?: { lastModified?: string; etag?: string } }[];
}

const MOST = 50;
/** Lines that stay around a change. */
const NEAR = 3;

/** How a view came to be what it is: what each version changed. */
export function Versions({ view }: { view: View }) {
  const { t, i18n } = useTranslation('lake');
  const [chosen, choose] = useState<string>();
  const query = useQuery({
    queryKey: ['lake', 'history', view.id, view.version],
    queryFn: ({ signal }) =>
      api.get<History>(`/fhir/ViewDefinition/${view.id}/_history`, { query: { _count: MOST }, signal }),
  });
  if (query.isPending) return <Loading lines={8} />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const versions = (query.data.entry ?? []).map(versionOf);
  const at = Math.max(
    0,
    versions.findIndex(({ number }) => number === chosen),
  );
  const version = versions[at];
  if (version === undefined) return <Empty />;
  const before = versions[at + 1];
  return (
    <Panel
      title={before === undefined ? t('views.firstVersion') : t('views.changed', { number: before.number })}
      actions={
        <Select
          aria-label={t('views.version')}
          value={version.number}
          onChange={choose}
          style={{ minWidth: 220 }}
          options={versions.map(({ number, at: moment }) => ({
            value: number,
            label: `${number} · ${showTime(new Date(moment), 'minute', i18n.language)}`,
          }))}
        />
      }
    >
      <Diff before={before?.text ?? ''} after={version.text ?? ''} />
    </Panel>
  );
}

/** What one text has that the other has not; what is far from any change is left out. */
export function Diff({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation('lake');
  const lines = before === '' ? diffLines('', after).filter(({ kind }) => kind === 'added') : diffLines(before, after);
  if (lines.every(({ kind }) => kind === 'same')) return <p className="quiet">{t('views.noChange')}</p>;
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - NEAR), at + NEAR + 1).some(({ kind }) => kind !== 'same'),
  );
  return (
    <Scroller label={t('views.difference')} className="diff">
      {lines.map(({ kind, text }, at) => {
        if (!near[at])
          return near[at - 1] !== false && at > 0 ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place
            <div key={at} className="diff-gap">
              ⋯
            </div>
          ) : null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place
          <div key={at} className={`diff-line diff-${kind}`}>
            <span aria-hidden="true">{kind === 'added' ? '+' : kind === 'removed' ? '−' : ' '}</span>
            {kind !== 'same' && <span className="unseen">{t(`views.lines.${kind}`)}</span>}
            <code>{text}</code>
          </div>
        );
      })}
    </Scroller>
  );
}

function versionOf({ resource, request, response }: NonNullable<History['entry']>[number]): Version {
  const meta = resource?.['meta'] as { versionId?: string; lastUpdated?: string } | undefined;
  const number = meta?.versionId ?? /"(\d+)"/.exec(response?.etag ?? '')?.[1] ?? request?.url ?? '';
  return {
    number,
    at: meta?.lastUpdated ?? response?.lastModified ?? '',
    ...(resource !== undefined && { text: textOf(resource) }),
  };
}

/** Without what changes by itself. */
export function textOf({ meta: _, ...definition }: Json): string {
  return JSON.stringify(definition, null, 2);
}
