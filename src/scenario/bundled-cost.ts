import type { BundledFileCost, ClientCost } from '../world/hardware.js';

/** What files in bundles cost, as a file says it; absent where it says nothing. */
export function bundledCost({
  bundled,
}: {
  readonly bundled?: { readonly read: number; readonly make: number; readonly sync: number } | undefined;
}): Pick<ClientCost, 'bundled'> {
  if (!bundled) return {};
  const { read: readMs, make: makeMs, sync: syncMs } = bundled;
  return { bundled: { readMs, makeMs, syncMs } };
}

/** The longer one of each. */
export function slowerBundled(
  { bundled: a }: ClientCost,
  { bundled: b }: ClientCost,
): Pick<ClientCost, 'bundled'> {
  if (!a || !b) return a || b ? { bundled: (a ?? b)! } : {};
  const longer = (key: keyof BundledFileCost): number => Math.max(a[key], b[key]);
  return { bundled: { readMs: longer('readMs'), makeMs: longer('makeMs'), syncMs: longer('syncMs') } };
}
