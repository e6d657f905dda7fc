import {
  corrupt,
  decodeCatalogChange,
  decodeJob,
  decodeRepository,
} from '../../coordinator/journal-codec.js';
import type { JournalContents } from '../../coordinator/journal.js';
import { isOwnRecord } from './journal-owner.js';
import { unseal } from './journal-store.js';

interface Entry {
  readonly key: unknown;
  readonly value: unknown;
}

/** The contents of a journal from its records, of which none may be damaged, missing or unknown. */
export function readRecords(entries: Iterable<Entry>): JournalContents {
  const byKind = new Map<string, Map<string | number, string>>(
    ['generation', 'job', 'plan', 'uploaded', 'repository', 'catalog'].map((kind) => [kind, new Map()]),
  );
  for (const { key, value } of entries) {
    const [kind, id] = (Array.isArray(key) ? key : [key]) as unknown[];
    if (isOwnRecord(kind)) continue;
    const records = byKind.get(String(kind));
    if (!records || (typeof id !== 'string' && typeof id !== 'number'))
      throw corrupt(JSON.stringify(key), 'nothing of this name belongs into a journal');
    records.set(id, unseal(`${String(kind)} ${id}`, value));
  }
  const of = (kind: string) => byKind.get(kind)!;
  for (const part of ['plan', 'uploaded'])
    for (const id of of(part).keys())
      if (!of('job').has(id)) throw corrupt(`${part} ${id}`, 'there is no such job');
  return {
    generation: generationOf(of('generation').get('coordinator')),
    jobs: [...of('job')].map(([id, job]) =>
      sameId(
        `job ${id}`,
        id,
        decodeJob(`job ${id}`, { job, plan: of('plan').get(id), uploaded: of('uploaded').get(id) }),
      ),
    ),
    repositories: [...of('repository')]
      .map(([name, text]) => decodeRepository(`repository ${name}`, text))
      .sort((a, b) => a.id - b.id),
    catalogChanges: [...of('catalog')].map(([sequence, text]) =>
      decodeCatalogChange(`catalog ${sequence}`, text),
    ),
  };
}

/** Journals that were written before coordinators were counted have none. */
function generationOf(text = '0'): number {
  const generation = Number(text);
  if (Number.isSafeInteger(generation) && generation >= 0) return generation;
  throw corrupt('generation coordinator', 'it is no whole number');
}

function sameId<T extends { readonly id: number }>(key: string, id: string | number, job: T): T {
  if (job.id !== id) throw corrupt(key, `it is that of job ${job.id}`);
  return job;
}
