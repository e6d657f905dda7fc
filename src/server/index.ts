export type { JobEnd, JobProgress } from '../coordinator/index.js';
export type { SqlBackend, WaitOptions } from './backend.js';
export { connect, type ScriptOptions, type SqlClient } from './connect.js';
export { listen, type ListenOptions, type SqlServer } from './listen.js';
export type { StatementReply } from './protocol.js';
export { socketPathFor } from './socket-path.js';
export { endsStatement } from './statement-end.js';
