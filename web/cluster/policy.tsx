import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Clause, EligibleLine, PolicyPage, PolicyVersion, Variable } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue, usePathValue } from '../shell/index.ts';
import { DataTable, Facts, Failure, Loading, Page, Panel, StatusTag, Time, useNotice } from '../ui/index.ts';
import { policyActs, useAnswerWords, useBoth, usePolicy, usePolicyAct, useYuan } from './policy-ask.ts';
import { ClauseGrounds, Sources, StandingTag } from './policy-clause.tsx';

/** A policy: what it is, its clauses as they hold today, its versions, and whom it reaches. */
export default function PolicyView() {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const id = usePathValue('id');
  const query = usePolicy(id);
  const page = query.data;
  return (
    <Page
      title={page === undefined ? t('policies.policy') : both(page.policy.title)}
      trail={<Go to="/cluster/policies">{t('policies.title')}</Go>}
      actions={page?.mayWrite === true && <Go to={`/cluster/policies/${id}/simulate`}>{t('policyDesk.simulate')}</Go>}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && <Told page={page} refetch={() => query.refetch()} />}
    </Page>
  );
}

function Told({ page, refetch }: { page: PolicyPage; refetch: () => void }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const { policy } = page;
  const version = policy.versions.find((each) => each.version === page.version)!;
  return (
    <div className="stack">
      <Panel>
        <Facts
          facts={[
            [t('policies.number'), policy.number],
            [t('policies.issuer'), both(policy.issuer)],
            [t('policies.level'), t(`policies.levels.${policy.level}`)],
            [
              t('policies.validity'),
              <span key="validity" className="row" style={{ flexWrap: 'wrap' }}>
                <Validity version={version} />
                <StandingTag standing={page.standing} />
              </span>,
            ],
            [t('policies.sources'), <Sources key="sources" sources={policy.sources} />],
            [
              t('policies.caveats'),
              <ul key="caveats" className="policy-list">
                {policy.caveats.map((words) => (
                  <li key={words.en}>{both(words)}</li>
                ))}
              </ul>,
            ],
          ]}
        />
      </Panel>
      {page.mayWrite && <Reach page={page} clauses={version.clauses} refetch={refetch} />}
      {version.clauses.map((clause) => (
        <Panel key={clause.id} title={both(clause.title)}>
          <ClauseGrounds clause={clause} sources={[]} caveats={clause.caveats ?? []} />
          <ClauseAmount clause={clause} variables={page.variables} />
        </Panel>
      ))}
      <Versions page={page} />
    </div>
  );
}

function Validity({ version: { from, to, toKnown } }: { version: PolicyVersion }) {
  const { t } = useTranslation('cluster');
  const begin = from === undefined ? t('policies.fromUnknown') : t('policies.from', { from });
  const end =
    to !== undefined ? t('policies.to', { to }) : t(toKnown === false ? 'policies.toUnknown' : 'policies.toOpen');
  return <span>{`${begin}, ${end}`}</span>;
}

/** The form of an amount, in the words of its numbers. */
function ClauseAmount({ clause, variables }: { clause: Clause; variables: readonly Variable[] }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const words = useRuleWords(variables);
  return (
    <Facts
      facts={[
        [t('policies.amount'), words(clause.amount)],
        ...(clause.extras ?? []).map(
          ({ id, title, percent }) => [`+${percent} %`, <span key={id}>{both(title)}</span>] as const,
        ),
        [
          t('policies.paidBy'),
          (clause.payers ?? [{ payer: 'unstated' as const, percent: 100 }])
            .map(({ payer, percent }) => `${t(`policies.payers.${payer}`)} ${percent} %`)
            .join(', '),
        ],
      ]}
    />
  );
}

function useRuleWords(variables: readonly Variable[]): (rule: Clause['amount']) => string {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const answerWords = useAnswerWords();
  const named = (name: string) => variables.find((variable) => variable.name === name);
  const asked = (name: string) => both(named(name)!.question);
  const yuan = useYuan();
  const words = (rule: Clause['amount']): string => {
    const held = (ceilingYuan: number | undefined) =>
      ceilingYuan === undefined ? '' : `, ${t('policies.upTo', { amount: yuan(ceilingYuan * 100) })}`;
    switch (rule.kind) {
      case 'fixed':
        return yuan(rule.yuan * 100);
      case 'up-to':
        return t('policies.upTo', { amount: yuan(rule.ceilingYuan * 100) });
      case 'rate':
        return `${rule.upTo === true ? '≤ ' : ''}${rule.percent} % × ${asked(rule.of)}${held(rule.ceilingYuan)}`;
      case 'each':
        return `${yuan(rule.yuan * 100)} × ${asked(rule.of)}${held(rule.ceilingYuan)}`;
      case 'tiers':
        return Object.entries(rule.tiers)
          .map(([tier, each]) => `${answerWords(named(rule.by), tier)}: ${words(each)}`)
          .join('; ');
      case 'case-by-case':
        return `${t('policies.kinds.case-by-case')}${held(rule.ceilingYuan)}`;
      default:
        return t(`policies.kinds.${rule.kind}`);
    }
  };
  return words;
}

function Reach({ page, clauses, refetch }: { page: PolicyPage; clauses: readonly Clause[]; refetch: () => void }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useYuan();
  const notice = useNotice();
  const [shown, setShown] = useAddressValue('clause');
  const [verdict, setVerdict] = useAddressValue('verdict', 'yes');
  const { reach, policy } = page;
  const open = (clause: string, of: string) => {
    setVerdict(of);
    setTimeout(() => setShown(clause));
  };
  const clause = clauses.find(({ id }) => id === shown);
  return (
    <>
      <Panel
        title={t('policyDesk.reach')}
        actions={
          <Button onClick={() => policyActs.match().then(refetch, notice.failed)}>{t('policyDesk.match')}</Button>
        }
      >
        {reach === null ? (
          <p>{t('policyDesk.reachNone')}</p>
        ) : (
          <p className="quiet">
            {t('policyDesk.reachAbout', {
              enterprises: reach.enterprises,
              at: reach.ranAt.slice(0, 16).replace('T', ' '),
            })}
          </p>
        )}
        {reach !== null && (
          <DataTable<Clause>
            name={`policy-${policy.id}`}
            label={t('policyDesk.clause')}
            rowKey={({ id }) => id}
            source={{ rows: clauses }}
            columns={[
              { key: 'clause', title: t('policyDesk.clause'), value: ({ title }) => both(title), phoneTitle: true },
              ...(['yes', 'unknown'] as const).map((of) => ({
                key: of,
                title: t(`policyDesk.${of}`),
                end: true,
                value: ({ id }: Clause) => reach.clauses[`${policy.id}/${id}`]?.[of] ?? 0,
                render: ({ id, title }: Clause) => {
                  const count = reach.clauses[`${policy.id}/${id}`]?.[of] ?? 0;
                  return count === 0 ? (
                    0
                  ) : (
                    <Button
                      size="small"
                      aria-label={`${t(`policyDesk.${of}`)}: ${both(title)}`}
                      onClick={() => open(id, of)}
                    >
                      {count}
                    </Button>
                  );
                },
              })),
              {
                key: 'no',
                title: t('policyDesk.no'),
                end: true,
                value: ({ id }) => reach.clauses[`${policy.id}/${id}`]?.no ?? 0,
              },
              ...(['certain', 'possible'] as const).map((of) => ({
                key: of,
                title: t(`policyDesk.${of}`),
                end: true,
                value: ({ id }: Clause) => (reach.clauses[`${policy.id}/${id}`]?.[of] ?? 0) / 100,
                render: ({ id }: Clause) => yuan(reach.clauses[`${policy.id}/${id}`]?.[of] ?? 0),
              })),
            ]}
          />
        )}
      </Panel>
      {clause !== undefined && <Eligible policy={page} clause={clause} verdict={verdict} />}
    </>
  );
}

const PAGE_ROWS = 50;

function Eligible({
  policy: { policy, variables },
  clause,
  verdict,
}: {
  policy: PolicyPage;
  clause: Clause;
  verdict: string;
}) {
  const { t, i18n } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useYuan();
  return (
    <Panel title={t('policyDesk.eligible', { clause: both(clause.title) })}>
      <p className="quiet">{t('policyDesk.listed')}</p>
      <DataTable<EligibleLine>
        name={`eligible-${policy.id}-${clause.id}`}
        label={t('policies.enterprise')}
        rowKey={({ id }) => id}
        emptyText={t('policyDesk.none')}
        source={{
          queryKey: ['cluster', 'eligible', policy.id, clause.id, verdict],
          load: async ({ after = '0' }, signal) => {
            const query = { verdict, limit: PAGE_ROWS, offset: Number(after) };
            const { enterprises } = await policyActs.eligible(policy.id, clause.id, query, signal);
            const next = enterprises.length < PAGE_ROWS ? undefined : String(Number(after) + PAGE_ROWS);
            return { rows: enterprises, next };
          },
        }}
        columns={[
          {
            key: 'name',
            title: t('policies.enterprise'),
            value: ({ name, nameZh }) => (i18n.language.startsWith('zh') ? (nameZh ?? name) : name),
            render: ({ id, name, nameZh }) => (
              <Go to={`/cluster/policies?enterprise=${id}`}>
                {i18n.language.startsWith('zh') ? (nameZh ?? name) : name}
              </Go>
            ),
            phoneTitle: true,
          },
          {
            key: 'certain',
            title: t('policyDesk.certain'),
            end: true,
            value: (row) => row.certain / 100,
            render: (row) => yuan(row.certain),
          },
          {
            key: 'possible',
            title: t('policyDesk.possible'),
            end: true,
            value: (row) => (row.possible === null ? null : row.possible / 100),
            render: (row) => (row.possible === null ? t('policies.kinds.money') : yuan(row.possible)),
          },
          {
            key: 'missing',
            title: t('policyDesk.lacking'),
            value: (row) =>
              row.missing.map((name) => both(variables.find((each) => each.name === name)!.question)).join(' '),
          },
        ]}
      />
    </Panel>
  );
}

function Versions({ page }: { page: PolicyPage }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const act = usePolicyAct(
    page.policy.id,
    (version: number) => policyActs.guide(page.policy.id, version),
    () => notice.done(t('policies.guideOnline')),
  );
  return (
    <Panel title={t('policies.versions')}>
      <ul className="policy-list">
        {page.policy.versions.map((version) => {
          const amendment = page.amendments.find((each) => each.version === version.version);
          return (
            <li key={version.version}>
              {t('policies.version', { version: version.version })}: <Validity version={version} />
              {amendment !== undefined && (
                <div className="row" style={{ flexWrap: 'wrap' }}>
                  <span>{t('policies.amendedBy', { who: amendment.madeByName, words: amendment.words })}</span>
                  <Time at={amendment.madeAt} />
                  {amendment.guideAt === null ? (
                    <StatusTag tone={new Date(amendment.guideDueAt) < new Date() ? 'danger' : 'warning'}>
                      {t('policies.guideDue', { due: amendment.guideDueAt.slice(0, 10) })}
                    </StatusTag>
                  ) : (
                    <StatusTag tone="good">{t('policies.guideOnline')}</StatusTag>
                  )}
                  {page.mayWrite && amendment.guideAt === null && (
                    <Button size="small" onClick={() => act.mutate(version.version)}>
                      {t('policies.guideMark')}
                    </Button>
                  )}
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
