import type { Mutation } from './mutations.js';

/** In what holds jobs to what they may do. */
export const LIMIT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'one file too many on its way',
    because: 'a job has more than its concurrency',
    file: 'src/world/virtual/job-limiter.ts',
    from: 'this.transfers < (this.limits.transfers ?? Infinity)',
    to: 'this.transfers <= (this.limits.transfers ?? Infinity)',
    test: 'dist/test/properties/virtual-job-limits.test.js',
  },
  {
    name: 'requests let through twice',
    because: 'two come where one may',
    file: 'src/world/virtual/job-limiter.ts',
    from: 'return requestsPerSec === undefined ? 0 : 1000 / requestsPerSec;',
    to: 'return requestsPerSec === undefined ? 0 : 500 / requestsPerSec;',
    test: 'dist/test/properties/virtual-job-limits.test.js',
  },
  {
    name: 'a place is never given back',
    because: 'the job stands still',
    file: 'src/world/virtual/job-limiter.ts',
    from: '    this.job.transfers--;\n',
    to: '',
    test: 'dist/test/properties/virtual-job-limits.test.js',
  },
  {
    name: 'a node’s limit forgotten',
    because: 'one node takes all that the job may do',
    file: 'src/world/virtual/job-limiter.ts',
    from: '      this.of(node).request(nowMs);\n',
    to: '',
    test: 'dist/test/properties/virtual-job-limits.test.js',
  },
  {
    name: 'ALTER ignored',
    because: 'a job goes on as before',
    file: 'src/coordinator/job-driver.ts',
    from: 'entry.limits = limitsWith(before, changes);',
    to: 'entry.limits = limitsWith(changes, before);',
    test: 'dist/test/properties/alter-limits.test.js',
  },
  {
    name: 'ALTER not remembered',
    because: 'after a restart the old limits hold',
    file: 'src/coordinator/recovery.ts',
    from: '    entry.limits = entry.limitHistory.at(-1)?.limits ?? entry.limits;\n',
    to: '',
    test: 'dist/test/properties/alter-limits.test.js',
  },
  {
    name: 'limits forgotten when a job begins',
    because: 'nothing holds it back',
    file: 'src/coordinator/job-driver.ts',
    from: 'if (isLimited(entry.limits)) this.options.world.limit(entry.job.id, entry.limits);',
    to: '',
    test: 'dist/test/properties/virtual-job-limits.test.js',
  },
  {
    name: 'bytes let through twice',
    because: 'a job moves more than it may',
    file: 'src/world/real/limits/rate-limit.ts',
    from: 'later(wasNs, leastNs) + costNs;',
    to: 'later(wasNs, leastNs) + costNs / 2n;',
    test: 'dist/test/world/real/limits/rate-limit.test.js',
  },
];
