/** A process to be killed: writes acts, says the id of each once it is committed, and seals all the while. */
import { randomUUID } from 'node:crypto';
import { argv, stdout } from 'node:process';
import { appendAll, openKey, seal } from '#kernel/ledger';
import { openPool } from '#kernel/sql';

const [url = '', data = ''] = argv.slice(2);
const db = openPool(url, { size: 4 });
const at = new Date('2026-01-01T00:00:00Z');
const signer = await openKey(db, data, at);

async function write(): Promise<never> {
  for (;;) {
    const ids = Array.from({ length: 9 }, () => randomUUID());
    await db.transaction((tx) =>
      appendAll(
        tx,
        ids.map((id) => ({ id, act: 'a', at, body: {} })),
      ),
    );
    stdout.write(`${ids.join('\n')}\n`);
  }
}

async function sealing(): Promise<never> {
  for (;;) await seal(db, signer, at, 100);
}

await Promise.all([write(), write(), sealing()]);
