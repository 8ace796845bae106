/**
 * Fetches the public DMN TCK to where the tests look for it: node tests/contract/dmn-tck/get.ts [folder]
 * The folder is $BANYAN_CONFORMANCE/dmn-tck unless another is named. Needs git and the network.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, exit, stderr, stdout } from 'node:process';

/** The state of 2026-07-01, of which tests/scores.json tells the score. */
const COMMIT = '0dbcaf9b98bc3af4e36d44a7aed95e9e85703a13';

const folder = argv[2] ?? (env.BANYAN_CONFORMANCE === undefined ? undefined : join(env.BANYAN_CONFORMANCE, 'dmn-tck'));
if (folder === undefined || existsSync(folder)) {
  stderr.write(folder === undefined ? 'name a folder, or set BANYAN_CONFORMANCE\n' : `${folder} is there already\n`);
  exit(2);
}
const git = (...args: string[]) => execFileSync('git', args, { stdio: 'inherit' });
git('clone', '--filter=blob:none', '--no-checkout', 'https://github.com/dmn-tck/tck.git', folder);
git('-C', folder, 'checkout', COMMIT, '--', 'TestCases');
stdout.write(`${join(folder, 'TestCases')}\n`);
