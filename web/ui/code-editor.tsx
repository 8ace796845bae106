import { acceptCompletion, closeCompletion } from '@codemirror/autocomplete';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup, EditorView } from 'codemirror';
import { type CSSProperties, useEffect, useRef } from 'react';
import './code-editor.css';

/** What is wrong, and where in the text. */
export interface Mark {
  from: number;
  to: number;
  severity: 'error' | 'warning' | 'info';
  message: string;
}

interface CodeEditorProps {
  label: string;
  value: string;
  change?: (value: string) => void;
  marks?: readonly Mark[];
  /** Language and completion. It may be another one later. */
  language: Extension;
  /** Ctrl+Enter. */
  run?: () => void;
  heightPx?: number;
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--primary)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--info)' },
  { tag: [tags.propertyName, tags.typeName], color: 'var(--primary)' },
  { tag: [tags.comment], color: 'var(--quiet)', fontStyle: 'italic' },
]);

const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--surface)', color: 'var(--ink)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--quiet)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--primary) 7%, transparent)',
    color: 'inherit',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--primary) 26%, transparent)',
  },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--primary)',
    color: 'var(--surface)',
  },
  '.cm-matchingBracket': { backgroundColor: 'color-mix(in srgb, var(--warm-fill) 35%, transparent)' },
});

/** A text with colours, completion and marks. Tab leaves it, as it leaves any other field. */
export function CodeEditor({ label, value, change, marks, language, run, heightPx = 260 }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const spoken = useRef(new Compartment());
  const latest = useRef({ change, run });
  latest.current = { change, run };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor lives as long as the page; what changes is dispatched below
  useEffect(() => {
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          Prec.highest(
            keymap.of([
              {
                key: 'Mod-Enter',
                run: (editor) => {
                  closeCompletion(editor);
                  latest.current.run?.();
                  return latest.current.run !== undefined;
                },
              },
              { key: 'Tab', run: acceptCompletion },
            ]),
          ),
          basicSetup,
          look,
          syntaxHighlighting(colours),
          lintGutter(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorState.readOnly.of(change === undefined),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) latest.current.change?.(state.doc.toString());
          }),
          spoken.current.of(language),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: spoken.current.reconfigure(language) });
  }, [language]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || marks === undefined) return;
    const length = editor.state.doc.length;
    const within = marks.map((mark): Diagnostic => {
      const from = Math.min(mark.from, length);
      return { ...mark, from, to: Math.max(from, Math.min(mark.to, length)) };
    });
    editor.dispatch(setDiagnostics(editor.state, within));
  }, [marks]);

  return <div ref={place} className="code-editor" style={{ '--height': `${heightPx}px` } as CSSProperties} />;
}

/** JSON, as far as its colours need it. */
export const jsonLanguage = StreamLanguage.define<object>({
  name: 'json',
  startState: () => ({}),
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/"(?:[^"\\]|\\.)*"(?=\s*:)/)) return 'propertyName';
    if (stream.match(/"(?:[^"\\]|\\.)*"?/)) return 'string';
    if (stream.match(/-?\d+(\.\d+)?([eE][+-]?\d+)?/)) return 'number';
    if (stream.match(/true|false/)) return 'bool';
    if (stream.match('null')) return 'null';
    stream.next();
    return null;
  },
  languageData: { closeBrackets: { brackets: ['{', '[', '"'] }, indentOnInput: /^\s*[}\]]$/ },
});
