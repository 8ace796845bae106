import { useTranslation } from 'react-i18next';
import type { Match } from '../../src/modules/cluster/model.ts';

/** What speaks for and against, with the weights that add up to the verdict. */
export function MatchEvidence({ match }: { match: Match }) {
  const { t } = useTranslation('cluster');
  return (
    <table className="evidence">
      <caption className="unseen">{t('import.evidence')}</caption>
      <tbody>
        {match.evidence.map(({ about, finding, weight, one, other }) => (
          <tr key={`${about} ${one} ${other}`}>
            <th scope="row">{t(`import.abouts.${about}`)}</th>
            <td>
              {t(`import.findings.${finding}`)}{' '}
              <span className="quiet">
                {one} · {other}
              </span>
            </td>
            <td className="numbers">{signed(weight)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">
            <b>{t('import.sum')}</b>
          </th>
          <td className="quiet">{t('import.sumAbout')}</td>
          <td className="numbers">
            <b>{signed(match.weight)}</b>
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function signed(weight: number): string {
  return weight > 0 ? `+${weight}` : String(weight).replace('-', '−');
}
