import { parseArgs } from 'node:util';
import type { Config } from '#kernel/config';
import { type Context, systemContext } from '#kernel/context';
import { makeLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { MIGRATIONS, migrate, openDatabase, openPool, type Pool, sql } from '#kernel/sql';
import { verifyTrail } from './audit.ts';
import { createTokenFor, findTokens, revokeToken } from './tokens.ts';

/** What the command line gives to a verb. */
interface VerbIo {
  config: Config;
  out(line: string): void;
  progress(text: string): void;
}

/** Whoever may read the data folder administers the platform: the verb asks for no password. */
export const token = {
  name: 'token',
  summary: 'make, list and revoke personal access tokens',
  usage: `token create --user NAME --name TEXT [--scopes SCOPE ...] [--days N]
token list --user NAME
token revoke --user NAME --id ID

create prints the token once. A scope is the name of an act (custody.hand-over) or a SMART scope (user/Observation.rs);
several are separated by commas; without scopes the token may do all that its account may. --days 1 to 3650, 90 unless given.`,
  async run(args: readonly string[], { config, out }: Omit<VerbIo, 'progress'>): Promise<number> {
    const { what, user, name, scopes, id, days } = readArgs(args);
    return withDatabase(config, async (pool) => {
      const ctx = systemContext({ db: pool, log: makeLog(config.logLevel) }, 'command-line');
      const account = await findAccountId(ctx, user);
      if (what === 'list') for (const found of await findTokens(ctx, account)) out(JSON.stringify(found));
      else if (what === 'revoke') await revokeToken(ctx, account, id);
      else {
        const expiresAt = new Date(ctx.now().getTime() + days * 86_400_000);
        out(JSON.stringify(await createTokenFor(ctx, account, { name, expiresAt, ...(scopes && { scopes }) })));
      }
      return 0;
    });
  },
};

export const verifyAudit = {
  name: 'verify-audit',
  summary: 'compare every row of the audit trail with its leaf in the ledger',
  usage: `verify-audit

Prints how many rows there are, how many are not what the ledger proves, and the first hundred of those: \`altered\`, or
\`unknown\` to the ledger. verify-ledger checks the ledger itself.`,
  async run(_: readonly string[], { config, out, progress }: VerbIo): Promise<number> {
    return withDatabase(config, async (pool) => {
      const verdict = await verifyTrail(pool, (rows) => progress(`${rows} rows\r`));
      out(JSON.stringify(verdict));
      return verdict.flawed === 0 ? 0 : 1;
    });
  },
};

async function withDatabase(config: Config, work: (pool: Pool) => Promise<number>): Promise<number> {
  const database = await openDatabase(config);
  try {
    const pool = openPool(database.url, { size: 2 });
    try {
      await migrate(pool, MIGRATIONS);
      return await work(pool);
    } finally {
      await pool.end();
    }
  } finally {
    await database.release();
  }
}

const OPTIONS = {
  user: { type: 'string' },
  name: { type: 'string' },
  scopes: { type: 'string' },
  id: { type: 'string' },
  days: { type: 'string' },
} as const;

function readArgs(args: readonly string[]) {
  const { values, positionals } = readWords(args);
  const [what] = positionals;
  if (what !== 'create' && what !== 'list' && what !== 'revoke')
    throw new Problem('invalid', 'say create, list or revoke');
  const { user, name = '', scopes, id = '', days = '90' } = values;
  if (user === undefined) throw new Problem('invalid', 'say whose token: --user NAME');
  if (what === 'create' && name === '') throw new Problem('invalid', 'say what the token is for: --name TEXT');
  if (what === 'revoke' && id === '') throw new Problem('invalid', 'say which token: --id ID, as list shows it');
  if (!(/^\d+$/.test(days) && Number(days) >= 1 && Number(days) <= 3650))
    throw new Problem('invalid', '--days is 1 to 3650');
  return { what, user, name, id, days: Number(days), scopes: scopes?.split(',').filter(Boolean) };
}

function readWords(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new Problem('invalid', 'the arguments are wrong: see --help', { said: (cause as Error).message }, { cause });
  }
}

async function findAccountId(ctx: Context, username: string): Promise<string> {
  const found = await ctx.db.maybe<{ id: string }>(
    sql`select id from access.account where lower(username) = ${username.toLowerCase()}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such account', { username });
  return found.id;
}
