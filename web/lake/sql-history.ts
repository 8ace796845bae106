/** A question that was asked on this machine. */
export interface Past {
  text: string;
  at: string;
  rows: number;
  ms: number;
}

const MOST = 60;

/** The person's own last questions, newest first; they stay in this browser. */
export function readHistory(username: string): Past[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(username)) ?? '[]');
    return Array.isArray(kept) ? (kept as Past[]).filter(({ text }) => typeof text === 'string') : [];
  } catch {
    // What somebody else wrote there is no history.
    return [];
  }
}

export function noteHistory(username: string, past: Past): Past[] {
  const others = readHistory(username).filter(({ text }) => text !== past.text);
  return writeHistory(username, [past, ...others].slice(0, MOST));
}

export function clearHistory(username: string): Past[] {
  return writeHistory(username, []);
}

function writeHistory(username: string, history: Past[]): Past[] {
  localStorage.setItem(keyOf(username), JSON.stringify(history));
  return history;
}

function keyOf(username: string): string {
  return `banyan.lake.history.${username}`;
}
