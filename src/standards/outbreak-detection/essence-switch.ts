import { type Alert, alertOf, withoutLowAlerts } from './essence-alert.ts';
import { type EssenceJudged, type EwmaOptions, essenceEwma, unjudged } from './essence-ewma.ts';
import { essenceRegression } from './essence-regression.ts';

/** From this share of explained variance on the regression is trusted. */
const EXPLAINED = 0.6;

/**
 * ESSENCE's choice between its detectors, day by day: the regression where it explains the baseline, else the moving averages.
 *
 * @param days   days since 1970-01-01 of each count, ascending
 * @param counts one a day, none missing
 * @throws RangeError for too few or missing counts, or options out of their range
 *
 * Source: Burkom, Murphy, Shmueli, Stat Med 2007;26:4202-4218; R Rnssp 0.3.1 `alert_switch`.
 */
export function essenceSwitch(
  days: Int32Array,
  counts: Float64Array,
  options: EwmaOptions = {},
): EssenceJudged & { alert: Alert[]; byRegression: boolean[] } {
  const regression = essenceRegression(days, counts, options);
  const averages = essenceEwma(counts, options);
  const regressionAlert = withoutLowAlerts(days, counts, Array.from(regression.pValue, alertOf));
  const byRegression = Array.from(regression.adjustedR2, (share) => share >= EXPLAINED);
  const judged = unjudged(counts.length);
  for (const [at, chosen] of byRegression.entries()) {
    const from = chosen ? regression : averages;
    judged.expected[at] = from.expected[at]!;
    judged.statistic[at] = from.statistic[at]!;
    judged.pValue[at] = from.pValue[at]!;
  }
  const alert = byRegression.map((chosen, at) => (chosen ? regressionAlert[at]! : alertOf(averages.pValue[at]!)));
  return { ...judged, alert, byRegression };
}
