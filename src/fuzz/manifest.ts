import type { VirtualRepository } from '../world/virtual/virtual-repository.js';

/** A snapshot's `__info` as far as checkers need it, read without the engine's own reader. */
export interface PlainManifest {
  readonly databaseId: number;
  readonly content: string;
  readonly skippedTables: readonly string[];
  readonly views: readonly { readonly name: string }[];
  readonly tables: readonly {
    readonly id: number;
    readonly name: string;
    readonly partitions: readonly {
      readonly id: number;
      readonly name: string;
      readonly indexes: readonly {
        readonly id: number;
        readonly shards: readonly {
          readonly id: number;
          readonly files: readonly { readonly name: string; readonly checksum: string }[];
          readonly bundles?: readonly {
            readonly firstFile: number;
            readonly files: number;
            readonly checksum: string;
          }[];
        }[];
      }[];
    }[];
  }[];
}

/** Reads manifests, each once; `changed` says that a document was written or removed. */
export class ManifestReader {
  private readonly repository: Pick<VirtualRepository, 'readDocument'>;
  private readonly known = new Map<string, PlainManifest>();

  constructor(repository: Pick<VirtualRepository, 'readDocument'>) {
    this.repository = repository;
  }

  readonly at = (path: string): PlainManifest | undefined => {
    const known = this.known.get(path);
    if (known) return known;
    const text = this.repository.readDocument(path);
    if (text === undefined) return undefined;
    const manifest = readManifest(text);
    this.known.set(path, manifest);
    return manifest;
  };

  changed(path: string): void {
    this.known.delete(path);
  }
}

export const readManifest = (text: string): PlainManifest => JSON.parse(text) as PlainManifest;

/** The paths of all files and bundles that it names, below its label's directory, as they must be in the repository. */
export function namedFiles({ databaseId, tables }: PlainManifest): string[] {
  const paths: string[] = [];
  for (const table of tables)
    for (const partition of table.partitions)
      for (const index of partition.indexes)
        for (const shard of index.shards)
          for (const { name, checksum } of namedObjects(shard)) {
            const owner = `__db_${databaseId}/__tbl_${table.id}/__part_${partition.id}/__idx_${index.id}`;
            paths.push(`__ss_content/${owner}/__${shard.id}/${name}.${checksum}`);
          }
  return paths;
}

type PlainShard = PlainManifest['tables'][0]['partitions'][0]['indexes'][0]['shards'][0];

function namedObjects({ files, bundles = [] }: PlainShard): { name: string; checksum: string }[] {
  const isBundled = (file: number): boolean =>
    bundles.some((bundle) => file >= bundle.firstFile && file < bundle.firstFile + bundle.files);
  return [
    ...files.filter((_, file) => !isBundled(file)),
    ...bundles.map(({ firstFile, checksum }) => ({ name: `__bundle_${firstFile}`, checksum })),
  ];
}
