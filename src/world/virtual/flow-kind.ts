/** What a flow is, by what it uses: see docs/cost-model.md. Numbers, because they are part of a lane's id. */
export const FLOW = { hash: 0, put: 1, putHash: 2, processor: 3, rehash: 4 } as const;

export type FlowKind = (typeof FLOW)[keyof typeof FLOW];

export const FLOW_KINDS = 5;

/** The flows of one kind on one node: they run at one rate. */
export const laneOf = (node: number, kind: FlowKind): number => node * FLOW_KINDS + kind;

export const nodeOf = (lane: number): number => Math.floor(lane / FLOW_KINDS);

export const kindOf = (lane: number): FlowKind => (lane % FLOW_KINDS) as FlowKind;

/** Whether a flow goes through the repository, and so through the node's card. */
export const usesRepository = (kind: FlowKind): boolean => kind === FLOW.put || kind === FLOW.putHash;

/** Whether a flow's bytes are hashed: those of a rehash were read before. */
export const hashes = (kind: FlowKind): boolean => usesDisk(kind) || kind === FLOW.rehash;

/** Whether a flow goes through the node's disk. */
export const usesDisk = (kind: FlowKind): boolean => kind === FLOW.hash || kind === FLOW.putHash;
