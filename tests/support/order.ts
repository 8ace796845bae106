import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes longest begins first, so that no processor waits for a last one at the end. Browser files share one platform: those that need much of
 * the region's past, which is still being told, come last, and so does the walk that takes a policy of the park away for a moment.
 */
const FIRST = [
  'src/modules/records/analytics/compile',
  'tests/contract/dsp-tck/dsp-tck',
  'tests/contract/anonymity-arx',
  'src/kernel/lake/keeper',
  'region/region',
  'tests/contract/fhir-examples',
  'src/modules/exchange/actions/trades',
  'src/kernel/view/verb',
  'src/kernel/lake/replay',
  'src/modules/signals/routes/watch',
  'src/kernel/lake/access',
  'src/standards/reference-intervals/indirect',
  'tests/contract/lake-shards',
  'src/kernel/backup/backup',
  'tests/contract/sql-on-fhir-property',
  'src/kernel/lake/engine',
  'tests/e2e/screen',
  'tests/e2e/operations',
  'tests/e2e/certificates',
  'tests/e2e/parks',
  'tests/e2e/meeting',
  'tests/e2e/gate',
];
const LAST = [
  'tests/e2e/outbreaks',
  'tests/e2e/safety',
  'tests/e2e/cohort',
  'tests/e2e/explore',
  'tests/e2e/exchange',
  'tests/e2e/walks',
  'tests/e2e/lake',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => placeOf(one) - placeOf(other));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const among = (names: readonly string[]) => names.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  const first = among(FIRST);
  return first < 0 ? FIRST.length + 1 + among(LAST) : first;
}
