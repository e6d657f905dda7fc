import { invariant } from '../../base/errors.js';

/**
 * Before the flows of a lane's record: its clock's offset and its key in the group's heap; and in the whole numbers how many
 * flows it has, its group, its place.
 */
const OFFSET = 0;
const KEY = 1;
const SIZE = 0;
const GROUP = 1;
const POSITION = 2;
const FIRST_TAG = 2;
const FIRST_OWNER = 3;

/** Of a lane that is in no group. */
export const NO_GROUP = -1;

/**
 * Lanes: flows that run at one rate at any moment, such as the uploads of one node. They are kept as the reading of the
 * lane's clock (bytes served per flow) at which each is complete, the next one last; of equals, the one that began first.
 *
 * All there is of a lane lies side by side: with thousands of lanes that take turns, what costs time is not what is
 * computed, but how many places in memory it takes to compute it.
 */
export class LaneTable {
  private readonly lanes: number;
  private flowsPerLane = 4;
  private tagStride = 0;
  private ownerStride = 0;
  private tags = new Float64Array(0);
  private owners = new Int32Array(0);

  constructor(lanes: number) {
    this.lanes = lanes;
    this.layOut();
    for (let lane = 0; lane < lanes; lane++) this.owners[lane * this.ownerStride + GROUP] = NO_GROUP;
  }

  size(lane: number): number {
    return this.owners[lane * this.ownerStride + SIZE]!;
  }

  groupOf(lane: number): number {
    return this.owners[lane * this.ownerStride + GROUP]!;
  }

  setGroup(lane: number, group: number): void {
    this.owners[lane * this.ownerStride + GROUP] = group;
  }

  /** Its place in its group's heap. */
  position(lane: number): number {
    return this.owners[lane * this.ownerStride + POSITION]!;
  }

  setPosition(lane: number, position: number): void {
    this.owners[lane * this.ownerStride + POSITION] = position;
  }

  /** The lane's clock minus its group's; where it has no group, the lane's clock. */
  offset(lane: number): number {
    return this.tags[lane * this.tagStride + OFFSET]!;
  }

  setOffset(lane: number, offset: number): void {
    this.tags[lane * this.tagStride + OFFSET] = offset;
  }

  /** The reading of its group's clock at which the next flow is complete, as `setKey` found it. */
  key(lane: number): number {
    return this.tags[lane * this.tagStride + KEY]!;
  }

  /** Finds the key anew; only of a lane with flows. */
  setKey(lane: number): void {
    const first = lane * this.tagStride;
    this.tags[first + KEY] = this.tags[first + FIRST_TAG + this.size(lane) - 1]! - this.tags[first + OFFSET]!;
  }

  insert(lane: number, tag: number, owner: number): void {
    const size = this.size(lane);
    if (size === this.flowsPerLane) this.grow();
    const { tags, owners } = this;
    const firstTag = lane * this.tagStride + FIRST_TAG;
    const firstOwner = lane * this.ownerStride + FIRST_OWNER;
    let at = size;
    for (; at > 0 && tags[firstTag + at - 1]! <= tag; at--) {
      tags[firstTag + at] = tags[firstTag + at - 1]!;
      owners[firstOwner + at] = owners[firstOwner + at - 1]!;
    }
    tags[firstTag + at] = tag;
    owners[firstOwner + at] = owner;
    owners[lane * this.ownerStride + SIZE] = size + 1;
  }

  /** Takes the next flow out, and returns its owner. */
  removeNext(lane: number): number {
    const first = lane * this.ownerStride;
    const size = this.owners[first + SIZE]! - 1;
    this.owners[first + SIZE] = size;
    return this.owners[first + FIRST_OWNER + size]!;
  }

  /** Whose its flows are, the next one first. */
  ownersIn(lane: number): number[] {
    const first = lane * this.ownerStride + FIRST_OWNER;
    return [...this.owners.subarray(first, first + this.size(lane))].toReversed();
  }

  /** The reading of the lane's clock at which a flow is complete. */
  tag(lane: number, owner: number): number {
    return this.tags[lane * this.tagStride + FIRST_TAG + this.placeOf(lane, owner)]!;
  }

  remove(lane: number, owner: number): void {
    const { tags, owners } = this;
    const firstTag = lane * this.tagStride + FIRST_TAG;
    const firstOwner = lane * this.ownerStride + FIRST_OWNER;
    const size = this.size(lane) - 1;
    let at = this.placeOf(lane, owner);
    for (; at < size; at++) {
      tags[firstTag + at] = tags[firstTag + at + 1]!;
      owners[firstOwner + at] = owners[firstOwner + at + 1]!;
    }
    owners[lane * this.ownerStride + SIZE] = size;
  }

  private placeOf(lane: number, owner: number): number {
    const first = lane * this.ownerStride + FIRST_OWNER;
    let at = this.size(lane) - 1;
    while (at >= 0 && this.owners[first + at] !== owner) at--;
    invariant(at >= 0, 'an unknown flow');
    return at;
  }

  private layOut(): void {
    this.tagStride = FIRST_TAG + this.flowsPerLane;
    this.ownerStride = FIRST_OWNER + this.flowsPerLane;
    this.tags = new Float64Array(this.lanes * this.tagStride);
    this.owners = new Int32Array(this.lanes * this.ownerStride);
  }

  private grow(): void {
    const { tags, owners, tagStride, ownerStride } = this;
    this.flowsPerLane *= 2;
    this.layOut();
    for (let lane = 0; lane < this.lanes; lane++) {
      this.tags.set(tags.subarray(lane * tagStride, (lane + 1) * tagStride), lane * this.tagStride);
      this.owners.set(owners.subarray(lane * ownerStride, (lane + 1) * ownerStride), lane * this.ownerStride);
    }
  }
}
