import { SaxesParser } from 'saxes';

/** An element of the HL7 v3 namespace, as much of it as a message needs. */
export interface Xml {
  /** local name */
  name: string;
  /** by local name; `xsi:type` is `type` without its prefix */
  attributes: Record<string, string>;
  children: Xml[];
  /** all text directly inside, without outer white space */
  text: string;
  /** where it begins, from 1 */
  line: number;
  column: number;
}

/** What a file may cost us at most. */
export interface Limits {
  mostCharacters: number;
  mostElements: number;
  mostDepth: number;
}

/** 64 Mi characters hold the standard's largest narratives and a few attached documents; real messages are about 40 deep. */
export const LIMITS: Limits = { mostCharacters: 64 * 2 ** 20, mostElements: 2_000_000, mostDepth: 100 };

export const HL7 = 'urn:hl7-org:v3';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** Why a text is not a message: the sentence in two languages, and where. */
export interface Fault {
  code: string;
  line: number;
  column: number;
  message: { en: string; zh: string };
}

/**
 * Reads XML strictly: namespaces, no document type, no entities but the five of XML, bounded in size and depth.
 *
 * @param source text, or bytes in the encoding that they declare (UTF-8, UTF-16, GB18030 ...)
 * @returns      the root, in case of a fault as far as it was read (to know whom to answer), and the fault
 */
export function readXml(source: string | Uint8Array, limits: Limits = LIMITS): { root?: Xml; fault?: Fault } {
  const decoded = typeof source === 'string' ? { text: source } : decode(source, limits);
  if (decoded.text === undefined) return { fault: decoded.fault };
  if (decoded.text.length > limits.mostCharacters) return { fault: tooLarge(limits) };
  return parse(decoded.text.replace(/^\uFEFF/, ''), limits);
}

function parse(text: string, limits: Limits): { root?: Xml; fault?: Fault } {
  const parser = new SaxesParser({ xmlns: true });
  const open: Xml[] = [];
  let root: Xml | undefined;
  let count = 0;
  let fault: Fault | undefined;
  let start = { line: 1, column: 1 };

  const stop = (
    code: string,
    en: string,
    zh: string,
    place = { line: parser.line, column: parser.column + 1 },
  ): never => {
    fault = {
      code,
      ...place,
      message: { en: `${en} (${told(place)})`, zh: `${zh}（第 ${place.line} 行第 ${place.column} 列）` },
    };
    throw new Error(en);
  };
  parser.on('error', (error) => {
    const said = error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
    stop('malformed', `the XML is not well-formed: ${said}`, `XML 格式错误：${inChinese(said)}`);
  });
  parser.on('doctype', () => {
    stop('doctype', 'a document type declaration is not allowed', '不允许使用文档类型声明（DOCTYPE）');
  });
  parser.on('opentagstart', (tag) => {
    const column = parser.column - tag.name.length - 1;
    start = { line: parser.line, column: Math.max(1, column) };
  });
  parser.on('opentag', (tag) => {
    count += 1;
    if (count > limits.mostElements) {
      stop('too-large', `more than ${limits.mostElements} elements`, `元素超过 ${limits.mostElements} 个`, start);
    }
    if (open.length >= limits.mostDepth) {
      stop(
        'too-deep',
        `elements are nested deeper than ${limits.mostDepth}`,
        `元素嵌套超过 ${limits.mostDepth} 层`,
        start,
      );
    }
    const attributes: Record<string, string> = {};
    for (const { prefix, local, uri, value } of Object.values(tag.attributes)) {
      if (prefix === 'xmlns' || local === 'xmlns') continue;
      if (uri === XSI) attributes[local] = local === 'type' ? value.replace(/^.*:/, '') : value;
      else if (uri === '') attributes[local] = value;
    }
    const name = tag.uri === HL7 ? tag.local : `{${tag.uri}}${tag.local}`;
    const node: Xml = { name, attributes, children: [], text: '', ...start };
    open.at(-1)?.children.push(node);
    root ??= node;
    open.push(node);
  });
  const addText = (text: string): void => {
    const node = open.at(-1);
    if (node !== undefined) node.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const node = open.pop();
    if (node !== undefined) node.text = trimXml(node.text);
  });

  try {
    parser.write(text).close();
  } catch (error) {
    if (fault === undefined) throw error;
  }
  return { ...(root === undefined ? {} : { root }), ...(fault === undefined ? {} : { fault }) };
}

/** What the reader of XML says, in Chinese; what is rare stays in English. */
const SAID: [RegExp, string][] = [
  [/^unexpected close tag$/, '结束标签与开始标签不匹配'],
  [/^unmatched closing tag: (.*)$/, '多余的结束标签 $1'],
  [/^unclosed tag: (.*)$/, '标签 $1 未关闭（文件可能不完整）'],
  [/^unexpected end$/, '文件意外结束'],
  [/^text data outside of root node$/, '根元素之外有文本'],
  [/^document must contain a root element$/, '没有根元素'],
  [/^documents may contain only one root$/, '只能有一个根元素'],
  [/^undefined entity$/, '未定义的实体'],
  [/^malformed character entity$/, '字符引用格式错误'],
  [/^disallowed character(.*)$/, '含有不允许的字符$1'],
  [/^duplicate attribute: (.*)$/, '属性 $1 重复'],
  [/^attribute without value$/, '属性没有值'],
  [/^unquoted attribute value$/, '属性值未加引号'],
  [/^unbound namespace prefix: (.*)$/, '命名空间前缀 $1 未声明'],
  [/^malformed comment$/, '注释格式错误'],
];

function inChinese(said: string): string {
  const [pattern, text] = SAID.find(([known]) => known.test(said)) ?? [];
  return pattern === undefined || text === undefined ? said : said.replace(pattern, text);
}

const told = (place: { line: number; column: number }): string => `line ${place.line}, column ${place.column}`;

function tooLarge(limits: Limits): Fault {
  return {
    code: 'too-large',
    line: 1,
    column: 1,
    message: {
      en: `the file is larger than ${limits.mostCharacters} characters`,
      zh: `文件超过 ${limits.mostCharacters} 个字符`,
    },
  };
}

function decode(bytes: Uint8Array, limits: Limits): { text: string } | { text?: undefined; fault: Fault } {
  if (bytes.length > limits.mostCharacters * 4) return { fault: tooLarge(limits) };
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : '';
  const encoding = wide || (/^[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1] ?? 'utf-8');
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    return {
      fault: {
        code: 'encoding',
        line: 1,
        column: 1,
        message: { en: `the file is not text in ${encoding}`, zh: `文件不是 ${encoding} 编码的文本` },
      },
    };
  }
}

/** Without the outer white space of XML: space, tab, line feed, carriage return. */
export function trimXml(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

/** An element to be written. */
export function newXml(name: string): Xml {
  return { name, attributes: {}, children: [], text: '', line: 0, column: 0 };
}

/** Writes a document, indented; text stands in one piece with its tags, so that no white space is added to it. */
export function writeXml(root: Xml): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  writeElement(root, '', lines, ` xmlns="${HL7}" xmlns:xsi="${XSI}"`);
  return `${lines.join('\n')}\n`;
}

function writeElement(node: Xml, indent: string, lines: string[], declarations = ''): void {
  const attributes = Object.entries(node.attributes)
    .map(([name, value]) => ` ${name === 'type' ? 'xsi:type' : name}="${escapeAttribute(value)}"`)
    .join('');
  const start = `${indent}<${node.name}${declarations}${attributes}`;
  if (node.children.length === 0 && node.text === '') {
    lines.push(`${start}/>`);
  } else if (node.text !== '') {
    const inner: string[] = [];
    for (const child of node.children) writeElement(child, '', inner);
    lines.push(`${start}>${inner.join('')}${escapeText(node.text)}</${node.name}>`);
  } else {
    lines.push(`${start}>`);
    for (const child of node.children) writeElement(child, `${indent}  `, lines);
    lines.push(`${indent}</${node.name}>`);
  }
}

// Only what a reader would change or choke on becomes a reference: a carriage return, and in attributes every line break and tab.
const escapeText = (text: string): string =>
  text.replace(/[&<>\r]/g, (character) => REFERENCES[character] ?? character);
const escapeAttribute = (text: string): string =>
  text.replace(/[&<>"\r\n\t]/g, (character) => REFERENCES[character] ?? character);
const REFERENCES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** A character that XML 1.0 cannot hold, or undefined. */
export function unwritable(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids
  return /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.exec(
    text,
  )?.[0];
}
