/**
 * The address of the next page in a Link header (RFC 8288): `<https://...>; rel="next"`. Only on the host of this page: a
 * listing that leads elsewhere is not followed.
 */
export function nextPage(link: string | null, current: URL): URL | undefined {
  for (const [, target = '', rel = ''] of (link ?? '').matchAll(/<([^<>]{1,4000})>([^<,]*)/g)) {
    if (!/;\s*rel="?next"?/i.test(rel)) continue
    const next = URL.parse(target, current.href)
    return next?.origin === current.origin && next.href !== current.href ? next : undefined
  }
  return undefined
}
