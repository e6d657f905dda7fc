import test from 'ava';
import { Residue } from '../../../src/fuzz/checkers/residue.js';
import { at, begun, FakeStage, judge, sceneFor, upload } from '../trace.js';

const scene = sceneFor();

test('a cluster that holds nothing is fine', (t) => {
  const stage = new FakeStage();
  t.deepEqual(
    judge(() => new Residue(scene, stage), [begun(upload()), at(upload(), 'stopped', 1)]),
    [],
  );
});

test('a snapshot, a task, a replica that is left is noticed', (t) => {
  const stage = new FakeStage();
  t.regex(judge(() => new Residue(scene, stage), [begun(upload())])[0]!.message, /still at upload task 1/);
  stage.isClean = false;
  t.regex(judge(() => new Residue(scene, stage), [])[0]!.message, /snapshots or staged files/);
  stage.isClean = true;
  stage.installed.push(99);
  t.regex(judge(() => new Residue(scene, stage), [])[0]!.message, /no table knows/);
});
