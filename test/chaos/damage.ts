import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { ProblemKind } from '../../src/repository/index.js';
import type { RandomStream } from '../../src/base/random.js';
import { between } from './chaos.js';

export interface Planted {
  readonly kind: ProblemKind;
  /** Below the repository's location. */
  readonly path: string;
}

/** A repository's directory, and the files in it that nothing was done to yet. */
export interface Victims {
  readonly root: string;
  readonly random: RandomStream;
  /** Takes a shard file that is whole. */
  readonly takeFile: () => string;
}

const flip = (target: string, random: RandomStream): void => {
  const bytes = readFileSync(target);
  bytes[between(random, 0, bytes.length)]! ^= 1 << between(random, 0, 8);
  writeFileSync(target, bytes);
};
const stem = (file: string): string => file.replace(/\.[0-9a-f]{32}$/, '');
const otherSum = (file: string): string => `${stem(file)}.${createHash('md5').update(file).digest('hex')}`;

/** A way to damage a shard's file, or to put something beside it. `harmful`: a restore must not pass over it. */
interface Damage {
  readonly harmful: boolean;
  readonly plant: (victims: Victims) => readonly Planted[];
}

/** Damage to one file: what it does to the file, and what must be said of it. */
function ofFile(kind: ProblemKind, damage: (absolute: string, victims: Victims) => void): Damage {
  return {
    harmful: true,
    plant(victims) {
      const file = victims.takeFile();
      damage(path.join(victims.root, file), victims);
      return [{ kind, path: file }];
    },
  };
}

/** Something that is too much, beside a file that stays as it is. */
function beside(kind: ProblemKind, place: (file: string, victims: Victims) => string): Damage {
  return {
    harmful: false,
    plant: (victims) => [{ kind, path: place(victims.takeFile(), victims) }],
  };
}

const put = (root: string, file: string, text: string): string => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
  return file;
};

export const DAMAGES: Readonly<Record<string, Damage>> = {
  'flipped bit': ofFile('corrupt', (target, { random }) => flip(target, random)),
  truncated: ofFile('corrupt', (target, { random }) =>
    truncateSync(target, between(random, 0, readFileSync(target).length)),
  ),
  extended: ofFile('corrupt', (target) => appendFileSync(target, 'x')),
  deleted: ofFile('missing', (target) => rmSync(target)),
  'replaced by an empty directory': ofFile('missing', (target) => {
    rmSync(target);
    mkdirSync(target);
  }),
  'replaced by a link': ofFile('missing', (target) => {
    // To a copy, byte for byte: it is a link all the same.
    renameSync(target, `${target.slice(0, target.indexOf('/__palo'))}/moved-${path.basename(target)}`);
    symlinkSync(`${target.slice(0, target.indexOf('/__palo'))}/moved-${path.basename(target)}`, target);
  }),
  swapped: {
    harmful: true,
    plant({ root, takeFile }) {
      const [one, two] = [takeFile(), takeFile()];
      const [first, second] = [one, two].map((file) => path.join(root, file)) as [string, string];
      renameSync(first, `${first}.swap`);
      renameSync(second, first);
      renameSync(`${first}.swap`, second);
      return [one, two].map((file) => ({ kind: 'corrupt', path: file }));
    },
  },
  renamed: {
    harmful: true,
    plant({ root, takeFile }) {
      const file = takeFile();
      const to = `${path.dirname(file)}/renamed-${path.basename(file)}`;
      renameSync(path.join(root, file), path.join(root, to));
      return [
        { kind: 'missing', path: file },
        { kind: 'extra', path: to },
      ];
    },
  },
  'replaced by a directory with a file': {
    harmful: true,
    plant({ root, takeFile }) {
      const file = takeFile();
      rmSync(path.join(root, file));
      return [
        { kind: 'missing', path: file },
        { kind: 'foreign', path: put(root, `${file}/inside`, 'x') },
      ];
    },
  },
  duplicated: beside('extra', (file, { root }) => {
    copyFileSync(path.join(root, file), path.join(root, otherSum(file)));
    return otherSum(file);
  }),
  'a copy under no checksum': beside('foreign', (file, { root }) => {
    copyFileSync(path.join(root, file), path.join(root, stem(file)));
    return stem(file);
  }),
  'a left part': beside('extra', (file, { root }) => put(root, `${stem(file)}.part`, 'half')),
  "a late writer's part": beside('extra', (file, { root }) =>
    put(root, `${stem(file)}.2-1-17-3.part`, 'half'),
  ),
  'a file of nobody': beside('foreign', (file, { root }) => put(root, `${path.dirname(file)}/NOTES`, 'x')),
  "another shard's file": beside('extra', (file, { root }) =>
    put(root, file.replace(/\/__(\d+)\/([^/]+)$/, '/__99$1/$2'), 'x'),
  ),
};

/** Damage to what makes a snapshot one. Of these, one at a time. `hidesFiles`: nothing more is known of its files. */
export const DOCUMENT_DAMAGES: Readonly<
  Record<
    string,
    {
      readonly hidesFiles: boolean;
      readonly plant: (root: string, snapshot: string, random: RandomStream) => Planted;
    }
  >
> = {
  'no __meta': {
    hidesFiles: false,
    plant(root, snapshot) {
      const file = documentIn(root, snapshot, '__meta');
      rmSync(path.join(root, file));
      return { kind: 'missing', path: stem(file) };
    },
  },
  'a changed __meta': {
    hidesFiles: false,
    plant(root, snapshot, random) {
      const file = documentIn(root, snapshot, '__meta');
      flip(path.join(root, file), random);
      return { kind: 'manifest', path: file };
    },
  },
  'a changed __info': {
    hidesFiles: true,
    plant(root, snapshot, random) {
      const file = documentIn(root, snapshot, '__info');
      flip(path.join(root, file), random);
      return { kind: 'manifest', path: file };
    },
  },
  'no __info': {
    hidesFiles: true,
    plant(root, snapshot) {
      rmSync(path.join(root, documentIn(root, snapshot, '__info')));
      return { kind: 'unfinished', path: snapshot };
    },
  },
};

function documentIn(root: string, snapshot: string, prefix: string): string {
  const name = readdirSync(path.join(root, snapshot)).find((found) => found.startsWith(prefix))!;
  return `${snapshot}/${name}`;
}
