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
  const sizeBytes = match ? Math.round(Number(match[1]) * UNITS[match[2]!.toUpperCase()]!) : NaN;
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}

/** A whole number that can be counted with; undefined where it is none. */
export function listedNumber(text: string | undefined): number | undefined {
  const value = text !== undefined && /^-?\d+$/.test(text.trim()) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The same from 1 on; undefined also for what no cluster can have of it. */
export function listedCount(text: string | undefined, most: number): number | undefined {
  const count = listedNumber(text);
  return count !== undefined && count >= 1 && count <= most ? count : undefined;
}
