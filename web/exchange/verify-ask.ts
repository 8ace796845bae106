import { useQuery } from '@tanstack/react-query';
import { openBundle, type Verdict, verifyCertificate } from '#standards/credentials';
import { api } from '../shell/index.ts';

const ROOT = '/api/exchange';

/** A certificate by its number, as everybody gets it. */
export function useCertificate(id: string) {
  return useQuery({
    queryKey: ['exchange', 'certificate', id],
    queryFn: ({ signal }) => api.get<object>(`${ROOT}/certificates/${encodeURIComponent(id)}/bundle`, { signal }),
  });
}

/** What can be said of a document, computed in this page; it believes in this platform's issuer and ledger. */
export function useVerdict(document: unknown) {
  return useQuery({
    queryKey: ['exchange', 'verdict', document],
    queryFn: ({ signal }) => verifyHere(document, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function verifyHere(document: unknown, signal: AbortSignal): Promise<Verdict> {
  const { certificate, lists } = openBundle(document);
  const [did, key] = await Promise.all([
    api.get<{ alsoKnownAs: string[] }>('/.well-known/did.json', { signal }),
    api.file('/ledger/key', undefined, { signal }).then((blob) => blob.text()),
  ]);
  return verifyCertificate(certificate, {
    now: new Date(),
    issuers: did.alsoKnownAs,
    logKeys: [key.trim()],
    lists: lists.length > 0 ? lists : await findLists(certificate, signal),
  });
}

/** The lists that a certificate names, from this platform: their signature says whether they are the right ones, not where they lay. */
async function findLists(certificate: unknown, signal: AbortSignal): Promise<unknown[]> {
  const { credentialStatus } = (certificate ?? {}) as { credentialStatus?: unknown };
  const entries: unknown[] = Array.isArray(credentialStatus) ? credentialStatus.slice(0, 2) : [];
  const paths = entries.flatMap((entry) => {
    const address = String((entry as { statusListCredential?: unknown } | null)?.statusListCredential);
    const path = URL.canParse(address) ? new URL(address).pathname : '';
    return path.startsWith(`${ROOT}/status-lists/`) ? [path] : [];
  });
  // A list that cannot be had leaves its check open, and the page says so.
  const found = await Promise.allSettled(paths.map((path) => api.get<object>(path, { signal })));
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}
