import { useTranslation } from 'react-i18next';
import { type CaseReport, type FormField, isMissing, known, NULL_FLAVORS } from '#standards/e2b';
import { Empty, Facts, Panel } from '../ui/index.ts';
import { type FieldGroup, isFilled, partOf, SECTIONS, valueAt } from './report-fields.ts';
import { useListName } from './report-form.tsx';
import { named } from './watch-ask.ts';

/** A report to be read: what is told, section by section, with the numbers of the standard. */
export function ReportRead({ report }: { report: CaseReport }) {
  const { t } = useTranslation('signals');
  const shown = SECTIONS.filter((section) => hasTold(report, partOf(section), ''));
  if (shown.length === 0) return <Empty title={t('report.nothing')} />;
  return (
    <div className="stack">
      {shown.map((section) => (
        <Panel key={section} title={t(`report.sections.${section}`)}>
          <Told report={report} group={partOf(section)} at="" />
        </Panel>
      ))}
    </div>
  );
}

const joined = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);

/** That there is no information is told by leaving it out. */
function isTold(value: unknown): boolean {
  return isFilled(value) && !(isMissing(value) && value.nullFlavor === 'NI');
}

function hasTold(report: CaseReport, group: FieldGroup, at: string): boolean {
  return (
    group.fields.some(({ key }) => isTold(valueAt(report, joined(at, key)))) ||
    [...group.lists.keys()].some((key) => isFilled(valueAt(report, joined(at, key))))
  );
}

function Told({ report, group, at }: { report: CaseReport; group: FieldGroup; at: string }) {
  const { t } = useTranslation('signals');
  const nameOf = useListName();
  const fields = group.fields.filter(({ key }) => isTold(valueAt(report, joined(at, key))));
  const titleOf = (path: string, entry: unknown, index: number) => {
    const { reactionId } = entry as { reactionId?: string };
    const reaction = report.reactions.find(({ id }) => id === reactionId);
    if (reactionId === undefined) return t('report.entry', { what: nameOf(path), number: index + 1 });
    const product = known(report.drugs[Number(path.split('.')[1])]?.name) ?? '';
    return t('report.pair', { product, reaction: known(reaction?.text) ?? known(reaction?.translation) ?? '' });
  };
  return (
    <div className="stack">
      {fields.length > 0 && (
        <Facts
          facts={fields.map(({ key, field }) => [
            `${named(field)} (${field.number})`,
            <Value key={key} field={field} value={valueAt(report, joined(at, key))} />,
          ])}
        />
      )}
      {[...group.lists].map(([key, inner]) => {
        const path = joined(at, key);
        const entries = (valueAt(report, path) ?? []) as unknown[];
        return entries.map((entry, index) => {
          const place = `${path}.${index}`;
          if (!hasTold(report, inner, place)) return null;
          return (
            <section key={place} className="report-entry" aria-label={titleOf(path, entry, index)}>
              <h3>{titleOf(path, entry, index)}</h3>
              <Told report={report} group={inner} at={place} />
            </section>
          );
        });
      })}
    </div>
  );
}

function Value({ field, value }: { field: FormField; value: unknown }) {
  const { t } = useTranslation('signals');
  if (isMissing(value)) {
    const flavor = NULL_FLAVORS.find(({ code }) => code === value.nullFlavor);
    return <i className="quiet">{flavor === undefined ? value.nullFlavor : named(flavor)}</i>;
  }
  if (typeof value === 'boolean') return t(value ? 'report.yes' : 'report.no');
  const text = String(value);
  const answer = field.answers?.find(({ code }) => code === text);
  if (answer !== undefined) return named(answer);
  const shown = field.type === 'date' ? dateText(text) : text;
  return <span style={{ whiteSpace: 'pre-wrap' }}>{shown}</span>;
}

/** HL7's digits as a person reads them; a zone stays as it was told. */
function dateText(stamp: string): string {
  return stamp.replace(
    /^(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2})(\d{2})?)?/,
    (_, year: string, month?: string, day?: string, hour?: string, minute?: string, second?: string) =>
      [[year, month, day].filter(Boolean).join('-'), [hour, minute, second].filter(Boolean).join(':')]
        .filter(Boolean)
        .join(' '),
  );
}
