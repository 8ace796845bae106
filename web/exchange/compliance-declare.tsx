import { DeleteOutlined, DownloadOutlined, SaveOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, InputNumber, Radio } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer, Answers, CompliancePage, EvidenceFile, ItemPage } from '../../src/modules/exchange/model.ts';
import { Failure, Loading, Panel, StatusTag, save, useNotice } from '../ui/index.ts';
import { exchange, said, useAct, useCompliance, usePercent } from './offering-ask.ts';

/** What the holder declares and proves. */
export function Compliance({ id, version, revision }: { id: string; version: number; revision: number }) {
  const query = useCompliance(id, version);
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Declaration key={`${version}`} page={query.data} revision={revision} />;
}

function Declaration({ page, revision }: { page: CompliancePage; revision: number }) {
  const { t } = useTranslation('exchange');
  const kept = Object.fromEntries(page.items.flatMap(({ id, answer }) => (answer === null ? [] : [[id, answer]])));
  const [answers, setAnswers] = useState<Answers>(kept);
  const keep = useAct(() => exchange.answer(page.offeringId, answers, revision));
  const isChanged = JSON.stringify(answers) !== JSON.stringify(kept);
  // What is only not done yet stands in the list of what is missing.
  const answered = page.refusals.filter(
    (refused) => !page.mayAnswer || page.items.some(({ id, choices }) => id === refused && choices !== undefined),
  );
  return (
    <div className="stack">
      {page.assessment?.words != null && (
        <Panel title={t('assess.decision')}>
          <p>{page.assessment.words}</p>
        </Panel>
      )}
      {answered.length > 0 && <Refusals page={{ ...page, refusals: answered }} />}
      <Panel
        title={t('compliance.title')}
        actions={
          page.mayAnswer && (
            <Button
              icon={<SaveOutlined />}
              type={isChanged ? 'primary' : 'default'}
              disabled={!isChanged}
              loading={keep.isPending}
              onClick={() => keep.mutate(undefined)}
            >
              {t('compliance.keep')}
            </Button>
          )
        }
      >
        <p className="quiet">{t('compliance.about')}</p>
        {page.items.map((item) => (
          <section key={item.id} className="offering-item" aria-label={said(item.title)}>
            <ItemHead item={item} />
            {item.choices !== undefined && (
              <AnswerFields
                item={item}
                answer={answers[item.id]}
                mayAnswer={page.mayAnswer}
                set={(answer) => setAnswers({ ...answers, [item.id]: answer })}
              />
            )}
            <Found item={item} />
            <Files page={page} item={item} chosen={answers[item.id]?.choice} />
            {item.verdict !== null && <VerdictLine item={item} />}
          </section>
        ))}
      </Panel>
    </div>
  );
}

/** For which reasons nobody can approve it. */
export function Refusals({ page }: { page: CompliancePage }) {
  const { t } = useTranslation('exchange');
  return (
    <Panel title={t('compliance.refused')}>
      <p>{t('compliance.refusedAbout')}</p>
      <ul className="offering-list">
        {page.items
          .filter(({ id }) => page.refusals.includes(id))
          .map((item) => (
            <li key={item.id}>{said(item.title)}</li>
          ))}
      </ul>
    </Panel>
  );
}

export function ItemHead({ item }: { item: ItemPage }) {
  const { t } = useTranslation('exchange');
  return (
    <>
      <h3>{said(item.title)}</h3>
      <p>{said(item.question)}</p>
      <p className="quiet">
        {t('compliance.satisfied')}: {said(item.satisfied)} · {t('compliance.source')}: {item.source}
      </p>
    </>
  );
}

function AnswerFields(props: {
  item: ItemPage;
  answer: Answer | undefined;
  mayAnswer: boolean;
  set: (answer: Answer) => void;
}) {
  const { t } = useTranslation('exchange');
  const { item, mayAnswer, set } = props;
  const answer = props.answer ?? { words: '' };
  const figures = answer.export ?? { persons: 0, sensitive: true, critical: false };
  return (
    <>
      <Radio.Group
        aria-label={said(item.title)}
        disabled={!mayAnswer}
        value={answer.choice}
        onChange={({ target }) => set({ ...answer, choice: String(target.value) })}
        options={(item.choices ?? []).map(({ id, label }) => ({ value: id, label: said(label) }))}
      />
      {item.id === 'export' && answer.choice === 'abroad' && (
        <div className="row">
          <InputNumber
            aria-label={t('compliance.persons')}
            prefix={t('compliance.persons')}
            min={0}
            max={2_000_000_000}
            disabled={!mayAnswer}
            value={figures.persons}
            onChange={(persons) => set({ ...answer, export: { ...figures, persons: persons ?? 0 } })}
          />
          {(['sensitive', 'critical'] as const).map((name) => (
            <Checkbox
              key={name}
              disabled={!mayAnswer}
              checked={figures[name]}
              onChange={({ target }) => set({ ...answer, export: { ...figures, [name]: target.checked } })}
            >
              {t(`compliance.${name}`)}
            </Checkbox>
          ))}
        </div>
      )}
      <Input.TextArea
        aria-label={t('compliance.wordsOf', { item: said(item.title) })}
        placeholder={t('compliance.words')}
        autoSize={{ minRows: 1, maxRows: 6 }}
        maxLength={4_000}
        disabled={!mayAnswer}
        value={answer.words}
        onChange={({ target }) => set({ ...answer, words: target.value })}
      />
    </>
  );
}

/** What the program found by itself. */
export function Found({ item: { found } }: { item: ItemPage }) {
  const { t } = useTranslation('exchange');
  const percent = usePercent();
  if (found === null) return null;
  const shares = new Set(['completeness', 'validity', 'uniqueness']);
  return (
    <p className="row">
      <StatusTag tone={found.holds ? 'good' : 'danger'}>
        {t(found.holds ? 'compliance.holds' : 'compliance.holdsNot')}
      </StatusTag>
      <span className="quiet">
        {Object.entries(found.figures)
          .filter(([name, value]) => value !== null && name !== 'release')
          .map(([name, value]) => {
            const shown = shares.has(name)
              ? percent(Number(value))
              : name === 'duty'
                ? t(`compliance.duties.${value}`)
                : typeof value === 'boolean'
                  ? t(value ? 'compliance.yes' : 'compliance.no')
                  : String(value);
            return `${t(`compliance.figures.${name}`)}: ${shown}`;
          })
          .join(' · ')}
      </span>
    </p>
  );
}

export function Files({ page, item, chosen }: { page: CompliancePage; item: ItemPage; chosen: string | undefined }) {
  const { t } = useTranslation('exchange');
  const notice = useNotice();
  const place = useRef<HTMLInputElement>(null);
  const prove = useAct((file: File) => exchange.prove(page.offeringId, item.id, file));
  const unprove = useAct((file: string) => exchange.unprove(page.offeringId, file));
  const isNeeded = chosen !== undefined && item.file?.includes(chosen) === true;
  const download = (file: EvidenceFile) =>
    exchange.evidence(page.offeringId, file.id).then((blob) => save(file.name, blob), notice.failed);
  if (item.choices === undefined) return null;
  return (
    <div className="row">
      {item.files.map((file) => (
        <span key={file.id} className="row">
          <Button size="small" icon={<DownloadOutlined />} onClick={() => download(file)}>
            {file.name}
          </Button>
          <code title={file.hash}>{file.hash.slice(0, 12)}</code>
          {page.mayAnswer && (
            <Button
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t('compliance.remove', { name: file.name })}
              onClick={() => unprove.mutate(file.id)}
            />
          )}
        </span>
      ))}
      {page.mayAnswer && (
        <>
          <input
            ref={place}
            type="file"
            hidden
            aria-label={t('compliance.attachTo', { item: said(item.title) })}
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              if (file !== undefined) prove.mutate(file);
              target.value = '';
            }}
          />
          <Button
            size="small"
            icon={<UploadOutlined />}
            loading={prove.isPending}
            onClick={() => place.current?.click()}
          >
            {t('compliance.attach')}
          </Button>
        </>
      )}
      {isNeeded && item.files.length === 0 && <StatusTag tone="warning">{t('compliance.needed')}</StatusTag>}
    </div>
  );
}

export function VerdictLine({ item: { verdict } }: { item: ItemPage }) {
  const { t } = useTranslation('exchange');
  if (verdict === null) return null;
  const tone = verdict.verdict === 'satisfied' ? 'good' : verdict.verdict === 'unsatisfied' ? 'danger' : 'neutral';
  return (
    <p className="row">
      <StatusTag tone={tone}>{t(`assess.verdicts.${verdict.verdict}`)}</StatusTag>
      <span>{verdict.words}</span>
      <span className="quiet">{verdict.byName}</span>
    </p>
  );
}
