import { canRename, locationOf, type StorageSpec } from '../../repository/index.js';
import { VirtualRepository } from './virtual-repository.js';

/** The storages of a virtual world: what is at a location is there for every cluster, and also when nobody has it mounted. */
export class VirtualStorages {
  private readonly repositories = new Map<string, VirtualRepository>();

  get all(): readonly VirtualRepository[] {
    return [...this.repositories.values()];
  }

  repository(name: string, spec: StorageSpec): VirtualRepository {
    const place = `${locationOf(spec)}/${name}`;
    let repository = this.repositories.get(place);
    if (!repository)
      this.repositories.set(place, (repository = new VirtualRepository(name, canRename(spec))));
    return repository;
  }
}
