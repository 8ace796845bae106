import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect } from 'react';
import { api, onSignedOut, Refusal, statePurpose } from './api.ts';
import { chooseLanguage, type Language, language } from './words.ts';

/** Who is signed in, as `GET /api/session` tells it. */
export interface SignedIn {
  id: string;
  username: string;
  name: string;
  roles: readonly string[];
  organizations: readonly { id: string; name: string }[];
  patient?: string;
  permissions: readonly string[];
  language?: Language;
  /** The password was made by somebody else. */
  mustChange?: boolean;
  /** Why the person looks, a code of HL7 v3 ActReason. */
  purpose?: string;
  /** Those that may be stated, the usual one first. */
  purposes?: readonly string[];
  /** The glass is broken until then: more is open, and every look is reported. */
  breakGlass?: { reason: string; until: string };
}

interface Session {
  actor: SignedIn;
  /** May the actor do this? A hint for what to show; the server decides. */
  may(permission: string): boolean;
  signOut(): Promise<void>;
}

const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error('useSession stands outside SessionGate');
  return session;
}

/** The session where there is one: pages that are open to everybody ask so. */
export function useVisitor(): Session | undefined {
  return use(SessionContext);
}

export const SESSION = ['session'] as const;
/** What keys of forms that were being filled in begin with, in the tab's storage. */
export const DRAFT = 'banyan.draft';

/** Shows the page to who is signed in, and `signIn` in its place to everybody else: the address stays, so that sign-in leads back to it. */
export function SessionGate(props: {
  signIn: ReactNode;
  loading: ReactNode;
  failed: (error: unknown, retry: () => void) => ReactNode;
  children: ReactNode;
}) {
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: SESSION,
    queryFn: ({ signal }) => findSession(signal),
    staleTime: 5 * 60_000,
    retry: false,
  });

  useEffect(() => onSignedOut(() => forget(queries)), [queries]);

  const actor = query.data ?? undefined;
  const preferred = actor?.language;
  const username = actor?.username;
  useEffect(() => {
    if (
      username !== undefined &&
      preferred !== undefined &&
      preferred !== language() &&
      localStorage.getItem('banyan.language') === null
    ) {
      chooseLanguage(preferred);
    }
  }, [username, preferred]);

  if (query.isPending) return props.loading;
  if (query.isError) return props.failed(query.error, () => query.refetch());
  if (actor === undefined) return props.signIn;

  const permissions = new Set(actor.permissions);
  const session: Session = {
    actor,
    may: (permission) => permissions.has(permission) || permissions.has('*'),
    async signOut() {
      await api.remove('/api/session');
      forgetDrafts();
      forget(queries);
    },
  };
  return <SessionContext value={session}>{props.children}</SessionContext>;
}

function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(DRAFT)) sessionStorage.removeItem(key);
}

/** Nothing of a person who has left may stay in the memory of the page. The session itself stays watched: that nobody is signed in is its new value. */
function forget(queries: QueryClient): void {
  // What was under way is refused after the person has left; by then the sign-in page has asked anew and must get its answer.
  if (queries.getQueryData(SESSION) === null) return;
  statePurpose(undefined);
  queries.setQueryData(SESSION, null);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
}

async function findSession(signal: AbortSignal): Promise<SignedIn | null> {
  try {
    return (await api.get<{ actor: SignedIn }>('/api/session', { signal })).actor;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null;
    throw error;
  }
}
