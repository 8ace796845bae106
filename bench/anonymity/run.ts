import { createWriteStream } from 'node:fs';
import { argv, cpuUsage, resourceUsage, stdout } from 'node:process';
import { ladderOf, searchTuples, TupleCounter } from '#standards/anonymity';
import { readAdult, readHierarchy } from '../../tests/support/adult.ts';
import { K, LIMIT, type Measured } from './measured.ts';
import { Rows } from './rows.ts';

/** Rows made and counted at a time. */
const CHUNK = 1_000_000;

// A process of its own, so that its memory and processor time are those of one search.
const [folder = '', count = '', file] = argv.slice(2);
const rows = Number(count);
if (file === undefined) stdout.write(JSON.stringify(search()));
else await write(file);

function search(): Measured {
  const source = new Rows(readAdult(folder));
  const counter = new TupleCounter({ quasi: source.columns.map(({ dictionary }) => dictionary.length), secrets: 0 });
  const counting = clock();
  for (let done = 0; done < rows; done += CHUNK) {
    const quasi = source.take(Math.min(CHUNK, rows - done));
    counting.start();
    counter.add({ quasi, secrets: [] }, { rows: quasi[0]!.length });
    counting.stop();
  }
  const searching = clock();
  searching.start();
  const tuples = counter.finish();
  const ladders = source.columns.map((column) =>
    ladderOf({ ...column, hierarchy: readHierarchy(folder, column.name) }),
  );
  const { best, checked, lattice } = searchTuples({ tuples, ladders }, [], {
    models: [{ model: 'k-anonymity', k: K }],
    suppressionLimit: LIMIT,
    metric: { name: 'loss' },
  });
  searching.stop();
  return {
    tuples: tuples.count,
    countMs: counting.ms,
    searchMs: searching.ms,
    cpuMs: counting.cpuMs + searching.cpuMs,
    peakMb: resourceUsage().maxRSS / 1024,
    checked,
    lattice,
    levels: [...best!.levels],
    score: best!.score,
    suppressed: best!.verdict.suppression.records,
  };
}

/** The same rows as text, for a peer to read. */
async function write(path: string): Promise<void> {
  const source = new Rows(readAdult(folder));
  const stream = createWriteStream(path);
  stream.write(`${source.columns.map(({ name }) => name).join(';')}\n`);
  for (let done = 0; done < rows; done += CHUNK) {
    const chunk = source.take(Math.min(CHUNK, rows - done));
    const lines = Array.from(chunk[0]!, (_, row) =>
      source.columns.map(({ dictionary }, index) => dictionary[chunk[index]![row]!]).join(';'),
    );
    stream.write(`${lines.join('\n')}\n`);
  }
  await new Promise((written) => stream.end(written));
}

function clock(): { ms: number; cpuMs: number; start: () => void; stop: () => void } {
  let [wall, cpu] = [0, cpuUsage()];
  const told = {
    ms: 0,
    cpuMs: 0,
    start: () => {
      [wall, cpu] = [performance.now(), cpuUsage()];
    },
    stop: () => {
      const { user, system } = cpuUsage(cpu);
      told.ms += performance.now() - wall;
      told.cpuMs += (user + system) / 1000;
    },
  };
  return told;
}
