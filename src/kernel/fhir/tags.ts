/** The version in an entity tag (`W/"3"`), or `*` for any that is there; undefined when it is neither. Source: RFC 9110, 13.1.1. */
export function versionOf(tag: string): number | '*' | undefined {
  if (tag === '*') return tag;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(tag)?.[1];
  return version === undefined ? undefined : Number(version);
}
