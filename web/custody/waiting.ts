import { useCallback, useEffect, useState } from 'react';
import { api, Refusal } from '../shell/index.ts';

/** A hand-over as the courier stated it; its key makes sending it twice the same as once. */
export interface Stated {
  key: string;
  thing: string;
  to: string;
  from?: string;
  step: 'accepting' | 'receiving';
  condition: 'conformant' | 'damaged' | 'non_conformant';
  note?: string;
  at: string;
  /** Why the server refused it. */
  refused?: string;
}

const PLACE = 'banyan.hand-overs';
const MOST = 200;
const AGAIN_MS = 20_000;

/** Hand-overs that wait for the network: kept in the browser, sent when there is one, each exactly once by its key. */
export function useWaiting(sent: (stated: Stated) => void): {
  waiting: Stated[];
  add: (stated: Stated) => void;
  drop: (key: string) => void;
  send: () => void;
} {
  const [waiting, setWaiting] = useState<Stated[]>(read);
  const change = useCallback((update: (before: Stated[]) => Stated[]) => {
    const after = update(read()).slice(-MOST);
    localStorage.setItem(PLACE, JSON.stringify(after));
    setWaiting(after);
  }, []);

  const send = useCallback(async () => {
    for (const stated of read()) {
      if (stated.refused !== undefined) continue;
      try {
        await api.post('/api/custody/hand-overs', stated);
        change((before) => before.filter(({ key }) => key !== stated.key));
        sent(stated);
      } catch (error) {
        const refusal = error instanceof Refusal ? error : undefined;
        // No network, nobody signed in, or a server that is busy: it waits. Anything else will not get better by itself.
        if (
          refusal === undefined ||
          refusal.status === 0 ||
          refusal.status === 401 ||
          refusal.status === 429 ||
          refusal.status >= 500
        )
          return;
        change((before) =>
          before.map((each) => (each.key === stated.key ? { ...each, refused: refusal.message } : each)),
        );
      }
    }
  }, [change, sent]);

  useEffect(() => {
    const again = () => void send();
    again();
    const timer = setInterval(again, AGAIN_MS);
    window.addEventListener('online', again);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', again);
    };
  }, [send]);

  return {
    waiting,
    add: (stated) => {
      change((before) => [...before, stated]);
      void send();
    },
    drop: (key) => change((before) => before.filter((each) => each.key !== key)),
    send: () => {
      change((before) => before.map(({ refused: _, ...each }) => each));
      void send();
    },
  };
}

function read(): Stated[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** A random UUID of version 4; `crypto.randomUUID` is missing on pages that came over plain HTTP. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
