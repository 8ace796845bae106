import { useSyncExternalStore } from 'react';
import type { Look } from './theme.ts';

/** What the person chose; `system` follows the machine. */
export type LookChoice = Look | 'system';

const KEY = 'banyan.look';
const watchers = new Set<() => void>();

export function lookChoice(): LookChoice {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function chooseLook(choice: LookChoice): void {
  localStorage.setItem(KEY, choice);
  applyLook();
}

/** Puts the look on the document, where the style sheet reads it. */
export function applyLook(): void {
  document.documentElement.dataset.look = currentLook();
  for (const watcher of watchers) watcher();
}

export function useLook(): Look {
  return useSyncExternalStore(subscribe, currentLook);
}

function currentLook(): Look {
  const choice = lookChoice();
  if (choice !== 'system') return choice;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function subscribe(changed: () => void): () => void {
  watchers.add(changed);
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', applyLook);
  return () => {
    watchers.delete(changed);
    system.removeEventListener('change', applyLook);
  };
}
