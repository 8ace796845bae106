import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type AskedState,
  type GateItem,
  RELAY_STAGES,
  type RelayDecision,
  type RelayPage,
  type RelayResource,
  type ResourceRequest,
} from '../../src/modules/cluster/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, Panel, StatusTag, Timeline, type Tone } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { FormDialog } from './form-dialog.tsx';
import { send, useAct, useAmounts, useRelay } from './parks-ask.ts';
import './parks.css';

/** One project's way: the gate before it, what helps, what was asked and decided. */
export default function Relay() {
  const query = useRelay(usePathValue('id'));
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Shown page={query.data} />;
}

function Shown({ page }: { page: RelayPage }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const { relay } = page;
  const at = RELAY_STAGES.indexOf(relay.stage);
  return (
    <Page
      title={named(relay)}
      about={
        <span className="row">
          <ExampleTag on={relay.example} />
          {relay.stopped && <StatusTag tone="neutral">{t('relay.stopped')}</StatusTag>}
          {relay.stalled && <StatusTag tone="warning">{t('relay.stalled')}</StatusTag>}
          {[t(`projects.sectors.${relay.sector}`), relay.ownerName, t('projects.inStage', { count: relay.days })].join(
            ' · ',
          )}
        </span>
      }
      trail={<Go to="/cluster/relay">{t('relay.title')}</Go>}
      actions={<Decide page={page} />}
    >
      {page.words !== '' && <p>{page.words}</p>}
      <ol className="relay-way">
        {RELAY_STAGES.map((stage, n) => (
          <li
            key={stage}
            data-is={n < at ? 'past' : n === at ? 'now' : 'ahead'}
            aria-current={n === at ? 'step' : undefined}
          >
            {t(`relay.stages.${stage}`)}
          </li>
        ))}
      </ol>
      <div className="columns">
        <Gate page={page} />
        <Resources page={page} />
      </div>
      <div className="columns">
        <Panel title={t('relay.requests')}>
          {page.requests.length === 0 && <Empty title={t('relay.noRequests')} />}
          <ul className="relay-list">
            {page.requests.map((ask) => (
              <li key={ask.id}>
                <div>
                  <Go to={`/cluster/things/${ask.resource}`}>{ask.resourceName}</Go>
                  <div>{ask.words}</div>
                  {ask.answer !== null && <div className="quiet">{ask.answer}</div>}
                </div>
                <AskAnswer ask={ask} isOwner={page.mayWrite} />
              </li>
            ))}
          </ul>
        </Panel>
        <Panel title={t('relay.course')}>
          <Timeline
            items={page.moves.toReversed().map(({ n, at: when, decision, to, reason, by }) => ({
              id: String(n),
              at: when,
              by,
              detail: reason ?? undefined,
              title: `${t(`relay.decisions.${decision}`)}: ${t(`relay.stages.${to}`)}`,
            }))}
          />
        </Panel>
      </div>
    </Page>
  );
}

function Decide({ page: { relay, mayDecide, mayWrite } }: { page: RelayPage }) {
  const { t } = useTranslation('cluster');
  const [decision, setDecision] = useState<RelayDecision>();
  const decide = useAct(
    (body: object) => send.post(`/relay/${relay.id}/decisions`, { ...body, decision, revision: relay.revision }),
    () => setDecision(undefined),
  );
  const at = RELAY_STAGES.indexOf(relay.stage);
  const possible: RelayDecision[] = relay.stopped
    ? ['resume']
    : [
        ...(mayDecide && at < RELAY_STAGES.length - 1 ? (['pass'] as const) : []),
        ...(mayDecide && at > 0 ? (['back'] as const) : []),
        'stop',
      ];
  if (!mayDecide && !mayWrite) return null;
  const open = relay.items - relay.itemsDone;
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: possible.map((key) => ({ key, label: t(`relay.decisions.${key}`) })),
          onClick: ({ key }) => setDecision(key as RelayDecision),
        }}
      >
        <Button type="primary">{t('relay.decide')}</Button>
      </Dropdown>
      {decision !== undefined && (
        <FormDialog
          title={t(`relay.decisions.${decision}`)}
          {...(decision === 'pass' && open > 0 && { about: t('relay.stillOpen', { count: open }) })}
          act={t(`relay.decisions.${decision}`)}
          busy={decide.isPending}
          close={() => setDecision(undefined)}
          send={(filled) => decide.mutate(filled)}
          fields={[
            {
              name: 'reason',
              label: t('projects.reason'),
              kind: 'long',
              needed: decision !== 'resume' && (decision !== 'pass' || open > 0),
            },
          ]}
        />
      )}
    </>
  );
}

/** What must be there before the stage is left. */
function Gate({ page: { relay, gates, items, mayWrite } }: { page: RelayPage }) {
  const { t, i18n } = useTranslation('cluster');
  const [answering, setAnswering] = useState<GateItem>();
  const gate = gates.find(({ stage }) => stage === relay.stage);
  const told = (item: GateItem) => (i18n.language.startsWith('zh') ? item.zh : item.en);
  const answer = useAct(
    ({ item, evidence }: { item: string; evidence: string | null }) =>
      send.put(`/relay/${relay.id}/items/${item}`, { evidence }),
    () => setAnswering(undefined),
  );
  return (
    <Panel
      title={t('relay.gateOf', { stage: t(`relay.stages.${relay.stage}`), done: relay.itemsDone, items: relay.items })}
    >
      <ul className="relay-list">
        {gate?.items.map((item) => {
          const state = items.find((each) => each.stage === relay.stage && each.item === item.id);
          return (
            <li key={item.id}>
              <div>
                {told(item)}
                <div className="quiet">{item.source === 'house' ? t('relay.houseRule') : item.source}</div>
                {state !== undefined && <div>{t('relay.evidenceOf', { words: state.evidence, by: state.by })}</div>}
              </div>
              <span className="row">
                <StatusTag tone={state === undefined ? 'warning' : 'good'}>
                  {t(state === undefined ? 'relay.open' : 'relay.there')}
                </StatusTag>
                {mayWrite && !relay.stopped && (
                  <Button
                    size="small"
                    onClick={() =>
                      state === undefined ? setAnswering(item) : answer.mutate({ item: item.id, evidence: null })
                    }
                  >
                    {t(state === undefined ? 'relay.answer' : 'relay.reopen')}
                  </Button>
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {answering !== undefined && (
        <FormDialog
          title={told(answering)}
          act={t('parks.keep')}
          busy={answer.isPending}
          close={() => setAnswering(undefined)}
          send={({ evidence }) => answer.mutate({ item: answering.id, evidence: String(evidence) })}
          fields={[{ name: 'evidence', label: t('relay.evidence'), kind: 'long', needed: true }]}
        />
      )}
    </Panel>
  );
}

function Resources({ page: { relay, resources, requests, mayWrite } }: { page: RelayPage }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const [asking, setAsking] = useState<RelayResource>();
  const ask = useAct(
    (body: object) => send.post(`/relay/${relay.id}/requests`, body),
    () => setAsking(undefined),
  );
  const isAsked = (id: string) =>
    requests.some(
      ({ resource, stage, state }) =>
        resource === id && stage === relay.stage && (state === 'asked' || state === 'accepted'),
    );
  return (
    <Panel title={t('relay.resources')}>
      {resources.length === 0 && <Empty title={t('relay.noResources')} />}
      <ul className="relay-list">
        {resources.map((resource) => (
          <li key={resource.id}>
            <div>
              <Go to={`/cluster/things/${resource.id}`}>{named(resource)}</Go> <ExampleTag on={resource.example} />
              <div className="quiet">
                {resource.reasons.map(({ why, detail }) => t(`relay.reasons.${why}`, { detail })).join(' · ')}
              </div>
            </div>
            {mayWrite && !isAsked(resource.id) && (
              <Button size="small" onClick={() => setAsking(resource)}>
                {t('relay.ask')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p className="quiet">{t('relay.matchNote')}</p>
      {asking !== undefined && (
        <FormDialog
          title={t('relay.askOf', { name: named(asking) })}
          act={t('portal.send')}
          busy={ask.isPending}
          close={() => setAsking(undefined)}
          send={(filled) => ask.mutate({ ...filled, resource: asking.id })}
          fields={[{ name: 'words', label: t('relay.whatFor'), kind: 'long', needed: true }]}
        />
      )}
    </Panel>
  );
}

const ASK_TONES: Readonly<Record<AskedState, Tone>> = {
  asked: 'warning',
  accepted: 'info',
  declined: 'danger',
  done: 'good',
  withdrawn: 'neutral',
};

/** Where a request for help stands, and what may be done with it. */
export function AskAnswer({ ask, isOwner }: { ask: ResourceRequest; isOwner: boolean }) {
  const { t } = useTranslation('cluster');
  const [state, setState] = useState<AskedState>();
  const answer = useAct(
    (body: object) => send.post(`/relay/${ask.relay}/requests/${ask.id}`, { ...body, state }),
    () => setState(undefined),
  );
  const answers: AskedState[] = ask.mayAnswer ? (ask.state === 'asked' ? ['accepted', 'declined'] : ['done']) : [];
  if (isOwner && (ask.state === 'asked' || ask.state === 'accepted')) answers.push('withdrawn');
  return (
    <span className="row">
      <StatusTag tone={ASK_TONES[ask.state]}>{t(`relay.asked.${ask.state}`)}</StatusTag>
      {answers.map((each) => (
        <Button key={each} size="small" onClick={() => setState(each)}>
          {t(`relay.answers.${each}`)}
        </Button>
      ))}
      {state !== undefined && (
        <FormDialog
          title={t(`relay.answers.${state}`)}
          about={ask.words}
          act={t(`relay.answers.${state}`)}
          busy={answer.isPending}
          close={() => setState(undefined)}
          send={(filled) => answer.mutate(filled)}
          fields={[{ name: 'answer', label: t('projects.words'), kind: 'long', needed: state === 'declined' }]}
        />
      )}
    </span>
  );
}
