import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../shell/index.ts';
import { type Alarm, type Operations, type Today, type Vehicle, withAlarm, withToday, withVehicles } from './model.ts';

export type Link = 'connecting' | 'live' | 'lost' | 'paused';

const PLACE = '/api/laboratory/operations';
const LEAST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 30_000;
/** Words are gathered for this long before the screen is drawn anew: a wall need not repaint 50 times a second. */
const GATHER_MS = 250;

interface Live {
  operations: Operations | undefined;
  link: Link;
  error: unknown;
  setPaused(paused: boolean): void;
}

/**
 * The operations of the region, pushed by the server. The stream begins with a snapshot, so that whatever was missed while the line was down is made
 * good by connecting again. Paused, the screen holds still and listens to nothing.
 */
export function useLive(): Live {
  const [operations, setOperations] = useState<Operations>();
  const [link, setLink] = useState<Link>('connecting');
  const [error, setError] = useState<unknown>();
  const [paused, setPaused] = useState(false);
  const latest = useRef<Operations>(undefined);
  const drawing = useRef<ReturnType<typeof setTimeout>>(undefined);

  const tell = useCallback((change: (before: Operations) => Operations) => {
    if (latest.current === undefined) return;
    latest.current = change(latest.current);
    drawing.current ??= setTimeout(() => {
      drawing.current = undefined;
      setOperations(latest.current);
    }, GATHER_MS);
  }, []);

  useEffect(() => {
    if (paused) {
      setLink('paused');
      return;
    }
    const leave = new AbortController();
    let stream: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waitMs = LEAST_WAIT_MS;

    const begin = (snapshot: Operations) => {
      latest.current = snapshot;
      setOperations(snapshot);
      setError(undefined);
    };
    const again = () => {
      stream?.close();
      setLink('lost');
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(MOST_WAIT_MS, waitMs * 2);
    };
    // The plain request comes first: unlike a stream, it says why it was refused.
    const connect = () => {
      api.get<Operations>(PLACE, { signal: leave.signal }).then(
        (snapshot) => {
          begin(snapshot);
          listen();
        },
        (refusal: unknown) => {
          if (leave.signal.aborted) return;
          setError(refusal);
          again();
        },
      );
    };
    const listen = () => {
      stream = new EventSource(`${PLACE}/stream`);
      stream.onopen = () => {
        waitMs = LEAST_WAIT_MS;
        setLink('live');
      };
      stream.onerror = again;
      stream.addEventListener('snapshot', ({ data }) => begin(JSON.parse(data) as Operations));
      stream.addEventListener('vehicles', ({ data }) =>
        tell((before) => withVehicles(before, JSON.parse(data) as Vehicle[])),
      );
      stream.addEventListener('today', ({ data }) => tell((before) => withToday(before, JSON.parse(data) as Today)));
      stream.addEventListener('alarm', ({ data }) => tell((before) => withAlarm(before, JSON.parse(data) as Alarm)));
    };
    setLink('connecting');
    connect();
    return () => {
      leave.abort();
      stream?.close();
      clearTimeout(timer);
      clearTimeout(drawing.current);
      drawing.current = undefined;
    };
  }, [paused, tell]);

  return { operations, link, error, setPaused };
}
