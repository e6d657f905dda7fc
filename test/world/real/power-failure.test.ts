import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { shardFileName } from '../../../src/catalog/index.js';
import { taskProcedure, type UploadTask } from '../../../src/node/index.js';
import { shardDirectory } from '../../../src/repository/index.js';
import { nodePathsIn } from '../../../src/world/real/paths.js';
import type { WorkerShard } from '../../../src/world/real/protocol.js';
import { forgetfulStorage, POWER_IS_OFF } from '../../repository/forgetful-storage.js';
import { interpreterFor, md5, upload } from './interpreter-sample.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 200);
const MOST_SHARDS = 3;
const MOST_FILES = 4;

const root = mkdtempSync(path.join(tmpdir(), 'drill-power-'));
test.after.always(() => rmSync(root, { recursive: true, force: true }));
const paths = nodePathsIn(root);

const addressOf = (shard: number) =>
  ({ databaseId: 1, tableId: 2, partitionId: 3, indexId: 4, shardId: 5 + shard, version: 2 }) as const;
const contentOf = (shard: number, file: number): string => `file ${file} of ${shard}`;

for (let shard = 0; shard < MOST_SHARDS; shard++) {
  const directory = path.join(paths.data, String(addressOf(shard).shardId));
  mkdirSync(directory, { recursive: true });
  for (let file = 0; file < MOST_FILES; file++)
    writeFileSync(path.join(directory, shardFileName(5 + shard, 2, file)), contentOf(shard, file));
}

/** What the repository holds of a shard when it is whole. */
const namesOf = (shard: number, files: number): string[] =>
  Array.from(
    { length: files },
    (_, file) => `${shardFileName(5 + shard, 2, file)}.${md5(contentOf(shard, file))}`,
  );

/** How a try ends, unless it comes to its end before: after so many changes its process dies, alone or for want of power. */
const end = fc.record({ afterChanges: fc.nat({ max: 40 }), isPower: fc.boolean() });

test.serial(
  'whatever happens to a shard after it was reported as uploaded, the power too, its files are there',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: MOST_FILES }), { minLength: 1, maxLength: MOST_SHARDS }),
        fc.boolean(),
        fc.array(end, { maxLength: 4 }),
        fc.infiniteStream(fc.boolean()),
        async (fileCounts, onePass, ends, losses) => {
          rmSync(paths.snapshots, { recursive: true, force: true });
          const forgetful = forgetfulStorage();
          const { storage } = forgetful;
          const shards = fileCounts.map((files, shard): WorkerShard => ({
            shard,
            address: addressOf(shard),
            fileSizeBytes: Float64Array.from({ length: files }, (_, file) => contentOf(shard, file).length),
          }));
          const reported = new Set<number>();
          const attempt = async (changes: Partial<UploadTask>): Promise<void> => {
            const task = upload({
              relink: true,
              checkSource: false,
              onePass,
              ...changes,
              shards: Int32Array.from(shards.keys()),
            });
            const interpreter = interpreterFor(task, { paths, storage, shards });
            const procedure = taskProcedure(task);
            let done = 0;
            for (let next = procedure.next(); !next.done;) {
              if (next.value.op === 'report') reported.add(done++);
              next = procedure.next(await interpreter.perform(next.value));
            }
          };
          const holdsReported = async (): Promise<void> => {
            for (const shard of reported) {
              const names = await storage.listNames(shardDirectory('repo', 'label', addressOf(shard)));
              for (const name of namesOf(shard, fileCounts[shard]!))
                t.true(names.includes(name), `${name} of ${shard}`);
            }
          };
          for (const [i, { afterChanges, isPower }] of ends.entries()) {
            forgetful.cutAfter(afterChanges);
            await attempt({ attempt: i + 1, probe: i > 0 }).catch((error: unknown) =>
              t.is(error, POWER_IS_OFF),
            );
            if (isPower) forgetful.restart(() => losses.next().value as boolean);
            await holdsReported();
          }
          forgetful.cutAfter(Infinity);
          await attempt({ attempt: ends.length + 1, probe: true });
          t.is(reported.size, shards.length);
          forgetful.restart(() => true);
          await holdsReported();
        },
      ),
      { numRuns: RUNS },
    );
  },
);
