import { formatBytes, formatCount } from '../../base/units.js';
import { NEAR, type Rule } from './finding-facts.js';

/** `thrift_max_message_size` of Doris's FEs and BEs: a message that is larger is dropped, and its task fails for ever. */
const MOST_BYTES = 100 * 2 ** 20;

/**
 * What Thrift's binary protocol takes for one shard of an upload task, where `src_dest_map` has the path of its snapshot on
 * the node and that in the repository: about 80 and 140 characters, and 4 bytes of length each …
 */
const SHARD_BYTES = 230;
/** … and for one file of the task's report, where `tablet_files` has each name with its checksum (32 characters): about 64. */
const FILE_BYTES = 70;

/** The largest message about one task: what it is to do, or what it reports. */
export const messagesRule: Rule = ({ scenario: { engine }, result }) => {
  const { by, count } = engine.batching;
  const sizes = result.nodes.map(({ shards, files }) => {
    const shardsPerTask = by === 'shards' ? Math.min(count, shards) : Math.ceil(shards / count);
    const filesPerTask = shards === 0 ? 0 : (files / shards) * shardsPerTask;
    return { shardsPerTask, bytes: Math.max(shardsPerTask * SHARD_BYTES, filesPerTask * FILE_BYTES) };
  });
  const largest = sizes.reduce((sofar, next) => (next.bytes > sofar.bytes ? next : sofar), {
    shardsPerTask: 0,
    bytes: 0,
  });
  if (largest.bytes < NEAR * MOST_BYTES) return undefined;
  const isOver = largest.bytes > MOST_BYTES;
  const bytes = Math.round(largest.bytes);
  return {
    id: 'task-message',
    severity: isOver ? 'problem' : 'warning',
    message: `a task of ${formatCount(largest.shardsPerTask)} shards makes a message of about ${formatBytes(bytes)}, and Thrift takes at most ${formatBytes(MOST_BYTES)}`,
    hint: 'smaller tasks: Doris since 2.1.8 and 3.0.4 has backup_upload_snapshot_batch_size; before, raise backup_upload_task_num_per_be, or thrift_max_message_size on FEs and BEs',
    numbers: { shardsPerTask: largest.shardsPerTask, messageBytes: bytes, limitBytes: MOST_BYTES },
  };
};
