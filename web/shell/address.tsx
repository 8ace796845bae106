import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ComponentProps, ReactNode } from 'react';

/** A link inside the program. The address is text, because every module brings its own. */
export function Go({ to, ...rest }: { to: string; children: ReactNode } & Omit<ComponentProps<'a'>, 'href' | 'ref'>) {
  // The router's own types want absent, not undefined; what reaches the element is the same.
  return <Link to={to} activeOptions={EXACTLY} {...(rest as object)} />;
}

/** A page below another is not that page: what the navigation marks is said by the frame. */
const EXACTLY = { exact: true };

export function useGo(): (to: string) => void {
  const navigate = useNavigate();
  return (to) => {
    navigate({ to });
  };
}

/** The value that stands for `$name` in the page's path. */
export function usePathValue(name: string): string {
  const values: Record<string, string | undefined> = useParams({ strict: false });
  const value = values[name];
  if (value === undefined) throw new Error(`the path of this page has no $${name}`);
  return value;
}

/** A choice that lives in the address, so that it can be sent to somebody: `?state=open`. */
export function useAddressValue(name: string, fallback = ''): [string, (value: string) => void] {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const found = search[name];
  const set = (value: string) => {
    const { [name]: _, ...others } = search;
    navigate({ to: '.', search: value === fallback ? others : { ...others, [name]: value }, replace: true });
  };
  return [found === undefined ? fallback : String(found), set];
}

/** All choices that live in the address; several are changed at once, and an empty one goes. */
export function useAddressValues(): {
  values: Readonly<Record<string, unknown>>;
  set: (changes: Record<string, string>) => void;
} {
  const values: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (changes: Record<string, string>) => {
    const search = Object.fromEntries(Object.entries({ ...values, ...changes }).filter(([, value]) => value !== ''));
    navigate({ to: '.', search, replace: true });
  };
  return { values, set };
}
