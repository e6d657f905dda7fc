/* As much of WebAssembly as is used here: its types come with those of a browser, which this project does without. */

/** Memory that threads share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Compiled code, which threads share as well. */
export interface CompiledModule {
  readonly brand?: never;
}

interface Api {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => CompiledModule;
  readonly Instance: new (
    module: CompiledModule,
    imports: { readonly host: { readonly memory: SharedMemory } },
  ) => { readonly exports: unknown };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

export const { WebAssembly: webAssembly } = globalThis as unknown as { readonly WebAssembly: Api };
