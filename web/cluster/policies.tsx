import { Button, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type AnswerValue,
  MYSELF,
  type Navigator,
  PROGRAMMES,
  type Variable,
} from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue, useAddressValues, useGo } from '../shell/index.ts';
import {
  Empty,
  Facts,
  Failure,
  Field,
  Figures,
  Loading,
  Page,
  Panel,
  StatusTag,
  useNotice,
  useRested,
} from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { applicationActs, policyOf, useAnswer, useBoth, useNavigator, useRoundYuan, useYuan } from './policy-ask.ts';
import { clauseOf, FindingDetails, KnownShown, StandingTag, useAmountWords, VerdictTag } from './policy-clause.tsx';

/** The navigator: what the rules give an enterprise, what to answer next, where to apply. */
export default function Policies() {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const [enterprise, day] = [String(values['enterprise'] ?? ''), String(values['day'] ?? '')];
  const [typed, setTyped] = useState('');
  const text = useRested(typed, 250);
  const query = useNavigator({ enterprise, day, text });
  const told = query.data;
  return (
    <Page title={t('policies.title')} about={t('policies.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {told !== undefined && (
        <div className="stack">
          <div className="policy-fields no-print">
            <Field stacked label={t('policies.enterprise')}>
              {(id) => (
                <EnterpriseChoice
                  id={id}
                  told={told}
                  search={setTyped}
                  choose={(id) => {
                    setTyped('');
                    set({ enterprise: id });
                  }}
                />
              )}
            </Field>
            <Field stacked label={t('policies.day')}>
              {(id) => (
                <Input
                  id={id}
                  type="date"
                  value={day === '' ? told.day : day}
                  onChange={(event) => set({ day: event.target.value })}
                />
              )}
            </Field>
          </div>
          {told.enterprise === null ? (
            <Empty title={t('policies.noEnterprise')}>{t('policies.noEnterpriseAbout')}</Empty>
          ) : (
            <For told={told} />
          )}
          <Clauses told={told} />
        </div>
      )}
    </Page>
  );
}

function EnterpriseChoice({
  id,
  told,
  choose,
  search,
}: {
  id: string;
  told: Navigator;
  choose: (id: string) => void;
  search: (text: string) => void;
}) {
  const { t, i18n } = useTranslation('cluster');
  const nameOf = ({ name, nameZh }: Navigator['own'][number]) =>
    i18n.language.startsWith('zh') ? (nameZh ?? name) : name;
  const known =
    told.enterprise !== null && ![MYSELF, ...told.own.map(({ id }) => id)].includes(told.enterprise.id)
      ? [told.enterprise]
      : [];
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: search }}
      value={told.enterprise?.id ?? ''}
      onChange={choose}
      options={[
        ...(told.enterprise === null ? [{ value: '', label: t('policies.everybody') }] : []),
        ...[...known, ...told.own].map((each) => ({ value: each.id, label: nameOf(each) })),
        { value: MYSELF, label: t('policies.myself') },
      ]}
    />
  );
}

/** What the enterprise may count on, what to answer next, what is known of it. */
function For({ told }: { told: Navigator }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useYuan();
  const round = useRoundYuan();
  const { total, findings, policies } = told;
  const titleOf = (key: string) => {
    const [policy = '', clause = ''] = key.split('/');
    const found = findings.find((each) => each.policy === policy && each.clause === clause)!;
    return both(clauseOf(policyOf(policies, policy), found).title);
  };
  const count = (verdict: string) => findings.filter((each) => each.verdict === verdict).length;
  return (
    <>
      {told.enterprise?.example === true && (
        <div>
          <ExampleTag on />
        </div>
      )}
      <Figures
        figures={[
          { label: t('policies.certain'), value: round(total.certain), tone: 'good' },
          {
            label: t('policies.possible'),
            value: round(total.possible),
            ...(total.isOpen && { unit: t('policies.open') }),
          },
          { label: t('policies.yes'), value: count('yes') },
          { label: t('policies.unknown'), value: count('unknown') },
        ]}
      />
      <p className="quiet">{t(told.enterprise?.id === MYSELF ? 'policies.myselfNote' : 'policies.stackingNote')}</p>
      {(total.left.length > 0 || total.capped.length > 0) && (
        <ul className="policy-list">
          {total.left.map((each) => (
            <li key={each.key}>{t('policies.left', { left: titleOf(each.key), taken: titleOf(each.for) })}</li>
          ))}
          {total.capped.map(({ cap, by }) => (
            <li key={cap}>{t('policies.capped', { by: yuan(by) })}</li>
          ))}
        </ul>
      )}
      <NextQuestion told={told} />
      <Known told={told} />
    </>
  );
}

function NextQuestion({ told }: { told: Navigator }) {
  const { t, i18n } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useYuan();
  const [asked, setAsked] = useAddressValue('ask');
  const { questions, variables } = told;
  const at = Math.max(
    0,
    questions.findIndex(({ name }) => name === asked),
  );
  const question = questions[at];
  const chosen = variables.find(({ name }) => name === (asked === '' ? question?.name : asked));
  if (chosen === undefined)
    return (
      <Panel title={t('policies.ask')}>
        <p>{t('policies.done')}</p>
      </Panel>
    );
  const isNext = question?.name === chosen.name;
  const next = questions[(at + 1) % questions.length];
  return (
    <Panel
      title={t('policies.ask')}
      actions={questions.length > 1 && <Button onClick={() => setAsked(next!.name)}>{t('policies.skip')}</Button>}
    >
      <div className="stack">
        <strong>{both(chosen.question)}</strong>
        {told.mayAnswer && (
          <Answering key={chosen.name} variable={chosen} enterprise={told.enterprise!.id} done={() => setAsked('')} />
        )}
        <span>{t('policies.proof', { evidence: both(chosen.evidence), holder: both(chosen.holder) })}</span>
        {isNext && (
          <span className="quiet">
            {t('policies.asked', { at: at + 1, of: questions.length })}{' '}
            {t('policies.askWhy', {
              settles: yuan(Math.round(question.settles / 100) * 100),
              decides: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(question.decides),
            })}{' '}
            {t('policies.askMethod')}
          </span>
        )}
      </div>
    </Panel>
  );
}

function Answering({ variable, enterprise, done }: { variable: Variable; enterprise: string; done: () => void }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const answer = useAnswer();
  const [value, setValue] = useState<AnswerValue>();
  const { name, type, options = [] } = variable;
  const give = (given: AnswerValue) => answer.mutate({ enterprise, name, value: given }, { onSuccess: done });
  const choices: { value: AnswerValue; label: string }[] =
    type === 'flag'
      ? [
          { value: true, label: t('policies.yesWord') },
          { value: false, label: t('policies.noWord') },
        ]
      : options.map((option) => ({ value: option.value, label: both(option) }));
  if (type === 'flag' || type === 'code')
    return (
      <fieldset
        className="row"
        aria-label={both(variable.question)}
        style={{ border: 0, padding: 0, flexWrap: 'wrap' }}
      >
        {choices.map((choice) => (
          <Button key={String(choice.value)} disabled={answer.isPending} onClick={() => give(choice.value)}>
            {choice.label}
          </Button>
        ))}
      </fieldset>
    );
  const scale = type === 'money' ? 100 : 1;
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== undefined) give(value);
      }}
    >
      <InputNumber
        aria-label={both(variable.question)}
        min={0}
        max={1e11}
        precision={type === 'money' ? 2 : 3}
        style={{ width: 220 }}
        suffix={type === 'money' ? t('policies.yuan') : variable.unit?.replace('m2', 'm²')}
        onChange={(typed) => setValue(typed === null ? undefined : Math.round(Number(typed) * scale * 1000) / 1000)}
      />
      <Button type="primary" htmlType="submit" disabled={value === undefined} loading={answer.isPending}>
        {t('policies.answer')}
      </Button>
    </form>
  );
}

function Known({ told }: { told: Navigator }) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const answer = useAnswer();
  const [, setAsked] = useAddressValue('ask');
  const { answers, variables, enterprise, mayAnswer } = told;
  return (
    <Panel title={t('policies.answers')}>
      {answers.length === 0 && <p className="quiet">{t('policies.noAnswers')}</p>}
      <Facts
        facts={answers.map((answered) => {
          const { name, from } = answered;
          const variable = variables.find((each) => each.name === name)!;
          return [
            both(variable.question),
            <span key={name} className="row" style={{ flexWrap: 'wrap' }}>
              <KnownShown variable={variable} answer={answered} />
              {mayAnswer && (
                <Button
                  size="small"
                  onClick={() => setAsked(name)}
                  aria-label={`${t('policies.change')}: ${both(variable.question)}`}
                >
                  {t('policies.change')}
                </Button>
              )}
              {mayAnswer && from === 'own' && (
                <Button
                  size="small"
                  aria-label={`${t('policies.takeBack')}: ${both(variable.question)}`}
                  onClick={() => answer.mutate({ enterprise: enterprise!.id, name, value: null })}
                >
                  {t('policies.takeBack')}
                </Button>
              )}
            </span>,
          ] as const;
        })}
      />
    </Panel>
  );
}

const FEW = 12;

/** Every clause, the surest money first. */
function Clauses({ told }: { told: Navigator }) {
  const { t } = useTranslation('cluster');
  const [show, setShow] = useAddressValue('show', 'all');
  const [search, setSearch] = useAddressValue('q');
  const [whole, setAll] = useAddressValue('whole');
  const [programme, setProgramme] = useAddressValue('programme');
  const isAll = whole === 'yes';
  const { findings, policies } = told;
  const rows = findings
    .map((finding) => {
      const policy = policyOf(policies, finding.policy);
      return { finding, policy, clause: clauseOf(policy, finding) };
    })
    .filter(({ finding, policy, clause }) => {
      const words = [policy.title, policy.issuer, clause.title].flatMap(({ en, zh }) => [en, zh]);
      const text = [...words, policy.number ?? '', clause.quote?.text ?? ''].join(' ').toLowerCase();
      return (
        (show === 'all' || finding.verdict === show) &&
        (programme === '' || policy.programme === programme) &&
        search
          .toLowerCase()
          .split(/\s+/)
          .every((word) => text.includes(word))
      );
    })
    .sort(
      ({ finding: one }, { finding: two }) =>
        placeOf(one) - placeOf(two) ||
        certain(two) - certain(one) ||
        (two.amount.most ?? 0) - (one.amount.most ?? 0) ||
        one.policy.localeCompare(two.policy),
    );
  return (
    <>
      <div className="policy-fields no-print">
        <Field stacked label={t('policies.search')}>
          {(id) => (
            <Input.Search id={id} allowClear value={search} onChange={(event) => setSearch(event.target.value)} />
          )}
        </Field>
        <Field stacked label={t('policies.programme')}>
          {(id) => (
            <Select
              id={id}
              value={programme}
              onChange={setProgramme}
              options={[
                { value: '', label: t('policies.anyProgramme') },
                ...PROGRAMMES.map((value) => ({ value, label: t(`policies.programmes.${value}`) })),
              ]}
            />
          )}
        </Field>
        <Field stacked label={t('policies.filters')}>
          {(id) => (
            <Select
              id={id}
              value={show}
              onChange={setShow}
              options={[
                { value: 'all', label: t('policies.filterAll') },
                ...(['yes', 'unknown', 'no'] as const).map((value) => ({
                  value,
                  label: t(`policies.verdicts.${value}`),
                })),
              ]}
            />
          )}
        </Field>
      </div>
      {rows.length === 0 && <Empty title={t('policies.none')}>{t('policies.noneAbout')}</Empty>}
      {rows.slice(0, isAll ? undefined : FEW).map((row) => (
        <Card key={`${row.policy.id}/${row.clause.id}`} told={told} {...row} />
      ))}
      {!isAll && rows.length > FEW && (
        <Button className="no-print" onClick={() => setAll('yes')}>
          {t('policies.showAll', { count: rows.length })}
        </Button>
      )}
    </>
  );
}

/** What applies, what may, what does not, and last what nobody has read. */
function placeOf({ verdict, amount }: Navigator['findings'][number]): number {
  if (verdict === 'unknown') return amount.kind === 'unknown' ? 3 : 1;
  return verdict === 'yes' ? 0 : 2;
}

function certain({ verdict, standing, amount }: Navigator['findings'][number]): number {
  return verdict === 'yes' && standing === 'in-force' ? amount.least : 0;
}

function Card({
  told,
  finding,
  policy,
  clause,
}: { told: Navigator } & Omit<Parameters<typeof FindingDetails>[0], 'variables'>) {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const amountWords = useAmountWords();
  const key = `${policy.id}/${clause.id}`;
  return (
    <Panel>
      <article className="policy-card" aria-label={both(clause.title)}>
        <div>
          <h2>{both(clause.title)}</h2>
          <Go to={`/cluster/policies/${policy.id}`}>
            {[both(policy.title), policy.number].filter(Boolean).join(' · ')}
          </Go>
          <div className="row" style={{ flexWrap: 'wrap' }}>
            {told.enterprise !== null && <VerdictTag verdict={finding.verdict} />}
            <StandingTag standing={finding.standing} />
            <StatusTag tone="neutral">{t(`policies.programmes.${policy.programme}`)}</StatusTag>
            {policy.applicant === 'person' && <StatusTag tone="neutral">{t('policies.forPersons')}</StatusTag>}
            {clause.noApplication === true && (
              <StatusTag tone="primary">
                <span title={t('policies.noApplicationAbout')}>{t('policies.noApplication')}</span>
              </StatusTag>
            )}
          </div>
        </div>
        <div className="policy-sum">
          <div>{amountWords(finding.amount)}</div>
          <Apply told={told} finding={finding} policy={policy.id} clause={clause} existing={told.applications[key]} />
        </div>
        <details>
          <summary>{t('policies.details')}</summary>
          <FindingDetails finding={finding} policy={policy} clause={clause} variables={told.variables} />
        </details>
      </article>
    </Panel>
  );
}

function Apply({
  told,
  finding,
  policy,
  clause,
  existing,
}: {
  told: Navigator;
  finding: Navigator['findings'][number];
  policy: string;
  clause: { id: string; amount: { kind: string } };
  existing: string | undefined;
}): ReactNode {
  const { t } = useTranslation('cluster');
  const go = useGo();
  const notice = useNotice();
  const [isBusy, setBusy] = useState(false);
  if (told.enterprise?.id === MYSELF || ['none', 'relief'].includes(clause.amount.kind)) return null;
  if (!told.mayAnswer || finding.verdict === 'no') return null;
  if (existing !== undefined) return <Go to={`/cluster/applications/${existing}`}>{t('policies.openApplication')}</Go>;
  if (finding.standing === 'ended' || finding.standing === 'not-yet') return null;
  const begin = async () => {
    setBusy(true);
    try {
      const { id } = await applicationActs.begin({
        enterprise: told.enterprise!.id,
        policy,
        clause: clause.id,
        matter: '',
      });
      go(`/cluster/applications/${id}`);
    } catch (error) {
      notice.failed(error);
      setBusy(false);
    }
  };
  return (
    <Button
      type={finding.verdict === 'yes' ? 'primary' : 'default'}
      loading={isBusy}
      onClick={begin}
      className="no-print"
    >
      {t('policies.apply')}
    </Button>
  );
}
