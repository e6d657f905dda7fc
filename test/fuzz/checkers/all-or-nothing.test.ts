import test from 'ava';
import { AllOrNothing } from '../../../src/fuzz/checkers/all-or-nothing.js';
import type { Checker } from '../../../src/fuzz/checker.js';
import { FIRST_LABEL } from '../../../src/fuzz/fuzz-case.js';
import type { JobLog } from '../../../src/fuzz/job-log.js';
import { did, FakeStage, fault, INFO, journal, judge, pathOf, sceneFor, stored, upload } from '../trace.js';

const scene = sceneFor();
const published = { kind: 'document', atMs: 1, op: 'write', path: INFO } as const;

function staged(): { stage: FakeStage; make: (log: JobLog) => Checker } {
  const stage = new FakeStage();
  stage.fill(scene);
  return { stage, make: (log) => new AllOrNothing(scene, stage, log) };
}

test('a snapshot with all its files is fine', (t) => {
  t.deepEqual(judge(staged().make, [published, journal(stored('FINISHED'))]), []);
});

test('a manifest that comes before a file is noticed', (t) => {
  const { stage, make } = staged();
  stage.files.delete(pathOf(scene, 1, 1));
  t.regex(judge(make, [published])[0]!.message, /which is not there/);
});

test('a file with other content is noticed, unless its bits flipped', (t) => {
  const { stage, make } = staged();
  stage.files.set(pathOf(scene, 0, 0), 'f'.repeat(32));
  t.regex(judge(make, [published])[0]!.message, /which holds f+/);
  const flipped = fault({ kind: 'bit-rot', atMs: 0, pick: 0 });
  t.deepEqual(judge(make, [flipped, published, journal(stored('FINISHED'))]), []);
});

test('a snapshot whose label was dropped need not be whole any more', (t) => {
  const { stage, make } = staged();
  const removal = did(upload(), { op: 'delete', shard: 0, file: 0, keep: 1 }, undefined, 5);
  const dropped = { kind: 'dropped', atMs: 3, label: FIRST_LABEL } as const;
  stage.files.delete(pathOf(scene, 0, 0));
  t.is(judge(make, [published, removal]).filter(({ atMs }) => atMs === 5).length, 1);
  t.is(judge(make, [published, dropped, removal]).filter(({ atMs }) => atMs === 5).length, 0);
});

test('a file that goes missing later is noticed when it does', (t) => {
  const { stage, make } = staged();
  const removal = did(upload(), { op: 'delete', shard: 0, file: 0, keep: 1 }, undefined, 5);
  const log = judge(make, [published, journal(stored('FINISHED'))]);
  t.deepEqual(log, []);
  stage.files.delete(pathOf(scene, 0, 0));
  t.is(judge(make, [published, removal])[0]!.atMs, 1);
});

test('what a job says it has uploaded is there', (t) => {
  const { stage, make } = staged();
  const { firstFile, id } = scene.catalog.shards;
  const uploaded = {
    shards: Int32Array.of(id[0]!, id[1]!),
    checksums: [0, 1].map((shard) => [firstFile[shard]!, firstFile[shard]! + 1]),
  };
  t.deepEqual(judge(make, [journal(stored('SAVE_META', { uploaded }))]), []);
  const short = { ...uploaded, checksums: [uploaded.checksums[0]!, [firstFile[1]!]] };
  t.regex(
    judge(make, [journal(stored('SAVE_META', { uploaded: short }))])[0]!.message,
    /1 checksums of 2 files/,
  );
  stage.files.delete(pathOf(scene, 1, 0));
  t.regex(judge(make, [journal(stored('SAVE_META', { uploaded }))])[0]!.message, /is to have uploaded/);
});

test('a cancelled job shows nothing, a finished one its snapshot', (t) => {
  const { stage, make } = staged();
  t.regex(
    judge(make, [journal(stored('CANCELLED'))])[0]!.message,
    /was cancelled, and its snapshot label1 is shown/,
  );
  stage.documents.clear();
  t.deepEqual(judge(make, [journal(stored('CANCELLED'))]), []);
  t.regex(judge(make, [journal(stored('FINISHED'))])[0]!.message, /no __info of it is there/);
});
