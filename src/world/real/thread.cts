/**
 * The first file of every thread. It loads the module that the thread's first argument names, and answers with what
 * that module exports as default: the pool waits for it before it gives the thread work.
 *
 * A file of CommonJS, because a pool `require`s a thread's file, and Node aborts the whole process when a thread is
 * ended while it `require`s an ES module. A thread that `import`s one may be ended at any time.
 */

const MODULE_ARGUMENT = 2;
const address = process.argv[MODULE_ARGUMENT];
if (address === undefined) throw new TypeError('a thread needs the address of its module as an argument');

const load = async (): Promise<unknown> => {
  const loaded = (await import(address)) as { readonly default: unknown };
  return loaded.default;
};

module.exports = load();
