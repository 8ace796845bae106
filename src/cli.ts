#!/usr/bin/env node
import { argv, env, exit, stderr, stdout } from 'node:process';
import type { Verb } from '#kernel/cli';
import { readConfig } from '#kernel/config';
import { Problem } from '#kernel/problem';

/** Each is loaded when it is asked for: what reads a file need not wait until the whole platform is in memory. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  token: async () => (await import('#kernel/access')).token,
  'verify-audit': async () => (await import('#kernel/access')).verifyAudit,
  'verify-ledger': async () => (await import('#kernel/ledger')).verifyLedger,
  'export-ledger': async () => (await import('#kernel/ledger')).exportLedger,
  backup: async () => (await import('#kernel/backup')).backupVerb,
  restore: async () => (await import('#kernel/backup')).restoreVerb,
  import: importer,
  export: async () => (await import('#modules/records')).exportVerb,
  lake: async () => (await import('#kernel/lake')).lakeVerb((await import('./hearers.ts')).LAKE_TABLES),
  view: async () => (await import('#kernel/view')).viewVerb,
  'verify-certificate': async () => (await import('#modules/exchange')).verifyCertificateVerb,
  compute: async () => (await import('#modules/signals')).computeVerb,
  cluster: async () => (await import('#modules/cluster')).clusterVerb,
  dmn: async () => (await import('#modules/cluster')).dmnVerb,
};

// Whoever reads only the first lines has had what they want.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') exit(0);
  throw error;
});

const [name, ...args] = argv.slice(2);
const load = Object.hasOwn(VERBS, name ?? '') ? VERBS[name ?? ''] : undefined;
if (load === undefined) {
  const asked = name === undefined || name === '--help' || name === 'help';
  stderr.write(`${asked ? '' : `There is no verb "${name}".\n`}${await overview()}`);
  exit(asked ? 0 : 2);
}
const verb = await load();
if (args.includes('--help')) {
  stderr.write(`${verb.usage.trim()}\n`);
  exit(0);
}
const code = await runVerb(verb);
// A pipe takes what is written in its own time, and exit would not wait for it.
await new Promise((written) => stdout.write('', written));
exit(code);

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

async function overview(): Promise<string> {
  const verbs = await Promise.all(Object.values(VERBS).map((load) => load()));
  const width = Math.max(...verbs.map((known) => known.name.length));
  const lines = verbs.map((known) => `  ${known.name.padEnd(width)}  ${known.summary}`);
  return `npm run -s banyan -- <verb> ...\n\n${lines.join('\n')}\n\n<verb> --help tells more.\n`;
}

async function importer(): Promise<Verb> {
  const [{ importVerb }, { epcisDocuments }, { APART, HEARERS }] = await Promise.all([
    import('#modules/records'),
    import('#modules/custody'),
    import('./hearers.ts'),
  ]);
  return importVerb(HEARERS, APART, [epcisDocuments]);
}
