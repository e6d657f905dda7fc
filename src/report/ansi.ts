export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'title' | 'measured' | 'predicted';

/** Puts a tone on text that is otherwise ready to print. */
export type Painter = (tone: Tone | undefined, text: string) => string;

/** Select Graphic Rendition codes: how a tone begins and ends. */
const CODES: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  strong: [1, 22],
  title: [1, 22],
  measured: [36, 39],
  predicted: [33, 39],
};

export function painter(color: boolean): Painter {
  if (!color) return (_tone, text) => text;
  return (tone, text) => {
    if (tone === undefined || text === '') return text;
    const [begin, end] = CODES[tone];
    return `\u001b[${begin}m${text}\u001b[${end}m`;
  };
}
