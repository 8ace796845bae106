import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons';
import { Button, QRCode } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Check, Verdict } from '#standards/credentials';
import { CHECK_WORDS, type Words } from '../../src/modules/exchange/model.ts';
import { Facts, Failure, Loading, Panel, StatusTag, save, Time, type Tone } from '../ui/index.ts';
import { partyName, said } from './offering-ask.ts';
import { useVerdict } from './verify-ask.ts';

const TONES = { valid: 'good', refused: 'danger', open: 'warning' } as const;
const CHECK_TONES: Readonly<Record<Check['outcome'], Tone>> = { passed: 'good', failed: 'danger', open: 'warning' };

/** Checks a document and says in plain words what was found. `own`: its number, where it came from this platform. */
export function VerdictShown({ document, own }: { document: unknown; own?: string }) {
  const { t } = useTranslation('exchange');
  const query = useVerdict(document);
  if (query.isPending) return <Loading lines={9} />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { outcome, checks, parts } = query.data;
  return (
    <div className="stack">
      <p className={`verify-outcome tone-${TONES[outcome]}`} role="status">
        {t(`verify.outcomes.${outcome}`)}
      </p>
      {parts !== undefined && <Said verdict={query.data} {...(own !== undefined && { own })} document={document} />}
      <Panel title={t('verify.checks')} flush>
        <ol className="verify-checks">
          {checks.map((check) => (
            <CheckLine key={check.name} check={check} />
          ))}
        </ol>
      </Panel>
    </div>
  );
}

function CheckLine({ check: { name, outcome, found, facts } }: { check: Check }) {
  const { t } = useTranslation('exchange');
  const { title, found: sentences } = CHECK_WORDS[name]!;
  return (
    <li>
      <StatusTag tone={CHECK_TONES[outcome]}>{t(`verify.found.${outcome}`)}</StatusTag>
      <div>
        <strong>{said(title)}</strong>
        <p>{said(sentences[found] ?? { en: found, zh: found })}</p>
        {typeof facts['asOf'] === 'string' && (
          <p className="quiet">
            {t('verify.asOf')} <Time at={facts['asOf']} />
          </p>
        )}
        {name === 'inclusion' && outcome === 'passed' && (
          <p className="quiet">{t('verify.place', { index: Number(facts['index']) + 1, size: facts['size'] })}</p>
        )}
      </div>
    </li>
  );
}

interface Subject {
  id: string;
  title: Words;
  holder: { id: string; name: string; nameZh?: string };
  claims: Record<string, unknown>;
}

function Said({ verdict: { parts, checks }, own, document }: { verdict: Verdict; own?: string; document: unknown }) {
  const { t } = useTranslation('exchange');
  const { core, issuer } = parts!;
  const { title, holder, claims } = core.credentialSubject as unknown as Subject;
  const origin = checks.find(({ name }) => name === 'inclusion')?.facts['origin'];
  return (
    <section className="panel verify-said" aria-label={t('verify.says')}>
      <header>
        <h2>{t(`verify.kinds.${core.type[1]}`)}</h2>
        <div className="row no-print">
          {own !== undefined && (
            <Button
              icon={<DownloadOutlined />}
              title={t('verify.downloadAbout')}
              onClick={() => save(`certificate-${own}.json`, new Blob([`${JSON.stringify(document, undefined, 2)}\n`]))}
            >
              {t('verify.download')}
            </Button>
          )}
          <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
            {t('verify.print')}
          </Button>
        </div>
      </header>
      <div className="panel-body verify-body">
        <Facts
          facts={[
            [t('verify.subject'), <strong key="of">{said(title)}</strong>],
            [t('verify.holder'), partyName(holder)],
            [t('verify.from'), <Time key="from" at={core.validFrom} />],
            [
              t('verify.until'),
              core.validUntil === undefined ? t('verify.noEnd') : <Time key="until" at={core.validUntil} />,
            ],
            ...Object.entries(claims).map(
              ([name, value]) =>
                [t(`verify.claims.${name}`, name), <Claim key={name} name={name} value={value} />] as const,
            ),
            [t('verify.id'), <code key="id">{core.id.slice('urn:uuid:'.length)}</code>],
            [t('verify.issuer'), <code key="issuer">{issuer}</code>],
            [t('verify.ledger'), origin !== undefined && <code key="ledger">{origin}</code>],
          ]}
        />
        {own !== undefined && (
          <figure className="verify-code">
            <span aria-hidden="true">
              <QRCode value={`${window.location.origin}/verify/${own}`} type="svg" size={168} />
            </span>
            <figcaption className="quiet">{t('verify.scan')}</figcaption>
          </figure>
        )}
      </div>
    </section>
  );
}

/** Claims that are codes, and where their words are. */
const WORDS_OF: Readonly<Record<string, string>> = {
  offeringKind: 'offering.kinds',
  purpose: 'offering.purposes',
  priceModel: 'offering.prices',
};

function Claim({ name: claim, value }: { name: string; value: unknown }) {
  const { t } = useTranslation('exchange');
  const words = WORDS_OF[claim];
  if (words !== undefined) return t(`${words}.${value}`, String(value));
  if (typeof value === 'boolean') return t(value ? 'verify.yes' : 'verify.no');
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return <Time at={value} />;
  if (typeof value === 'string' || typeof value === 'number') return <span className="verify-value">{value}</span>;
  const { name } = (value ?? {}) as { name?: unknown };
  return <span className="verify-value">{typeof name === 'string' ? name : JSON.stringify(value)}</span>;
}
