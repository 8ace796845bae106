/** XML as a tree, strictly and within bounds: no document type, so no entities of its own. */
import { SaxesParser } from 'saxes';

export interface Element {
  /** Without prefix. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
  readonly line: number;
}

/** What is wrong with a model, where, and what would mend it. */
export class DmnError extends Error {
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

const MOST_CHARACTERS = 8 * 1024 * 1024;
const MOST_ELEMENTS = 200_000;
const MOST_DEPTH = 120;

/** @throws DmnError when the text is no well-formed XML or too large */
export function readXml(text: string): Element {
  if (text.length > MOST_CHARACTERS) throw new DmnError('the file is longer than 8 MB');
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: Element[] = [];
  let root: Element | undefined;
  let count = 0;
  parser.on('error', (error) => {
    throw new DmnError(`no well-formed XML: ${error.message.replace(/^\d+:\d+: /, '')}`, parser.line);
  });
  parser.on('doctype', () => {
    throw new DmnError('a document type is not allowed: remove <!DOCTYPE ...>', parser.line);
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    count += 1;
    if (count > MOST_ELEMENTS) throw new DmnError('the file has too many elements', parser.line);
    if (open.length >= MOST_DEPTH) throw new DmnError('elements are nested too deep', parser.line);
    const own = Object.values(attributes).map(({ local: name, prefix, value }): [string, string] => [
      prefix === '' ? name : `${prefix}:${name}`,
      value,
    ]);
    const element: Element = {
      name: local,
      namespace: uri,
      attributes: new Map(own),
      children: [],
      text: '',
      line: parser.line,
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (more: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => open.pop());
  parser.write(text).close();
  if (root === undefined) throw new DmnError('the file is empty');
  return root;
}
