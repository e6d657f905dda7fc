import test from 'ava';
import { checkRestored, checkUntouched } from '../../../src/fuzz/checkers/round-trip.js';
import { readManifest } from '../../../src/fuzz/manifest.js';
import { contentText } from '../../../src/fuzz/scene.js';
import { FakeStage, INFO, sceneFor } from '../trace.js';

const scene = sceneFor();
const stage = new FakeStage();
stage.fill(scene);
const manifest = readManifest(stage.documents.get(INFO)!);

/** A restored cluster that is like the source's, with the contents that a test wants different. */
function restored(
  changes: ReadonlyMap<string, readonly string[]> = new Map(),
): Parameters<typeof checkRestored>[2] {
  const installedFiles = (node: number, shard: number): readonly string[] | undefined => {
    const at = scene.shards.find((s) => s.shard === shard)!;
    return (
      changes.get(`${node}/${shard}`) ??
      Array.from({ length: at.files }, (_, f) => contentText(at.firstFile + f))
    );
  };
  return {
    catalog: scene.catalog,
    nodes: { installedFiles },
    database: 'example_db',
    nowMs: 1,
    emptied: new Set(),
  };
}

test('every replica as its source is fine', (t) => {
  t.deepEqual(checkRestored(scene, manifest, restored()), []);
});

test('one replica that is different, or empty, is noticed', (t) => {
  t.is(
    checkRestored(scene, manifest, restored(new Map([['1/0', [contentText(0), contentText(9)]]]))).length,
    1,
  );
  t.is(checkRestored(scene, manifest, restored(new Map([['0/1', []]]))).length, 1);
});

test('what is no part of the snapshot is noticed, and what is missing', (t) => {
  t.true(checkRestored(scene, { ...manifest, tables: [] }, restored()).length > 0);
  const views = [{ name: 'v' }];
  t.regex(checkRestored(scene, { ...manifest, views }, restored())[0]!.message, /table v was not restored/);
});

test('a restore that failed leaves nothing', (t) => {
  t.regex(checkUntouched(restored())[0]!.message, /left t/);
});
