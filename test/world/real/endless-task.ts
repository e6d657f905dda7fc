/** Says that it has begun, and never ends. */
// oxlint-disable-next-line import/no-default-export -- what a thread does is the default of its module
export default function endless(begun: Int32Array): Promise<never> {
  Atomics.add(begun, 0, 1);
  return new Promise(() => setInterval(() => undefined, 1000));
}
