/** Says that it has begun, and never ends. */
export default function endless(begun: Int32Array): Promise<never> {
  Atomics.add(begun, 0, 1);
  return new Promise(() => setInterval(() => undefined, 1000));
}
