const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
};

/** Doris and StarRocks write `1.234 GB` for 1024³ bytes, and sizes of tablets as plain numbers. Undefined: it is no size. */
export function listedSize(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGTP]?)(?:i?B)?$/i.exec(text?.trim() ?? '');
  return match ? Math.round(Number(match[1]) * UNITS[match[2]!.toUpperCase()]!) : undefined;
}

/** A whole number; undefined where it is none. */
export const listedNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d+$/.test(text.trim()) ? Number(text) : undefined;
