import { open } from 'lmdb';

/*
 * A process of its own, which reads all of the journal named by its argument: where the file was cut, the system kills
 * who reads behind its end.
 */

const [directory] = process.argv.slice(2);
const store = open<string>({ path: directory ?? '', encoding: 'string', noSubdir: false, readOnly: true });
for (const { value } of store.getRange()) if (typeof value !== 'string') process.exitCode = 1;
await store.close();
