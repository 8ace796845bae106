import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { addCounterparty } from '../../../src/modules/exchange/actions/connectors.ts';
import { testContext } from '../../support/context.ts';
import { startConnector } from '../../support/dsp.ts';
import { freePort } from '../../support/platform.ts';
import { testDatabase } from '../../support/postgres.ts';
import { expectScore } from '../../support/scores.ts';
import { SCRIPTS, settingsOf } from './scripts.ts';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'banyan-dsp-tck-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const kit = fetchKit();

/**
 * Goal: another's judge of the Dataspace Protocol finds us to be a provider and a consumer of it.
 * Method: Eclipse's compatibility kit from Maven Central, run by the Java that is here against a listening server; where there is no
 * Java or no kit, the recorded sequences of tests/contract/dsp-sequences.test.ts stand alone.
 */
describe.skipIf(kit === undefined)('the compatibility kit of the Dataspace Protocol', () => {
  test('passes every case', { timeout: 400_000 }, async () => {
    const db = await testDatabase();
    const connector = await startConnector(db);
    try {
      const callback = `http://127.0.0.1:${await freePort()}`;
      const { token } = await addCounterparty(testContext(db), { name: 'kit', address: callback, scripts: SCRIPTS });
      const settings = join(folder, 'kit.properties');
      await writeFile(settings, settingsOf({ url: connector.url, token, callback }));
      const { stdout } = await run('java', ['-cp', kit ?? '', join(HERE, 'Run.java'), settings], {
        timeout: 380_000,
        maxBuffer: 32 * 1024 * 1024,
      });
      const lines = stdout.split('\n').filter((line) => /^(SUCCESSFUL|FAILED|ABORTED)\t|^# /.test(line));
      if (process.env.BANYAN_DSP_REPORT !== undefined)
        await writeFile(process.env.BANYAN_DSP_REPORT, `${lines.join('\n')}\n`);
      expect(lines.filter((line) => !line.startsWith('SUCCESSFUL'))).toEqual([]);
      expectScore('dsp.tck', lines.length);
    } finally {
      await connector.stop();
    }
  });
});

/** The class path of the kit; undefined where it cannot be had. */
function fetchKit(): string | undefined {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    const asked = [
      '-q',
      '-B',
      '-f',
      join(HERE, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${folder}`,
    ];
    execFileSync('mvn', asked, { stdio: 'ignore', timeout: 180_000 });
    return `${folder}/*${delimiter}`;
  } catch {
    process.stderr.write(
      'the compatibility kit of the Dataspace Protocol is skipped: no Java 17 with Maven, or no kit\n',
    );
    return undefined;
  }
}
