import { plural } from '../base/text.js';
import { formatBytes } from '../base/units.js';
import { givingWay, interrupted, NO_PROGRESS, storageAt } from '../drill/index.js';
import { locateRepository, verifyRepository, type VerifyReport } from '../repository/index.js';
import { printableJson } from '../report/rows.js';
import { nodeMd5 } from '../repository/storage/node-md5.js';
import { EXIT } from './exit-codes.js';
import { createPrinter } from './output.js';
import { printableLine } from './printable.js';

export interface VerifyOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Verifies the repository at a place, prints what was found, and returns the exit code. */
export async function verify(place: string, options: VerifyOptions, signal: AbortSignal): Promise<number> {
  const { location, repository } = locateRepository(place);
  const storage = await storageAt(location, place, options);
  const printer = await createPrinter({ json: options.json ?? false, quiet: options.quiet ?? false });
  printer.onPhase('verify', '', place);
  const startMs = performance.now();
  const onProgress = givingWay(
    (doneBytes: number, totalBytes: number, doneFiles: number, totalFiles: number) =>
      printer.onProgress({
        ...NO_PROGRESS,
        phase: 'verify',
        variant: '',
        elapsedMs: performance.now() - startMs,
        doneBytes,
        totalBytes,
        doneFiles,
        totalFiles,
      }),
  );
  const report = await verifyRepository(storage, {
    md5: nodeMd5,
    repositoryName: repository,
    signal,
    onProgress: ({ files, bytes, totalFiles, totalBytes }) =>
      onProgress(bytes, totalBytes, files, totalFiles),
  });
  if (signal.aborted) throw interrupted();
  printer.result(options.json ? printableJson({ type: 'verify', ...report }) : render(report));
  return report.problems.length === 0 ? EXIT.ok : EXIT.failed;
}

function render({ repositories, snapshots, files, bytes, problems }: VerifyReport): string {
  const lines = snapshots.map(({ repository, label, timestamps, ...found }) => {
    const when = timestamps.join(', ') || 'unfinished';
    return `  ${repository}/${label}  ${when}  ${plural(found.files, 'file')}, ${formatBytes(found.bytes)}`;
  });
  for (const { kind, path, message } of problems) {
    lines.push(`  ${kind.toUpperCase()}  ${printableLine(path)}`, `    ${printableLine(message)}`);
  }
  const what = `${plural(snapshots.length, 'snapshot')}, ${plural(files, 'file')}, ${formatBytes(bytes)} in ${repositories.join(', ')}`;
  const verdict =
    problems.length === 0 ? `All is well: ${what}.` : `${plural(problems.length, 'problem')}: ${what}.`;
  return [...lines, verdict].join('\n');
}
