import { argv, env, exit, stderr, stdout } from 'node:process';
import { token, verifyAudit } from '#kernel/access';
import { backupVerb, restoreVerb } from '#kernel/backup';
import type { Verb } from '#kernel/cli';
import { readConfig } from '#kernel/config';
import { exportLedger, verifyLedger } from '#kernel/ledger';
import { Problem } from '#kernel/problem';
import { epcisDocuments } from '#modules/custody';
import { exportVerb, importVerb } from '#modules/records';
import { HEARERS } from './hearers.ts';

const VERBS: readonly Verb[] = [
  token,
  verifyAudit,
  verifyLedger,
  exportLedger,
  backupVerb,
  restoreVerb,
  importVerb(HEARERS, [epcisDocuments]),
  exportVerb,
];

const [name, ...args] = argv.slice(2);
const verb = VERBS.find((known) => known.name === name);
if (verb === undefined) {
  const asked = name === undefined || name === '--help' || name === 'help';
  stderr.write(`${asked ? '' : `There is no verb "${name}".\n`}${overview()}`);
  exit(asked ? 0 : 2);
}
if (args.includes('--help')) {
  stderr.write(`${verb.usage.trim()}\n`);
  exit(0);
}
exit(await runVerb(verb));

async function runVerb({ run, usage }: Verb): Promise<number> {
  try {
    return await run(args, { config: readConfig(env), out: (line) => stdout.write(`${line}\n`), progress });
  } catch (error) {
    if (isMistypedFlag(error)) {
      stderr.write(`${error.message}\n${usage.trim()}\n`);
      return 2;
    }
    if (!(error instanceof Problem)) throw error;
    stderr.write(`${error.kind}: ${error.message} ${JSON.stringify(error.facts)}\n`);
    return 1;
  }
}

/** What parseArgs of node:util throws. */
function isMistypedFlag(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function progress(text: string): void {
  if (text.endsWith('\r')) {
    if (stderr.isTTY) stderr.write(`\x1b[2K${text}`);
  } else stderr.write(`${text}\n`);
}

function overview(): string {
  const width = Math.max(0, ...VERBS.map((known) => known.name.length));
  const lines = VERBS.map((known) => `  ${known.name.padEnd(width)}  ${known.summary}`);
  return `npm run -s banyan -- <verb> ...\n\n${lines.join('\n')}\n\n<verb> --help tells more.\n`;
}
