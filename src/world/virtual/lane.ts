import { invariant } from '../../base/errors.js';
import type { Group } from './shared-rate.js';

/**
 * Flows that run at one rate at any moment: the uploads of one node, say. They are kept as the reading of the lane's clock
 * (bytes served per flow) at which each is complete, the next one last; of equals, the one that began first.
 */
export class Lane {
  readonly id: number;
  size = 0;
  group: Group | undefined;
  /** The lane's clock minus its group's; where it has no group, the lane's clock. */
  offset = 0;
  /** Its place in its group's heap. */
  position = -1;
  private readonly tags: number[] = [];
  private readonly owners: number[] = [];

  constructor(id: number) {
    this.id = id;
  }

  /** The clock's reading at which the next flow is complete; only of a lane with flows. */
  get nextTag(): number {
    return this.tags[this.size - 1]!;
  }

  insert(tag: number, owner: number): void {
    const { tags, owners } = this;
    let at = this.size++;
    for (; at > 0 && tags[at - 1]! <= tag; at--) {
      tags[at] = tags[at - 1]!;
      owners[at] = owners[at - 1]!;
    }
    tags[at] = tag;
    owners[at] = owner;
  }

  /** Takes the next flow out, and returns its owner. */
  removeNext(): number {
    return this.owners[--this.size]!;
  }

  remove(owner: number): void {
    const { tags, owners } = this;
    let at = owners.lastIndexOf(owner, this.size - 1);
    invariant(at >= 0 && this.size > 0, 'an unknown flow');
    for (this.size--; at < this.size; at++) {
      tags[at] = tags[at + 1]!;
      owners[at] = owners[at + 1]!;
    }
  }

  /** Whose flows they are. */
  ownerAt(i: number): number {
    return this.owners[i]!;
  }
}
