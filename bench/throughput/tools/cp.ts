import { runProcess } from '../process.js';
import { backOf, copyOf, firstLine, type Task, type Tool } from '../tool.js';
import { filesBelow, sizeOf } from '../tree.js';

export const cp: Tool = {
  name: 'cp -r',
  about: { local: 'has the kernel copy one file after the other, on one core. It computes no checksum.' },
  version: async (signal) => (await firstLine('cp', ['--version'], signal)).replace(/^.* /, ''),
  open(task: Task) {
    const { made, signal } = task;
    const copy = (from: string, to: string) => runProcess('cp', ['-r', `${from}/.`, to], { signal });
    return {
      backup: () => copy(made.sourceDirectory, copyOf(task)),
      copied: async () => sizeOf(filesBelow(copyOf(task))),
      restore: () => copy(copyOf(task), backOf(task)),
      restored: async () => sizeOf(filesBelow(backOf(task))),
    };
  },
};
