import type { Target } from '../target.js';

/** Each with its own samples, which take a while to make: only what is needed is loaded. */
const TARGETS: Readonly<Record<string, () => Promise<Target>>> = {
  sql: async () => (await import('./sql.js')).sqlTarget,
  yaml: async () => (await import('./yaml.js')).yamlTarget,
  manifest: async () => (await import('./manifest.js')).manifestTarget,
  import: async () => (await import('./import.js')).importTarget,
  journal: async () => (await import('./journal.js')).journalTarget,
};

export const TARGET_NAMES: readonly string[] = Object.keys(TARGETS);

export async function targetNamed(name: string): Promise<Target> {
  const load = TARGETS[name];
  if (!load) throw new Error(`there is no target ${name}: ${TARGET_NAMES.join(', ')}`);
  return load();
}
