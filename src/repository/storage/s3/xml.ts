/** An element of a document; what only formats it, such as attributes and comments, is left out. */
export interface XmlElement {
  readonly name: string;
  /** Exactly as it was sent: keys may begin or end with spaces. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface Building {
  readonly name: string;
  text: string;
  readonly children: Building[];
}

/**
 * The root of a document, undefined where there is no well-formed one. The parser is strict on purpose: half a list that
 * passes for a whole one would make a backup look complete. It is loaded when a document comes: threads that only put files
 * never need it.
 */
export async function parseXml(document: Uint8Array): Promise<XmlElement | undefined> {
  const { SaxesParser } = await import('saxes');
  const root: Building = { name: '', text: '', children: [] };
  const open = [root];
  const parser = new SaxesParser();
  const addText = (text: string): void => {
    open.at(-1)!.text += text;
  };
  parser.on('opentag', ({ name }) => {
    const element = { name: withoutPrefix(name), text: '', children: [] };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
  try {
    // Servers send spaces to say that they are still at work, also before what only may begin a document.
    parser.write(Buffer.from(document).toString('utf8').trim()).close();
  } catch {
    return undefined;
  }
  return root.children[0];
}

const withoutPrefix = (name: string): string => name.slice(name.indexOf(':') + 1);

export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** The text of the first child of a name. */
export const textOf = (element: XmlElement | undefined, name: string): string | undefined =>
  element?.children.find((child) => child.name === name)?.text;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
