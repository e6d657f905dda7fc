import test from 'ava';
import { repositoryStorage } from '../../../src/coordinator/create-repository/storage.js';
import { openStorage } from '../../../src/repository/storage/open.js';
import { parseStatement } from '../../../src/sql/index.js';
import { serverFor } from '../storage-s3.js';
import { bytesOf, put } from '../storage-helpers.js';

test('the credentials of a CREATE REPOSITORY open its storage', async (t) => {
  const credentials = { accessKeyId: 'AKIDstatement', secretAccessKey: 'secret of a statement' };
  const { endpoint } = await serverFor(t, { credentials });
  const statement = parseStatement(
    `CREATE REPOSITORY r WITH S3 ON LOCATION "s3://bucket/prefix" PROPERTIES ("s3.endpoint" = "${endpoint}",
     "s3.access_key" = "${credentials.accessKeyId}", "s3.secret_key" = "${credentials.secretAccessKey}")`,
  );
  if (statement.kind !== 'create-repository') return t.fail();
  const given = repositoryStorage(statement);
  const storage = await openStorage(given.spec, given.credentials);
  t.teardown(() => storage.dispose?.());
  await put(storage, 'a/file', bytesOf('x'));
  t.deepEqual(await storage.listNames('a'), ['file']);
  // Nothing may write into what the statement gave.
  t.deepEqual(given.credentials, credentials);
});
