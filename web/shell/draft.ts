import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { DRAFT, SESSION, useSession } from './session.tsx';

/**
 * What a person types into a form outlives the end of the session in this tab: whoever is signed out meanwhile finds it again at the same
 * form after signing in. It goes when the form is closed or sent, and when the person signs out; nobody else is shown it.
 */
export function useDraft<T extends object>(form: string): { found: Partial<T>; keep: (typed: Partial<T>) => void } {
  const { actor } = useSession();
  const queries = useQueryClient();
  const key = `${DRAFT} ${actor.username} ${location.pathname} ${form}`;
  const [found] = useState(() => JSON.parse(sessionStorage.getItem(key) ?? '{}') as Partial<T>);
  useEffect(
    () => () => {
      if (queries.getQueryData(SESSION) !== null) sessionStorage.removeItem(key);
    },
    [key, queries],
  );
  return { found, keep: (typed) => sessionStorage.setItem(key, JSON.stringify(typed)) };
}
