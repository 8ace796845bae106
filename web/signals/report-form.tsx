import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Select } from 'antd';
import { createContext, useContext, useId } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CaseReport,
  COUNTRIES,
  emptyDrug,
  emptyReaction,
  type FormField,
  type Issue,
  isMissing,
  known,
  NULL_FLAVORS,
} from '#standards/e2b';
import { language } from '../shell/index.ts';
import { Panel } from '../ui/index.ts';
import {
  type FieldGroup,
  isFilled,
  isUsual,
  isUsualList,
  partOf,
  SECTIONS,
  valueAt,
  withValue,
} from './report-fields.ts';
import { named } from './watch-ask.ts';

interface Typing {
  report: CaseReport;
  change: (report: CaseReport) => void;
  /** By the path of the field. */
  issues: ReadonlyMap<string, Issue>;
  /** Whether what is missing is told too, and not only what is wrong. */
  isStrict: boolean;
  isWhole: boolean;
}
const TypingContext = createContext<Typing | undefined>(undefined);
function useTyping(): Typing {
  const typing = useContext(TypingContext);
  if (typing === undefined) throw new Error('a field stands in a form');
  return typing;
}

/** A report to be typed, section by section. */
export function ReportForm(typing: Typing) {
  const { t } = useTranslation('signals');
  return (
    <TypingContext.Provider value={typing}>
      <div className="stack">
        {SECTIONS.map((section) => {
          const part = partOf(section);
          if (!isShown(typing, part, '')) return null;
          return (
            <Panel key={section} title={t(`report.sections.${section}`)}>
              <Group group={part} at="" />
            </Panel>
          );
        })}
      </div>
    </TypingContext.Provider>
  );
}

const joined = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);

function isShown(typing: Typing, group: FieldGroup, at: string): boolean {
  return (
    group.fields.some(({ key, field }) => isFieldShown(typing, field, joined(at, key))) ||
    [...group.lists.keys()].some((key) => isListShown(typing, joined(at, key)))
  );
}

function isFieldShown({ report, issues, isWhole, isStrict }: Typing, field: FormField, path: string): boolean {
  if (isWhole || isUsual(field) || isTyped(valueAt(report, path))) return true;
  return isStrict && issues.get(path)?.severity === 'rejecting';
}

/** What stands there by itself is not typed. */
function isTyped(value: unknown): boolean {
  return isFilled(value) && value !== false && !(isMissing(value) && value.nullFlavor === 'NI');
}

function isListShown({ report, isWhole }: Typing, path: string): boolean {
  return isWhole || isUsualList(path) || isFilled(valueAt(report, path));
}

function Group({ group, at }: { group: FieldGroup; at: string }) {
  const typing = useTyping();
  const fields = group.fields.filter(({ key, field }) => isFieldShown(typing, field, joined(at, key)));
  return (
    <div className="stack">
      {fields.length > 0 && (
        <div className="report-grid">
          {fields.map(({ key, field }) => (
            <Field key={key} field={field} path={joined(at, key)} />
          ))}
        </div>
      )}
      {[...group.lists].map(([key, inner]) => {
        const path = joined(at, key);
        return isListShown(typing, path) && <Entries key={key} path={path} group={inner} />;
      })}
    </div>
  );
}

/** What an entry of a list is called. */
export function useListName(): (path: string) => string {
  const { t } = useTranslation('signals');
  return (path) => {
    const what = t(`report.lists.${path.split('.').at(-1)}`);
    return path.includes('.parent.') ? t('report.ofParent', { what }) : what;
  };
}

function Entries({ path, group }: { path: string; group: FieldGroup }) {
  const { t } = useTranslation('signals');
  const { report, change } = useTyping();
  const nameOf = useListName();
  const entries = (valueAt(report, path) ?? []) as { id?: string; reactionId?: string }[];
  const what = nameOf(path);
  const isMatrix = path.endsWith('.matrix');
  const unpaired = report.reactions.find(({ id }) => !entries.some(({ reactionId }) => reactionId === id));
  const set = (next: unknown[]) => change(withValue(report, path, next.length === 0 ? undefined : next));
  const titleOf = (entry: { reactionId?: string }, index: number) => {
    if (!isMatrix) return t('report.entry', { what, number: index + 1 });
    const drug = report.drugs[Number(path.split('.')[1])];
    const reaction = report.reactions.find(({ id }) => id === entry.reactionId);
    return t('report.pair', {
      product: known(drug?.name) ?? '…',
      reaction: known(reaction?.text) ?? known(reaction?.translation) ?? '…',
    });
  };
  return (
    <>
      {entries.map((entry, index) => (
        <section key={entry.id ?? index} className="report-entry" aria-label={titleOf(entry, index)}>
          <header>
            <h3>{titleOf(entry, index)}</h3>
            <Button
              size="small"
              className="no-print"
              icon={<DeleteOutlined />}
              aria-label={t('report.remove', { what: titleOf(entry, index) })}
              onClick={() => change(withoutEntry(report, path, index))}
            />
          </header>
          <Group group={group} at={`${path}.${index}`} />
        </section>
      ))}
      {(!isMatrix || unpaired !== undefined) && (
        <div className="no-print">
          <Button icon={<PlusOutlined />} onClick={() => set([...entries, newEntry(path, unpaired?.id)])}>
            {t('report.add', { what })}
          </Button>
        </div>
      )}
    </>
  );
}

function newEntry(path: string, reactionId: string | undefined): object {
  const id = crypto.randomUUID();
  if (path === 'drugs') return { ...emptyDrug(id), dosages: [{}] };
  if (path === 'reactions') return { ...emptyReaction(id), language: ownLanguage() };
  if (path.endsWith('.matrix')) return { reactionId };
  return {};
}

/** ISO 639-2, of the language in which the person reads the form. */
export const ownLanguage = (): string => (language() === 'zh' ? 'zho' : 'eng');

/** A reaction takes with it what drugs say of it. */
function withoutEntry(report: CaseReport, path: string, index: number): CaseReport {
  const entries = valueAt(report, path) as unknown[];
  const next = withValue(
    report,
    path,
    entries.filter((_, each) => each !== index),
  );
  if (path !== 'reactions') return next;
  const gone = report.reactions[index]?.id;
  return {
    ...next,
    drugs: next.drugs.map(({ matrix, ...drug }) => ({
      ...drug,
      ...(matrix && { matrix: matrix.filter(({ reactionId }) => reactionId !== gone) }),
    })),
  };
}

// ---- one field -------------------------------------------------------------------------------------------------------

const LONG = 500;

export const fieldId = (path: string): string => `field-${path.replaceAll('.', '-')}`;

function Field({ field, path }: { field: FormField; path: string }) {
  const { t } = useTranslation('signals');
  const { report, change, issues, isStrict } = useTyping();
  const value = valueAt(report, path);
  const issue = issues.get(path);
  const isTold = issue !== undefined && (isStrict || (issue.code !== 'missing' && isTyped(value)));
  const set = (next: unknown) => change(withValue(report, path, next === '' ? undefined : next));
  const name = named(field);
  const id = fieldId(path);
  const told = useId();
  const isWide = (field.length ?? 0) > LONG && field.type === 'text';
  const flavors = field.type === 'true' || field.answers !== undefined ? [] : field.nullFlavors;
  const shared = { id, ...(isTold && { 'aria-describedby': told, 'aria-invalid': true, status: 'error' as const }) };
  return (
    <div className={`report-field ${isWide ? 'wide' : ''}`}>
      {field.type === 'true' ? (
        <Checkbox
          id={id}
          checked={value === true}
          onChange={({ target }) => set(target.checked ? true : noneOf(field))}
        >
          {name}
        </Checkbox>
      ) : (
        <>
          <label htmlFor={id} title={field.number} className={field.conformance === 'mandatory' ? 'report-needed' : ''}>
            {name}
          </label>
          <div className={flavors.length > 0 ? 'report-with-missing' : ''}>
            <Answer field={field} value={value} set={set} shared={shared} />
            {flavors.length > 0 && (
              <Select
                aria-label={`${name}: ${t('report.missing')}`}
                value={isMissing(value) ? value.nullFlavor : ''}
                onChange={(flavor: string) => set(flavor === '' ? undefined : { nullFlavor: flavor })}
                popupMatchSelectWidth={false}
                options={[
                  { value: '', label: t('report.given') },
                  ...NULL_FLAVORS.filter(({ code }) => flavors.includes(code)).map((entry) => ({
                    value: entry.code,
                    label: named(entry),
                  })),
                ]}
              />
            )}
          </div>
        </>
      )}
      {isTold && (
        <span className="report-trouble" id={told} role="alert">
          {named(issue.message)}
        </span>
      )}
    </div>
  );
}

/** What an unticked box says: where the standard wants a word for it, that there is no information. */
function noneOf({ nullFlavors }: FormField): unknown {
  return nullFlavors.includes('NI') ? { nullFlavor: 'NI' } : undefined;
}

interface AnswerProps {
  field: FormField;
  value: unknown;
  set: (value: unknown) => void;
  shared: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean; status?: 'error' };
}

function Answer({ field, value, set, shared }: AnswerProps) {
  const { t } = useTranslation('signals');
  const text = isMissing(value) || value === undefined ? '' : String(value);
  const choices = choicesOf(field, { yes: t('report.yes'), no: t('report.no') });
  if (choices !== undefined) {
    const { id, status, ...aria } = shared;
    return (
      <Select
        id={id}
        {...(status && { status })}
        {...aria}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        value={isMissing(value) ? `missing ${value.nullFlavor}` : text === '' ? null : text}
        onChange={(next: string | undefined) => set(answerOf(field, next))}
        options={choices}
      />
    );
  }
  if (field.type === 'date' && /^(\d{8})?$/.test(text))
    return (
      <Input
        {...shared}
        type="date"
        value={text.replace(/(....)(..)(..)/, '$1-$2-$3')}
        onChange={({ target }) => set(target.value.replaceAll('-', ''))}
      />
    );
  if (field.type === 'text' && (field.length ?? 0) > LONG)
    return (
      <Input.TextArea
        {...shared}
        autoSize={{ minRows: field.number === 'H.1' ? 5 : 2 }}
        value={text}
        onChange={({ target }) => set(target.value)}
      />
    );
  const isNumber = field.type === 'number' || field.type === 'integer';
  return (
    <Input
      {...shared}
      value={text}
      {...(isNumber && { inputMode: 'decimal' as const })}
      onChange={({ target }) => set(target.value)}
    />
  );
}

function choicesOf(
  { type, answers, nullFlavors }: FormField,
  { yes, no }: { yes: string; no: string },
): { value: string; label: string }[] | undefined {
  const missing = NULL_FLAVORS.filter(({ code }) => nullFlavors.includes(code)).map((entry) => ({
    value: `missing ${entry.code}`,
    label: `– ${named(entry)}`,
  }));
  if (answers !== undefined)
    return [...answers.map((entry) => ({ value: entry.code, label: named(entry) })), ...missing];
  if (type === 'flag') return [{ value: 'true', label: yes }, { value: 'false', label: no }, ...missing];
  if (type === 'country') {
    const names = new Intl.DisplayNames(language() === 'zh' ? 'zh-Hans' : 'en', { type: 'region', fallback: 'code' });
    return [...[...COUNTRIES].map((code) => ({ value: code, label: `${names.of(code)} (${code})` })), ...missing];
  }
  return undefined;
}

function answerOf({ type }: FormField, chosen: string | undefined): unknown {
  if (chosen === undefined) return undefined;
  if (chosen.startsWith('missing ')) return { nullFlavor: chosen.slice('missing '.length) };
  return type === 'flag' ? chosen === 'true' : chosen;
}
