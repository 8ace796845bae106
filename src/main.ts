import { argv, env, exit, stderr } from 'node:process';
import { readConfig } from '#kernel/config';
import { Problem } from '#kernel/problem';
import { startPlatform } from './platform.ts';

// The table of contents is platform.ts; here is only the person at the terminal.
try {
  const config = readConfig(env, argv.slice(2));
  const platform = await startPlatform(config, say);
  for (const line of platform.greeting) say(line);
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked += 1;
      if (asked > 1) exit(130);
      say('Stopping (once more to stop at once) ...');
      void platform.stop().then(() => {
        say('Stopped. Everything is kept.');
        exit(0);
      });
    });
  }
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  for (const line of explain(error)) say(line);
  exit(1);
}

function explain({ message, facts, issues }: Problem): string[] {
  if (issues.length > 0) return [`Banyan cannot start: ${message}.`, ...issues.map((issue) => `  ${issue.message}`)];
  const told = Object.entries(facts).map(([name, value]) => `${name}: ${String(value)}`);
  return [`Banyan cannot start: ${message}${told.length === 0 ? '' : ` (${told.join(', ')})`}.`];
}

function say(line: string): void {
  stderr.write(`${line}\n`);
}
