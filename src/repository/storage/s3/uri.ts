/**
 * Percent-encoding as AWS wants it in addresses that are signed: everything but letters, digits, `-`, `.`, `_` and `~`, in
 * upper-case hexadecimal. `encodeURIComponent` leaves five more characters alone.
 */
export const encodeUri = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A key, whose `/` stay what they are. */
export const encodeKey = (key: string): string => key.split('/').map(encodeUri).join('/');

/** What follows the `?`, in the order in which it is signed: by names, which are all different and plain ASCII. */
export const encodeQuery = (parameters: Readonly<Record<string, string>>): string =>
  Object.keys(parameters)
    .sort()
    .map((name) => `${encodeUri(name)}=${encodeUri(parameters[name]!)}`)
    .join('&');
