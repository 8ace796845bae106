import { BuildOutlined, ExperimentOutlined, PauseOutlined, PlayCircleOutlined, StopOutlined } from '@ant-design/icons';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  ContentLine,
  OfferingDefinition,
  StudioPage,
  Venue,
  VersionMove,
} from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Empty, Panel, StatusTag, Time, type Tone, useAsk } from '../ui/index.ts';
import { GateChecks } from './gate-checks.tsx';
import { Dictionary, QualityPanel, SampleTable } from './offering.tsx';
import { exchange, STATE_TONES, said, useAct, useBoard, useStudio, VENUE_TONES } from './offering-ask.ts';

const CONTENT_TONES: Readonly<Record<ContentLine['state'], Tone>> = {
  waiting: 'info',
  released: 'good',
  refused: 'danger',
  failed: 'danger',
};

/** What the gate let through, and what it did not. */
export function ContentPart({ page, isChanged }: { page: StudioPage; isChanged: boolean }) {
  const { t } = useTranslation('exchange');
  const make = useAct(() => exchange.askContent(page.id));
  const trial = useAct(() => exchange.tryGate(page.id));
  const isWaiting = page.contents.some(({ state }) => state === 'waiting');
  const mayMake = page.mayWrite && (page.state === 'draft' || page.state === 'listed');
  return (
    <div className="stack">
      {mayMake && (
        <Panel>
          <p className="quiet">{t('studio.contentAbout')}</p>
          <div className="row">
            <Button
              icon={<ExperimentOutlined />}
              loading={trial.isPending}
              disabled={isChanged}
              onClick={() => trial.mutate(undefined)}
            >
              {t('studio.tryGate')}
            </Button>
            <Button
              icon={<BuildOutlined />}
              loading={make.isPending || isWaiting}
              disabled={isChanged}
              onClick={() => make.mutate(undefined)}
            >
              {t(isWaiting ? 'studio.making' : 'studio.makeContent')}
            </Button>
          </div>
        </Panel>
      )}
      {trial.data !== undefined && (
        <Panel title={t('studio.trial')}>
          <p role="status">
            <StatusTag tone={trial.data.verdict === 'passed' ? 'good' : 'danger'}>
              {t(trial.data.verdict === 'passed' ? 'studio.wouldPass' : 'studio.wouldNotPass')}
            </StatusTag>{' '}
            {t('studio.trialRows', trial.data.rows)}
          </p>
          <GateChecks checks={trial.data.checks} />
        </Panel>
      )}
      <DataTable<ContentLine>
        name="contents"
        label={t('studio.part.content')}
        emptyText={t('studio.noContent')}
        searchable={false}
        rowKey={({ version, number }) => `${version}/${number}`}
        source={{ rows: page.contents }}
        columns={[
          {
            key: 'number',
            title: t('offering.content'),
            value: ({ version, number }) => t('offering.versionContent', { version, number }),
            phoneTitle: true,
          },
          {
            key: 'state',
            title: t('offering.state'),
            value: ({ state }) => t(`studio.contents.${state}`),
            render: ({ state }) => <StatusTag tone={CONTENT_TONES[state]}>{t(`studio.contents.${state}`)}</StatusTag>,
          },
          {
            key: 'rows',
            title: t('studio.rowsBefore'),
            value: ({ candidateRows, rows }) => `${candidateRows ?? '–'} → ${rows ?? '–'}`,
            end: true,
          },
          {
            key: 'report',
            title: t('studio.gateReport'),
            value: ({ reportId }) => reportId ?? '',
            render: ({ reportId }) =>
              reportId === null ? '–' : <Go to={`/exchange/releases/${reportId}`}>{t('studio.gateReport')}</Go>,
          },
          { key: 'trouble', title: t('studio.trouble'), value: ({ trouble }) => trouble?.message ?? '' },
          {
            key: 'at',
            title: t('studio.madeAt'),
            value: ({ finishedAt }) => finishedAt ?? '',
            render: ({ finishedAt }) => (finishedAt === null ? '–' : <Time at={finishedAt} />),
          },
        ]}
      />
      {page.quality !== null && <QualityPanel quality={page.quality} />}
      {page.sample !== null && <SampleTable sample={page.sample} columns={page.definition.columns} />}
    </div>
  );
}

/** On which venues it stands, and where it could. */
export function ListingPart({ page }: { page: StudioPage }) {
  const { t } = useTranslation('exchange');
  const board = useBoard();
  const ask = useAsk();
  const withdraw = useAct((listing: string) => exchange.withdraw(listing));
  const turn = useAct(({ verb, words }: { verb: 'suspend' | 'delist'; words: string }) =>
    exchange.turn(page.id, verb, words),
  );
  const listings = board.data?.listings.filter(({ offeringId }) => offeringId === page.id) ?? [];
  const mayAsk = page.mayWrite && ['certified', 'listing', 'listed'].includes(page.state);
  const free =
    board.data?.venues.filter(
      ({ id }) =>
        !listings.some(
          ({ venue, version, state }) =>
            venue === id && version === page.version && state !== 'refused' && state !== 'withdrawn',
        ),
    ) ?? [];
  const turnAsked = async (verb: 'suspend' | 'delist') => {
    const given = await ask({
      title: t(`studio.${verb}Sure`),
      about: t(`studio.${verb}About`),
      act: t(`studio.${verb}`),
      danger: true,
      reason: true,
    });
    if (given !== undefined) turn.mutate({ verb, words: given.reason });
  };
  return (
    <div className="stack">
      {!mayAsk && listings.length === 0 && <Empty title={t('studio.notYet')}>{t('studio.notYetAbout')}</Empty>}
      {mayAsk && free.length > 0 && <AskVenue page={page} venues={free} />}
      {listings.length > 0 && (
        <Panel
          title={t('studio.part.listing')}
          actions={
            page.mayWrite &&
            page.state === 'listed' && (
              <>
                <Button icon={<PauseOutlined />} onClick={() => turnAsked('suspend')}>
                  {t('studio.suspend')}
                </Button>
                <Button danger icon={<StopOutlined />} onClick={() => turnAsked('delist')}>
                  {t('studio.delist')}
                </Button>
              </>
            )
          }
        >
          <ul className="short-list">
            {listings.map((listing) => (
              <li key={listing.id}>
                <span className="short-title">
                  {t(`offering.venues.${listing.venue}`)} · {t('studio.versionNumber', { version: listing.version })}
                </span>
                <StatusTag tone={VENUE_TONES[listing.state]}>{t(`venues.states.${listing.state}`)}</StatusTag>
                <span className="quiet short-by">
                  {listing.externalId ?? ''} {listing.trouble ?? listing.words ?? ''}
                </span>
                {page.mayWrite && listing.wish !== 'withdrawn' && listing.state !== 'refused' && (
                  <Button size="small" loading={withdraw.isPending} onClick={() => withdraw.mutate(listing.id)}>
                    {t('studio.withdraw')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

function AskVenue({ page, venues }: { page: StudioPage; venues: readonly Venue[] }) {
  const { t } = useTranslation('exchange');
  const [chosen, setChosen] = useState<string>();
  const [fields, setFields] = useState<Record<string, string>>({});
  const list = useAct(
    () => exchange.list(page.id, chosen === undefined ? [] : [{ venue: chosen, fields }]),
    () => setChosen(undefined),
  );
  const venue = venues.find(({ id }) => id === chosen);
  const asked = venue?.fields.filter(({ from }) => from === 'asked') ?? [];
  return (
    <Panel title={t('studio.askVenue')}>
      <div className="offering-grid">
        <Select
          aria-label={t('offering.venue')}
          placeholder={t('studio.chooseVenue')}
          {...(chosen !== undefined && { value: chosen })}
          onChange={(id: string) => {
            setChosen(id);
            setFields({});
          }}
          options={venues.map(({ id, name, adapter }) => ({
            value: id,
            label: adapter === 'simulator' ? t('venues.simulated', { name: said(name) }) : said(name),
          }))}
        />
        {asked.map(({ id, label, choices }) =>
          choices === undefined ? (
            <Input
              key={id}
              aria-label={said(label)}
              placeholder={said(label)}
              maxLength={500}
              value={fields[id] ?? ''}
              onChange={({ target }) => setFields({ ...fields, [id]: target.value })}
            />
          ) : (
            <Select
              key={id}
              aria-label={said(label)}
              placeholder={said(label)}
              {...(fields[id] !== undefined && { value: fields[id] })}
              onChange={(value: string) => setFields({ ...fields, [id]: value })}
              options={choices.map((value) => ({ value, label: value }))}
            />
          ),
        )}
        <Button
          type="primary"
          icon={<PlayCircleOutlined />}
          disabled={venue === undefined || asked.some(({ id }) => (fields[id] ?? '').trim() === '')}
          loading={list.isPending}
          onClick={() => list.mutate(undefined)}
        >
          {t('studio.list')}
        </Button>
      </div>
      {venue !== undefined && venue.documents.length > 0 && (
        <p className="quiet">
          {t('venues.documents')}: {venue.documents.map(said).join('; ')}
        </p>
      )}
      {venue !== undefined && venue.unknown.length > 0 && (
        <p className="quiet">
          {t('venues.unknown', { what: venue.unknown.map((part) => t(`venues.parts.${part}`)).join(', ') })}
        </p>
      )}
    </Panel>
  );
}

/** Versions, their moves, and what changed from one to another. */
export function HistoryPart({ page }: { page: StudioPage }) {
  const { t } = useTranslation('exchange');
  const [against, setAgainst] = useAddressValue('against');
  const others = page.versions.filter(({ version }) => version !== page.version);
  return (
    <div className="stack">
      {others.length > 0 && (
        <Panel title={t('studio.compare')}>
          <div className="stack">
            <Select
              aria-label={t('studio.against')}
              placeholder={t('studio.against')}
              {...(against !== '' && { value: against })}
              onChange={(version: string) => setAgainst(version)}
              options={others.map(({ version, state }) => ({
                value: String(version),
                label: `${t('studio.versionNumber', { version })} (${t(`offering.states.${state}`)})`,
              }))}
            />
            {against !== '' && <Difference page={page} against={against} />}
          </div>
        </Panel>
      )}
      <DataTable<VersionMove>
        name="moves"
        label={t('studio.part.history')}
        emptyText={t('studio.noMoves')}
        searchable={false}
        rowKey={({ version, at, state }) => `${version} ${at} ${state}`}
        source={{ rows: page.moves }}
        columns={[
          {
            key: 'at',
            title: t('studio.when'),
            value: ({ at }) => at,
            render: ({ at }) => <Time at={at} />,
            phoneTitle: true,
          },
          { key: 'version', title: t('offering.version'), value: ({ version }) => version, end: true },
          {
            key: 'state',
            title: t('offering.state'),
            value: ({ state }) => t(`offering.states.${state}`),
            render: ({ state }) => <StatusTag tone={STATE_TONES[state]}>{t(`offering.states.${state}`)}</StatusTag>,
          },
          { key: 'by', title: t('studio.by'), value: ({ byName }) => byName },
          { key: 'words', title: t('studio.words'), value: ({ words }) => words ?? '' },
        ]}
      />
      <Dictionary columns={page.definition.columns} />
    </div>
  );
}

function Difference({ page, against }: { page: StudioPage; against: string }) {
  const { t } = useTranslation('exchange');
  const other = useStudio(page.id, against).data;
  if (other === undefined) return null;
  const changes = differences(other.definition, page.definition);
  if (changes.length === 0) return <p>{t('studio.same')}</p>;
  return (
    <ul className="offering-list offering-diff">
      {changes.map(({ path, was, is }) => (
        <li key={path}>
          {path}: {was !== undefined && <del>{was}</del>} {is !== undefined && <ins>{is}</ins>}
        </li>
      ))}
    </ul>
  );
}

/** Values that differ, by their path. */
function differences(
  was: OfferingDefinition,
  is: OfferingDefinition,
): { path: string; was: string | undefined; is: string | undefined }[] {
  const [before, after] = [new Map<string, string>(), new Map<string, string>()];
  flatten('', was, before);
  flatten('', is, after);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({ path, was: before.get(path), is: after.get(path) }));
}

function flatten(path: string, value: unknown, into: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    into.set(path, JSON.stringify(value));
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    // Columns are told apart by their names, wherever they stand.
    const own = (inner as { name?: unknown } | null)?.name;
    const key = Array.isArray(value) && typeof own === 'string' ? own : name;
    flatten(path === '' ? key : `${path}.${key}`, inner, into);
  }
}
